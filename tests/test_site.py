"""The documentation site builds without a warning, and axe finds nothing on its pages."""

from __future__ import annotations

import functools
import http.server
import importlib.util
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from testing.browser import MISSING, PHONE, WIDE, axe_findings, axe_source, chromium, present_as
from testing.paths import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("zensical") is None, reason="zensical is not here: pip install .[docs]"
    ),
]

PAGES = ("", "tutorial/", "oci/", "reference/commands/", "reference/manifest/")


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(ROOT / "docs", folder / "docs")
    shutil.copy(ROOT / "mkdocs.yml", folder)
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return folder / "site"


def test_every_page_of_the_folder_is_on_the_site(site: Path) -> None:
    pages = {page.relative_to(ROOT / "docs").with_suffix("") for page in (ROOT / "docs").rglob("*.md")}
    for page in pages:
        assert (site / ("" if page.name == "index" else page) / "index.html").exists(), page


@pytest.mark.skipif(MISSING is not None, reason=str(MISSING))
@pytest.mark.skipif(axe_source() is None, reason="axe-core is not here: pip install axe-playwright-python")
def test_axe_finds_nothing_on_the_site(site: Path, tmp_path: Path) -> None:
    handler = functools.partial(_Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, chromium(tmp_path / "p") as browser:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            for page in PAGES:
                for scheme, size in (("light", WIDE), ("dark", WIDE), ("light", PHONE)):
                    present_as(browser, scheme, size)
                    browser.get(f"http://127.0.0.1:{server.server_port}/{page}")
                    assert axe_findings(browser) == [], (page, scheme, size)
        finally:
            server.shutdown()
            thread.join()
