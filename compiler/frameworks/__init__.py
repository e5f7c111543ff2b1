"""What a model file says of itself: facts without running any of it, by the framework that the file belongs to."""

from __future__ import annotations

from pathlib import Path

from compiler.diagnostics import CompilerError, SourceRange, did_you_mean, failure
from compiler.frameworks.base import ColumnPolicy, Framework, ModelFile
from compiler.frameworks.formats import UNKNOWN
from compiler.frameworks.registry import (
    columns_of,
    distributions_of,
    framework_named,
    libraries,
    misnamed,
    taxonomy_of,
    tolerance_of,
)
from compiler.frameworks.sniffer import identify
from compiler.ir import ModelFacts
from compiler.spec.frameworks import FRAMEWORKS

__all__ = [
    "FOLDER",
    "FRAMEWORKS",
    "ColumnPolicy",
    "Framework",
    "columns_of",
    "distributions_of",
    "framework_named",
    "inspect_model",
    "libraries",
    "misnamed",
    "sniff",
    "taxonomy_of",
    "tolerance_of",
]


OTHER = "other"
"""The last of FRAMEWORKS takes a file of any format."""
FOLDER = Path(__file__).parent
"""Where the frameworks' templates lie."""


def inspect_model(
    path: Path, *, allow: frozenset[str] = frozenset(), framework: str | None = None, weights: str | None = None
) -> ModelFacts:
    """The facts of a model file or directory, read without running any of it.

    `framework` (a name in FRAMEWORKS) asks that one only: "other" takes a file that nobody knows. `weights` names the
    entry of a PyTorch checkpoint that holds them; `details.weights` of the facts is its path then. Names of unknown
    code in a pickle are returned in `ModelFacts.unknown`, not raised, and a readable file without a model to serve
    gives facts with `unserved`: `inspect` shows both, `compile` refuses them (MF207, MF212; MF209).
    Raises CompilerError: MF201 missing, MF202 unknown format, MF203 damaged, MF204 denied, MF205 inflater missing,
    MF206 beyond limits, and what single formats add.
    """
    if not path.exists():
        raise failure("MF201", f"there is no model at {path}", where=SourceRange(str(path)))
    if not path.is_dir():
        _check_file(path)
    model = ModelFile(path, identify(path), allow, weights)
    for name in _candidates(model, framework):
        if name == OTHER and framework is None and (refused := _unserved(model)) is not None:
            return refused
        if (facts := framework_named(name).facts(model)) is not None:
            return facts
    if framework is None and model.format == UNKNOWN and (named := _foreign(model)) is not None:
        return named
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
    if (refused := _refusal(model)) is not None:
        return refused
    return failure(
        "MF202",
        "this is none of the model formats that can be read here",
        where=where,
        hint="save the model in its framework's own format, or set 'spec.model.framework: other' and bring a score.py",
    )


def _foreign(model: ModelFile) -> ModelFacts | None:
    from compiler.frameworks.foreign import foreign_facts

    return foreign_facts(model)


def _unserved(model: ModelFile) -> ModelFacts | None:
    from compiler.frameworks.refused import refusal, unserved

    if (problem := refusal(model)) is not None:
        raise problem
    return unserved(model)


def _refusal(model: ModelFile) -> CompilerError | None:
    from compiler.frameworks.refused import refusal

    return refusal(model)


def _candidates(model: ModelFile, framework: str | None) -> list[str]:
    if framework is None:
        return [name for name in FRAMEWORKS if model.format != UNKNOWN and _takes(name, model.format)]
    if framework not in FRAMEWORKS:
        hint = did_you_mean(framework, FRAMEWORKS) or f"known are: {', '.join(FRAMEWORKS)}"
        raise failure("MF208", f"unknown framework '{framework}'", hint=hint)
    return [framework] if _takes(framework, model.format) else []


def _takes(name: str, form: str) -> bool:
    return name == OTHER or any(known.name == form for known in framework_named(name).formats)
