"""`manifact inspect FILE`: what a model file says of itself, read without running it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compiler.cli.arguments import add_json
from compiler.cli.console import Console
from compiler.codes import ExitCode

if TYPE_CHECKING:
    from compiler.ir import ModelFacts

SUMMARY = "show what a model file says of itself, without running it"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", type=Path, help="model file or directory")
    parser.add_argument("--framework", help="read it as a model of this framework")
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Show the facts of one model file."""
    from compiler.frameworks import inspect_model

    facts = inspect_model(arguments.file, framework=arguments.framework)
    rows = _rows(facts)
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        console.line(f"  {name:<{width}}  {value}")
    console.document(facts_json(facts))
    return ExitCode.OK


def facts_json(facts: ModelFacts) -> dict[str, Any]:
    """The facts for programs; null is "not recorded"."""
    from dataclasses import asdict

    from compiler.emit.numbers import finite

    raw: dict[str, Any] = asdict(facts)
    plain = {key: sorted(value) if isinstance(value, frozenset) else _lists(value) for key, value in raw.items()}
    result: dict[str, Any] = {key: finite(value) for key, value in plain.items()}
    return result


def _lists(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_lists(item) for item in value]
    if isinstance(value, dict):
        return {key: _lists(item) for key, item in value.items()}
    return value


def _rows(facts: ModelFacts) -> list[tuple[str, str]]:
    def some(values: tuple[object, ...] | None) -> str:
        if values is None:
            return "not recorded"
        listed = ", ".join(str(value) for value in values[:8])
        return listed + (f", … ({len(values)} in all)" if len(values) > 8 else "")

    rows = [
        ("framework", facts.framework),
        ("version", facts.version or "not recorded"),
        ("format", facts.format),
        ("algorithm", facts.algorithm or "not recorded"),
        ("features", str(facts.feature_count) if facts.feature_count is not None else "not recorded"),
        ("feature names", some(facts.feature_names)),
        ("classes", some(facts.classes)),
        ("inputs", some(tuple(f"{t.name} {t.dtype} {_shape(t.shape)}" for t in facts.inputs))),
        ("outputs", some(tuple(f"{t.name} {t.dtype} {_shape(t.shape)}" for t in facts.outputs))),
        ("methods", some(tuple(sorted(facts.methods)))),
        ("requires", some(facts.requires)),
        ("unknown code", some(facts.unknown)),
    ]
    rows += [(f"  {name}", repr(value)) for name, value in sorted((facts.hyperparameters or {}).items())]
    return [(name, value) for name, value in rows if value]


def _shape(shape: tuple[int | None, ...] | None) -> str:
    return "?" if shape is None else "[" + ", ".join("?" if axis is None else str(axis) for axis in shape) + "]"
