"""Pages generated from the code are current, and the README shows what the commands really print."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def _generator():
    spec = importlib.util.spec_from_file_location("generate_docs", ROOT / "scripts" / "generate_docs.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PAGES = _generator().pages()


@pytest.mark.parametrize("page", PAGES)
def test_a_generated_page_is_current(page):
    assert (ROOT / "docs" / "reference" / page).read_text(encoding="utf-8") == PAGES[page], (
        "run: python scripts/generate_docs.py"
    )


def test_every_link_between_our_pages_leads_somewhere():
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_readme_lists_the_commands_as_they_are():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert _generator().readme(text) == text, "run: python scripts/generate_docs.py"
