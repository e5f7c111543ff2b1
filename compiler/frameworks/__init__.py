"""The frameworks, explicitly listed, and the one question the rest of the compiler asks of them."""

from __future__ import annotations

from pathlib import Path

from compiler.diagnostics import CompilerError, SourceRange, did_you_mean, failure
from compiler.frameworks.base import Framework, ModelFile
from compiler.frameworks.generic import Generic
from compiler.frameworks.lightgbm import LightGBM
from compiler.frameworks.onnx import Onnx
from compiler.frameworks.pytorch import PyTorch
from compiler.frameworks.refused import refusal
from compiler.frameworks.sklearn import ScikitLearn
from compiler.frameworks.spark import Spark
from compiler.frameworks.tensorflow import TensorFlow
from compiler.frameworks.xgboost import XGBoost
from compiler.ir import ModelFacts
from compiler.readers.sniff import UNKNOWN, sniff

# Asked in this order; the first that knows a file owns it, so that the catch-all stands last.
_LISTED: tuple[Framework, ...] = (
    ScikitLearn(),
    XGBoost(),
    LightGBM(),
    PyTorch(),
    TensorFlow(),
    Spark(),
    Onnx(),
    Generic(),
)
FRAMEWORKS: dict[str, Framework] = {framework.name: framework for framework in _LISTED}
OTHER = "other"


def inspect_model(path: Path, *, allow: frozenset[str] = frozenset(), framework: str | None = None) -> ModelFacts:
    """The facts of a model file or directory, read without running any of it.

    `framework` (a name in FRAMEWORKS) asks that one only: "other" takes a file that nobody knows. Names of unknown
    code in a pickle are returned in `ModelFacts.unknown`, not raised: `inspect` shows them, `compile` refuses (MF207).
    Raises CompilerError: MF201 missing, MF202 unknown format, MF203 damaged, MF204 denied, MF205 inflater missing,
    MF206 beyond limits, and what single formats add.
    """
    if not path.exists():
        raise failure("MF201", f"there is no model at {path}", where=SourceRange(str(path)))
    if not path.is_dir():
        _check_file(path)
    model = ModelFile(path, sniff(path), allow)
    for candidate in _candidates(model, framework):
        if candidate.name == OTHER and framework is None and (refused := refusal(model)) is not None:
            raise refused
        if (facts := candidate.facts(model)) is not None:
            return facts
    raise _nobodys(model, framework)


def _check_file(path: Path) -> None:
    """Raises CompilerError: MF201 for a device, a pipe or a file that may not be read, MF203 for an empty one."""
    where = SourceRange(str(path))
    if not path.is_file():
        raise failure("MF201", f"{path} is neither a file nor a directory", where=where)
    try:
        with path.open("rb") as file:
            empty = not file.read(1)
    except OSError as error:
        raise failure("MF201", f"{path} cannot be read: {error.strerror}", where=where) from error
    if empty:
        raise failure("MF203", "the model file is empty", where=where)


def _nobodys(model: ModelFile, framework: str | None) -> CompilerError:
    """Why nobody took a file: it is another framework's than the manifest says, or nobody's."""
    where = SourceRange(str(model.path))
    if framework is not None:
        owner = inspect_model(model.path, allow=model.allow)  # raises what is wrong with the file, if anything is
        text = f"this is a model of '{owner.framework}' ({owner.format}), not of '{framework}'"
        return failure("MF208", text, where=where, hint="leave 'spec.model.framework' out: the file says it")
    if (refused := refusal(model)) is not None:
        return refused
    return failure(
        "MF202",
        "this is none of the model formats that can be read here",
        where=where,
        hint="save the model in its framework's own format, or set 'spec.model.framework: other' and bring a score.py",
    )


def _candidates(model: ModelFile, framework: str | None) -> list[Framework]:
    if framework is None:
        return [f for f in FRAMEWORKS.values() if model.format in f.formats and (model.format != UNKNOWN)]
    if framework not in FRAMEWORKS:
        hint = did_you_mean(framework, FRAMEWORKS) or f"known are: {', '.join(FRAMEWORKS)}"
        raise failure("MF208", f"unknown framework '{framework}'", hint=hint)
    return [FRAMEWORKS[framework]] if model.format in FRAMEWORKS[framework].formats else []
