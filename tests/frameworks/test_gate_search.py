"""A search for what the gate lets through: everything on its lists is run, in another process, with bait for arguments.

Each search is itself tested: with a rule switched off it finds what the rule is for.
"""

from __future__ import annotations

import importlib.util
import json
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from compiler.diagnostics import CompilerError
from compiler.frameworks import inspect_model
from compiler.frameworks.allowed import words
from compiler.readers.spark_sql import tokens
from compiler.readers.spark_sql.grammar import why_not

CHILD = Path(__file__).with_name("gate_search_child.py")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


@pytest.fixture
def bait(tmp_path: Path) -> Path:
    folder = tmp_path / "bait"
    folder.mkdir()
    (folder / "bait.txt").write_text("a\nb\n")
    return folder


def reached(kind: str, items: list[Any], folder: Path) -> set[str]:
    """What the items reached; where one ends its process, the search goes on behind it."""
    found: set[str] = set()
    while items:
        command = [sys.executable, CHILD, kind, folder]
        run = subprocess.run(
            command,
            input=json.dumps(items),
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
            cwd=folder.parent,
        )
        lines = run.stdout.splitlines()
        found |= {line.removeprefix("reached ") for line in lines if line.startswith("reached ")}
        started = sum(line.startswith("start ") for line in lines)
        assert started, run.stderr[-2000:]
        if run.returncode == 0:
            break
        items = items[started:]
    return found


def test_no_listed_operation_of_tensorflow_opens_a_file(bait: Path) -> None:
    pytest.importorskip("tensorflow")
    names = sorted(words("tensorflow/operations"))
    assert reached("operations", names, bait) == set()


def test_the_search_finds_operations_that_are_not_on_the_list(bait: Path) -> None:
    pytest.importorskip("tensorflow")
    found = reached("operations", ["Abs", "ReadFile", "WriteFile", "MatchingFiles", "PrintV2", "StringJoin"], bait)
    assert {line.split()[0] for line in found} >= {"ReadFile", "WriteFile", "PrintV2"}
    assert not {line.split()[0] for line in found} & {"Abs", "StringJoin"}


