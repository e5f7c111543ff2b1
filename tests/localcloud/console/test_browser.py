"""The console in a real browser: found, read and used with the keyboard alone."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from compiler.localcloud import open_cloud
from compiler.localcloud.console.pages import application
from compiler.localcloud.server import LocalServer

DRIVER, BROWSER = shutil.which("chromedriver"), shutil.which("chromium")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(DRIVER is None or BROWSER is None, reason="no chromium and chromedriver on this machine"),
]

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
    "--window-size=1100,1400",
)


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Any]:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for switch in (*SWITCHES, f"--user-data-dir={tmp_path / 'profile'}"):
        options.add_argument(switch)
    driver = webdriver.Chrome(options, Service(DRIVER))
    driver.implicitly_wait(10)
    yield driver
    driver.quit()


@pytest.fixture
def console(wine: Path, manifact: Any) -> Iterator[str]:
    """The wine model, applied, and the address of its console."""
    assert manifact("apply").code == 0
    with open_cloud(wine / ".manifact" / "local") as cloud, LocalServer(cloud, application(cloud), 0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"{server.url}/console"
        server.shutdown()
        thread.join()
    assert manifact("destroy", "wine-cultivar", "--yes").code == 0


def _tab_to(browser: Any, wanted: Any) -> Any:
    """Press Tab until `wanted(element)` has the focus; what is reached so is reached by keyboard."""
    from selenium.webdriver.common.keys import Keys

    for _ in range(60):
        focused = browser.switch_to.active_element
        if wanted(focused):
            return focused
        focused.send_keys(Keys.TAB)
    raise AssertionError("not reachable with the keyboard")


def test_predict_with_the_keyboard_alone(browser: Any, console: str, wine: Path) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    browser.get(console)
    assert browser.find_element(By.TAG_NAME, "html").get_attribute("lang") == "en"
    link = _tab_to(browser, lambda e: "/console/deployments/" in (e.get_attribute("href") or ""))
    link.send_keys(Keys.ENTER)
    body = _tab_to(browser, lambda e: e.tag_name == "textarea")
    assert json.loads(body.get_attribute("value")), "the form is prefilled"
    header, row = (wine / "samples" / "input.csv").read_text().splitlines()[:2]
    record = dict(zip(header.split(","), map(float, row.split(",")), strict=True))
    body.clear()
    body.send_keys(json.dumps([record]))
    _tab_to(browser, lambda e: e.tag_name == "button").send_keys(Keys.ENTER)
    answer = browser.find_element(By.XPATH, "//*[contains(text(), 'Answer 200')]")
    assert answer.is_displayed()
    assert "class_1" in browser.find_element(By.TAG_NAME, "main").text


def test_a_model_is_shown_whole_and_nothing_is_loaded_from_elsewhere(browser: Any, console: str) -> None:
    from selenium.webdriver.common.by import By

    browser.get(console)
    browser.find_element(By.CSS_SELECTOR, "a[href^='/console/models/']").click()
    text = browser.find_element(By.TAG_NAME, "main").text
    for expected in ("alcohol", "float64", "RandomForestClassifier", "score.py", "sha256:"):
        assert expected in text
    loaded = browser.execute_script("return performance.getEntriesByType('resource').map(e => e.name)")
    assert [name for name in loaded if not name.startswith(console.rpartition("/")[0])] == []
    assert browser.get_log("browser") == []
