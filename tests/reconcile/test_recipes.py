"""The recipes of docs/ci: they parse, and their commands run on the embedded OCI as they are written."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from compiler.cli.main import make_parser
from testing.paths import ROOT

FOLDER = ROOT / "docs" / "ci"
RECIPES = sorted(path.name for path in FOLDER.iterdir())
_COMMAND = re.compile(r"\bmanifact ((?:validate|plan|reconcile)\b[^\n&|]*)")


def commands(name: str) -> list[list[str]]:
    text = (FOLDER / name).read_text()
    code = "\n".join(line for line in text.splitlines() if not line.strip().startswith("#"))
    return [shlex.split(found.split(" > ")[0]) for found in _COMMAND.findall(code)]


@pytest.mark.parametrize("name", RECIPES)
def test_every_command_of_a_recipe_is_one_that_there_is(name: str) -> None:
    found = commands(name)
    assert found
    for words in found:
        assert make_parser(words).read(words).command == words[0]


@pytest.mark.parametrize("name", [name for name in RECIPES if name.endswith((".yml", ".yaml"))])
def test_recipes_are_yaml(name: str) -> None:
    document = YAML(typ="safe").load((FOLDER / name).read_text())
    assert isinstance(document, dict)
    if name == "build_spec.yaml":
        assert (document["version"], document["component"]) == (0.1, "build")
        assert {step["type"] for step in document["steps"]} == {"Command"}


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in RECIPES if name != "container-instance.sh"])
def test_the_commands_of_a_recipe_reconcile(
    name: str, repository: Any, manifact: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MANIFACT_TARGET", "local")
    monkeypatch.chdir(repository.root)
    repository.write("a")
    for words in commands(name):
        known = [str(tmp_path / "report.md") if word.startswith("$") else word for word in words]
        result = manifact(*known)
        assert result.code == 0, result.err
    assert repository.live() == {"a": (1, 1)}


@pytest.mark.slow
def test_the_page_for_newcomers_works_as_it_is_written(
    repository: Any, manifact: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    page = (ROOT / "docs" / "gitops.md").read_text()
    (block,) = re.findall(r"```console\n(.*?)```", page, re.DOTALL)
    (project,) = re.findall(r"<<'END'\n(.*?)END\n", block, re.DOTALL)
    (repository.root / "manifact.yaml").write_text(project)
    repository.write("wine")
    monkeypatch.chdir(repository.root)
    subprocess.run(["git", "init", "-q", "-b", "main"], check=True)
    lines = [line.removeprefix("$ manifact ").split() for line in block.splitlines() if line.startswith("$ manifact")]
    for words in lines:
        if words[0] != "init":
            assert manifact(*words).code == 0
    assert manifact("status", "--html", "status.html").code == 0
    assert "wine" in (repository.root / "status.html").read_text()
