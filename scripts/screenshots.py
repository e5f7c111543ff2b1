"""Screenshots of every page in light, dark and phone width: `python scripts/screenshots.py FOLDER`.

Applies an example to `local` in a temporary folder, and needs chromium and chromedriver.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from compiler.cli.main import main as manifact  # noqa: E402
from compiler.localcloud import open_cloud  # noqa: E402
from compiler.localcloud.console.pages import application  # noqa: E402
from compiler.localcloud.server import LocalServer  # noqa: E402
from testing.browser import PHONE, WIDE, chromium, present_as, screenshot  # noqa: E402

EXAMPLE = ROOT / "manifests" / "sklearn-wine"
VIEWS = {"light": ("light", WIDE), "dark": ("dark", WIDE), "phone": ("light", PHONE)}


def main() -> int:
    folder = Path(sys.argv[1]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        project = Path(temporary) / "wine"
        shutil.copytree(EXAMPLE, project)
        os.chdir(project)
        if code := manifact(["apply", "--yes"]):
            return int(code)
        try:
            with console(project) as address, chromium(Path(temporary) / "profile") as browser:
                take(browser, pages(browser, address, project), folder)
        finally:
            manifact(["destroy", "wine-cultivar", "--yes"])
    return 0


@contextmanager
def console(project: Path) -> Iterator[str]:
    with open_cloud(project / ".manifact" / "local") as cloud, LocalServer(cloud, application(cloud), 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"{server.url}/console"
        server.shutdown()
        thread.join()


def pages(browser, address: str, project: Path) -> dict[str, str]:
    from selenium.webdriver.common.by import By

    def link(pattern: str) -> str:
        return browser.find_element(By.CSS_SELECTOR, f"a[href*='{pattern}']").get_attribute("href")

    browser.get(address)
    deployment, model = link("/console/deployments/"), link("/console/models/")
    browser.get(deployment)
    identifier = model.rpartition("/")[2]
    return {
        "model-card": (project / "build" / "wine-cultivar" / "report.html").as_uri(),
        "console": address,
        "console-model": model,
        "console-deployment": deployment,
        "console-compare": f"{address}/compare?left={identifier}&right={identifier}",
        "endpoint": link("/openapi.json").removesuffix("openapi.json"),
    }


def take(browser, addresses: dict[str, str], folder: Path) -> None:
    for name, address in addresses.items():
        for view, (scheme, size) in VIEWS.items():
            present_as(browser, scheme, size)
            browser.get(address)
            screenshot(browser, folder / f"{name}-{view}.png")
            print(folder / f"{name}-{view}.png")


if __name__ == "__main__":
    sys.exit(main())
