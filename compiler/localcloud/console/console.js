"use strict";
// Copy buttons: they are of no use without a script, so they appear with it.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    await navigator.clipboard.writeText(source.value ?? source.textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
}

// Search narrows what is on the page while one types; Enter asks the store.
const search = document.querySelector("input[type=search]");
if (search) search.addEventListener("input", () => {
  const wanted = search.value.toLowerCase();
  for (const entry of document.querySelectorAll("[data-entry]")) {
    entry.hidden = !entry.dataset.entry.toLowerCase().includes(wanted);
  }
});

// What changes by itself is fetched again: state, metrics, work.
async function refresh() {
  if (document.hidden) return;
  const answer = await fetch(location.pathname + location.search);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const old of document.querySelectorAll("[data-live]")) {
    const next = fresh.getElementById(old.id);
    if (next && next.innerHTML !== old.innerHTML) old.replaceChildren(...next.childNodes);
  }
}
if (document.querySelector("[data-live]")) setInterval(() => refresh().catch(() => {}), 3000);

// The log follows as long as the box is ticked.
const log = document.getElementById("log");
const follow = document.getElementById("follow");
async function more() {
  if (document.hidden || !follow.checked) return;
  const answer = await (await fetch(`${log.dataset.from}?from=${log.dataset.end}`)).json();
  log.dataset.end = answer.end;
  if (!answer.text) return;
  log.append(answer.text);
  log.scrollTop = log.scrollHeight;
}
if (log && follow) {
  follow.closest("label").hidden = false;
  log.scrollTop = log.scrollHeight;
  setInterval(() => more().catch(() => {}), 2000);
}