def child() -> Any:
    specification = importlib.util.spec_from_file_location("gate_search_child", CHILD)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def accepted(configs: Iterator[dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    """Those configurations that the gate takes without a word, each in an archive of its own."""
    found = []
    for config in configs:
        model = {"module": "keras", "class_name": "Sequential", "config": {"name": "s", "layers": [config]}}
        with zipfile.ZipFile(folder / "m.keras", "w") as archive:
            archive.writestr("config.json", json.dumps(model))
            archive.writestr("metadata.json", "{}")
        try:
            facts = inspect_model(folder / "m.keras")
        except CompilerError:
            continue
        if not facts.unknown:
            found.append(config)
    return found


def test_no_accepted_configuration_of_keras_opens_a_file(bait: Path, tmp_path: Path) -> None:
    pytest.importorskip("keras")
    classes, functions = sorted(words("tensorflow/keras-classes")), sorted(words("tensorflow/keras-functions"))
    found = accepted(child().configurations(bait, classes, functions), tmp_path)
    assert len(found) > 2000
    assert reached("keras", found, bait) == set()


def test_the_search_finds_a_layer_that_reads_its_vocabulary(
    bait: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from compiler.frameworks.tensorflow import keras_code

    pytest.importorskip("keras")
    configs = lambda: child().configurations(bait, ["Dense", "StringLookup"], ["relu"])  # noqa: E731
    assert reached("keras", accepted(configs(), tmp_path), bait) == set()
    monkeypatch.setattr(keras_code, "_VOCABULARIES", frozenset())
    found = reached("keras", accepted(configs(), tmp_path), bait)
    assert found
    assert all('"class_name": "StringLookup"' in line for line in found)


# Pieces of Spark's SQL, ordinary and not; statements are put together at random.
PIECES = [
    "a", "b", "`c d`", "1", "2.5", "'x'", "\"y\"", "(", ")", "(", ")", ",", "+", "-", "*", "AND", "OR", "NOT", "IN",
    "IS NULL", "CASE WHEN", "THEN", "ELSE", "END", "BETWEEN", "LIKE", "AS z", "log(a)", "count(", "transform(",
    "x -> x", "CAST(a AS INT)", "java_method('a', 'b')", "reflect('a')", "TRANSFORM(a) USING 'id'", "MAP",
    "IDENTIFIER('a')", "text.`/x`", "FROM", "SELECT 1", "EXISTS (SELECT 1)", "(SELECT max(a) FROM t)",
    "UNION SELECT 1", "LATERAL VIEW explode(a) t", "/*+ BROADCAST(t) */", "/*", "*/", "--", "r'\\'", "WHERE",
    "GROUP BY", "HAVING", "ORDER BY", "LIMIT 1", "JOIN t", "OVER (PARTITION BY a)", "[0]", ".b", "::", "INT",
    "INTERVAL", "1 DAY", "date '2020-01-01'", ";", "${env:A}", "f(a)", "if(a, 1, 2)", "USING", "extract(year FROM a)",
    "a b",
]  # fmt: skip
PLANS = frozenset((
    "Project", "Filter", "Aggregate", "Sort", "GlobalLimit", "LocalLimit", "UnresolvedRelation", "SubqueryAlias",
    "Distinct", "UnresolvedHaving", "WithWindowDefinition",
))  # fmt: skip
SUBQUERIES = frozenset(
    (
        "ScalarSubquery",
        "Exists",
        "ListQuery",
        "InSubquery",
        "LateralSubquery",
        "FunctionTableSubqueryArgumentExpression",
    )
)


@pytest.fixture(scope="module")
def parser() -> Iterator[Any]:
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    from pyspark.sql import SparkSession

    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    }
    session = SparkSession.builder.master("local[1]").config(map=settings).getOrCreate()
    yield session._jsparkSession.sessionState().sqlParser()
    session.stop()


def nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every node of a plan, and every expression within it."""
    if isinstance(tree, dict):
        if isinstance(tree.get("class"), str):
            yield tree
        tree = list(tree.values())
    for inner in tree if isinstance(tree, list) else ():
        yield from nodes(inner)


def beyond(parser: Any, statement: str, functions: frozenset[str]) -> str | None:
    """What Spark's own parser makes of a statement that it should not; None where it parses to nothing of the kind."""
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException

    try:
        plan = parser.parsePlan(statement.replace("__THIS__", "this_table"))
    except (Py4JJavaError, PySparkException):
        return None  # what Spark does not parse, it does not run
    for node in nodes(json.loads(plan.toJSON())):
        kind = node["class"].rpartition(".")[2]
        if ".plans.logical." in node["class"] and kind not in PLANS:
            return str(kind)
        if kind in SUBQUERIES or "Script" in kind or "Hint" in kind or "Identifier" in kind:
            return str(kind)
        if kind == "UnresolvedRelation" and "this_table" not in str(node.get("multipartIdentifier")):
            return str(node)
        if kind == "UnresolvedFunction":
            names = [part.strip().lower() for part in str(node.get("nameParts")).strip("[]").split(",")]
            if len(names) != 1 or not {names[0]} & (functions | {"and", "or", "not"}):
                return f"function {names}"
    return None


def search(parser: Any, seed: int, count: int, functions: frozenset[str]) -> tuple[int, set[str]]:
    """How many random statements the grammar accepts, and what Spark found beyond it in them."""
    chance, number, found = random.Random(seed), 0, set()
    for _ in range(count):
        pieces = [chance.choice(PIECES) for _ in range(chance.randint(1, 9))]
        statement = f"SELECT {' '.join(pieces[:6])} FROM __THIS__ {' '.join(pieces[6:])}"
        if why_not(statement, functions) is None:
            number += 1
            if (why := beyond(parser, statement, words("spark/functions"))) is not None:
                found.add(f"{why}: {statement}")
    return number, found


def test_sparks_own_parser_finds_nothing_more_in_accepted_sql(parser: Any) -> None:
    number, found = search(parser, 1, 60_000, words("spark/functions"))
    assert number > 500
    assert found == set()


def test_the_search_finds_functions_and_comments(parser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    _, found = search(parser, 2, 60_000, words("spark/functions") | {"java_method", "reflect", "f"})
    assert any(line.startswith("function ['java_method']") for line in found), found
    monkeypatch.setattr(tokens, "MARKS", ())
    _, found = search(parser, 3, 60_000, words("spark/functions"))
    assert any(line.startswith("OneRowRelation") for line in found), found  # a comment that hides the table
