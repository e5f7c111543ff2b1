// The theme leaves code that scrolls out of reach of the keyboard, and gives all its copy menus one name.
function mend() {
  document.querySelectorAll("pre > code").forEach(code => { code.tabIndex = 0; });
  document.querySelectorAll(".md-code__nav").forEach((menu, index) => {
    const label = `Code block ${index + 1}`;
    if (menu.getAttribute("aria-label") !== label) menu.setAttribute("aria-label", label);
  });
}
mend();
new MutationObserver(mend).observe(document.body, {childList: true, subtree: true});
