"""The pages in a real browser: found, read and used with the keyboard alone, and free of what axe finds."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from compiler.localcloud import open_cloud
from compiler.localcloud.console.pages import application
from compiler.localcloud.server import LocalServer
from testing.browser import MISSING, PHONE, WIDE, axe_findings, axe_source, chromium, present_as, sideways
from testing.paths import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.skipif(MISSING is not None, reason=str(MISSING))]

needs_axe = pytest.mark.skipif(axe_source() is None, reason="axe-core is not here: pip install axe-playwright-python")
VIEWS = (("light", WIDE), ("dark", WIDE), ("light", PHONE))
EXAMPLES = sorted(path.name for path in (ROOT / "manifests").iterdir() if (path / "model.yaml").exists())


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Any]:
    with chromium(tmp_path / "profile") as driver:
        yield driver


@contextmanager
def open_console(store: Path) -> Iterator[str]:
    with open_cloud(store) as cloud, LocalServer(cloud, application(cloud), 0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"{server.url}/console"
        server.shutdown()
        thread.join()


@pytest.fixture
def console(wine: Path, manifact: Any) -> Iterator[str]:
    """The wine model, applied, and the address of its console."""
    assert manifact("apply").code == 0
    with open_console(wine / ".manifact" / "local") as address:
        yield address
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
    _tab_to(browser, lambda e: e.get_attribute("type") == "submit").send_keys(Keys.ENTER)
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


@needs_axe
def test_axe_finds_nothing_on_any_page(browser: Any, console: str, wine: Path) -> None:
    from selenium.webdriver.common.by import By

    browser.get(console)
    links = [link.get_attribute("href") for link in browser.find_elements(By.CSS_SELECTOR, "main a[href*='/console/']")]
    browser.get(next(link for link in links if "/deployments/" in link))
    endpoint = browser.find_element(By.CSS_SELECTOR, "a[href$='/openapi.json']").get_attribute("href")
    model = next(link for link in links if "/models/" in link).rpartition("/")[2]
    compare = f"{console}/compare?left={model}&right={model}"
    card = (wine / "build" / "wine-cultivar" / "report.html").as_uri()
    for page in {console, *links, compare, endpoint.removesuffix("openapi.json"), card, f"{console}/nothing"}:
        for scheme, size in VIEWS:
            present_as(browser, scheme, size)
            browser.get(page)
            assert axe_findings(browser) == [], (page, scheme, size)
            assert sideways(browser) == 0, (page, size)


@pytest.mark.parametrize("name", EXAMPLES)
def test_predict_works_at_the_first_click(
    name: str, browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, manifact: Any
) -> None:
    from selenium.webdriver.common.by import By

    workbench = tmp_path / "example"
    shutil.copytree(ROOT / "manifests" / name, workbench)
    monkeypatch.chdir(workbench)
    result = manifact("apply", "--yes")
    if "MF810" in str(result):
        pytest.skip("a library of the model is not installed")
    assert result.code == 0, result
    with open_console(workbench / ".manifact" / "local") as address:
        browser.get(address)
        browser.find_element(By.CSS_SELECTOR, "a[href^='/console/deployments/']").click()
        browser.find_element(By.CSS_SELECTOR, "form[method=post] [type=submit]").click()
        assert browser.find_element(By.CSS_SELECTOR, "h3.good, h3.bad").text == "Answer 200"
        deployed = browser.find_element(By.TAG_NAME, "h1").text
    assert manifact("destroy", deployed, "--yes").code == 0
