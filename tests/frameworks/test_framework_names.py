"""Only `frameworks/` and the readers of their formats know a framework by name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from compiler.frameworks import FRAMEWORKS, framework_named

COMPILER = Path(__file__).parents[2] / "compiler"
ROOMS = {"frameworks", "readers", "notebook"}  # notebook: objects of frameworks, in memory
EXCEPTIONS = {
    "spec/frameworks.py": "the one line of each framework",
    "codes/model_files.py": "explanations for people, who have a model of one framework before them",
    "codes/environments.py": "likewise",
    "passes/samples/request_forms.py": "the types that envelopes of Oracle ADS name",
}


def words() -> frozenset[str]:
    """Names, folders, distributions, modules and formats of all frameworks; `other` is a word of many meanings."""
    found: set[str] = set()
    for name, folder in FRAMEWORKS.items():
        framework = framework_named(name)
        found |= {name, folder, *framework.distributions, *framework.libraries, *framework.libraries.values()}
        found |= {*framework.ways_out, *(known.name for known in framework.formats)}
    return frozenset(found - {"other"})


NAMES = re.compile(
    rf"(?<![\w-])({'|'.join(sorted(map(re.escape, words()), key=len, reverse=True))})(?![\w-])", re.IGNORECASE
)


def modules() -> dict[str, Path]:
    files = (path.relative_to(COMPILER).as_posix() for path in COMPILER.rglob("*.py"))
    return {name: COMPILER / name for name in sorted(files) if name.split("/")[0] not in ROOMS}


def literals(tree: ast.AST) -> Iterator[str]:
    """The texts in a module that are values, not docstrings."""
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def named(path: Path) -> set[str]:
    return {found for text in literals(ast.parse(path.read_text("utf-8"))) for found in NAMES.findall(text)}


def test_nothing_outside_names_a_framework() -> None:
    found = {name: names for name, path in modules().items() if (names := named(path))}
    assert found.keys() == EXCEPTIONS.keys()


def test_templates_that_are_shared_name_none() -> None:
    shared = list((COMPILER / "emit" / "templates").rglob("*.j2"))
    assert len(shared) > 5
    # What a request may contain: ADS writes the dtype of a tensor as `torch.float32`.
    text = "".join(path.read_text("utf-8").replace('"torch."', "") for path in shared)
    assert NAMES.findall(text) == []


def test_only_the_sklearn_api_of_boosters_is_used_across_folders() -> None:
    across = set()
    for folder in FRAMEWORKS.values():
        for path in (COMPILER / "frameworks" / folder).glob("*.py"):
            text = path.read_text("utf-8")
            across |= {(folder, other) for other in re.findall(r"compiler\.frameworks\.(\w+)\.", text)}
    others = {(one, two) for one, two in across if one != two and two in FRAMEWORKS.values()}
    assert others == {("xgboost", "sklearn"), ("lightgbm", "sklearn")}


@pytest.mark.parametrize("text", ["xgboost", "a scikit-learn model", "torch==2.4", "savedmodel"])
def test_the_names_are_found(text: str) -> None:
    assert NAMES.search(text)


@pytest.mark.parametrize("text", ["other", "sparkle", "pickled", "my-xgboost-model"])
def test_other_words_are_not(text: str) -> None:
    assert not NAMES.search(text)
