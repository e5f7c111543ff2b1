"""A headless Chromium: what tests and scripts/screenshots.py do with it."""

from __future__ import annotations

import base64
import importlib.util
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

DRIVER, BROWSER = shutil.which("chromedriver"), shutil.which("chromium")
MISSING = None if DRIVER and BROWSER else "no chromium and chromedriver on this machine"

WIDE, PHONE = (1200, 900), (390, 844)
"""Width and height in CSS pixels."""

# A browser that asks for nothing but our pages.
SWITCHES = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--window-size=1200,1400",
)


@contextmanager
def chromium(profile: Path) -> Iterator[Any]:
    """A driver; its profile lies in that folder."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER or ""
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for switch in (*SWITCHES, f"--user-data-dir={profile}"):
        options.add_argument(switch)
    driver = webdriver.Chrome(options, Service(DRIVER))
    driver.implicitly_wait(10)
    try:
        yield driver
    finally:
        driver.quit()


def present_as(driver: Any, scheme: str, size: tuple[int, int]) -> None:
    """Show pages in the colour scheme `light` or `dark`, in a window of that size."""
    width, height = size
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def screenshot(driver: Any, file: Path, tallest: int = 4000) -> None:
    """The whole page as PNG, cut below `tallest` pixels."""
    size = driver.execute_script("return [document.documentElement.clientWidth, document.documentElement.scrollHeight]")
    clip = {"x": 0, "y": 0, "width": size[0], "height": min(size[1], tallest), "scale": 1}
    options = {"format": "png", "captureBeyondViewport": True, "clip": clip}
    file.write_bytes(base64.b64decode(driver.execute_cdp_cmd("Page.captureScreenshot", options)["data"]))


def axe_source() -> str | None:
    """The text of axe-core as the package `axe-playwright-python` carries it; None where that is not installed."""
    spec = importlib.util.find_spec("axe_playwright_python")
    folder = spec.submodule_search_locations[0] if spec and spec.submodule_search_locations else None
    return (Path(folder) / "axe.min.js").read_text(encoding="utf-8") if folder else None


def axe_findings(driver: Any) -> list[str]:
    """Each violation that axe finds on the page, as `rule: selector: why`."""
    source = axe_source()
    assert source is not None
    driver.execute_cdp_cmd("Runtime.evaluate", {"expression": source})  # CSP is for scripts of pages
    driver.set_script_timeout(60)
    found = driver.execute_async_script(
        "const done = arguments[arguments.length - 1];"
        "axe.run(document, {resultTypes: ['violations']}).then(r => done(r.violations), e => done(String(e)))"
    )
    assert isinstance(found, list), found
    return [f"{v['id']}: {node['target']}: {node['failureSummary']}" for v in found for node in v["nodes"]]


def sideways(driver: Any) -> int:
    """By how many pixels the page as a whole can be scrolled sideways: none, if it fits."""
    script = "const e = document.documentElement; return e.scrollWidth - e.clientWidth"
    return int(driver.execute_script(script))
