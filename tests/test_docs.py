"""Pages generated from the code are current, and the README shows what the commands really print."""

import importlib.util
import re
import shutil

import pytest

from compiler.compilation.compile import compile_manifest
from testing.paths import ROOT


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


def test_the_readme_shows_the_artifact_that_compile_makes(tmp_path):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shutil.copytree(ROOT / "manifests" / "sklearn-wine", tmp_path / "wine")
    record = compile_manifest(tmp_path / "wine" / "model.yaml", root=tmp_path).record
    assert set(re.findall(r"sha256:([0-9a-f]{12})", text)) == {record.digest[:12]}
    assert f"{len(record.files)} files, {record.size / 1000:.0f} KB" in text
