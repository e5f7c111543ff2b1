"""What loading and running a Spark pipeline would reach: its classes, and the statements of its SQLTransformers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import PurePosixPath

from compiler.frameworks.allowed import words
from compiler.frameworks.base import ModelFile
from compiler.frameworks.estimators import release_key
from compiler.frameworks.refused import denied
from compiler.ir import Json
from compiler.readers.spark_model import Stage, every_stage
from compiler.readers.spark_sql.grammar import why_not

_PACKAGE = "org.apache.spark.ml."
_STATEMENTS = "SQLTransformer"


def check_stages(model: ModelFile) -> dict[str, str]:
    """Classes of stages, at any depth, that Spark's release does not have, each with the folder of its first stage.

    Raises CompilerError: MF203, MF204 for SQL beyond a plain SELECT and for parameters that are read from elsewhere.
    """
    unknown: dict[str, str] = {}
    for place, stage in every_stage(model.path):
        if not _is_known(stage):
            unknown.setdefault(stage.class_name, place)
        if stage.name == _STATEMENTS:
            _check_statement(model, place, stage)
        for path in _paths([stage.parameters, stage.extra]):
            if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts or ":" in path:
                raise denied(model.path, f"a parameter is read from '{path:.200}'", place)
    return unknown


@cache
def _since() -> dict[str, tuple[int, ...]]:
    """Class -> the first release that has it; () where every release does."""
    found = {}
    for word in words("spark/classes"):
        name, _, release = word.partition("@")
        whole = name.startswith(("org.", "pyspark."))
        found[name if whole else _PACKAGE + name] = release_key(release) if release else ()
    return found


def _is_known(stage: Stage) -> bool:
    since = _since().get(stage.class_name)
    return since is not None and (stage.version is None or release_key(stage.version) >= since)


def _check_statement(model: ModelFile, place: str, stage: Stage) -> None:
    statement = stage.parameters.get("statement")
    why = why_not(statement, words("spark/functions")) if isinstance(statement, str) else "no statement"
    if why is not None:
        beyond = f"'{stage.uid}' does more than compute columns of __THIS__: its SQL has {why}"
        raise denied(model.path, beyond, place)


def _paths(tree: Json) -> Iterator[str]:
    """The places that the parameters of a search are read from, where they are no plain values."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if str(node.get("isJson")).lower() == "false":
                yield str(node.get("value"))
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
