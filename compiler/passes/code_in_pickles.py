"""Code that a model would run when it is loaded or asked: others', the user's own, by value, of `__main__`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from compiler.diagnostics import Pointer, Report
from compiler.frameworks.distributions import distribution_of
from compiler.passes.draft import Draft, Inputs

_BY_VALUE = frozenset({"cloudpickle", "dill", "types", "builtins", "abc"})
"""Packages whose names in a pickle, where they are unknown, put code together out of the file."""


def refuse_unknown_code(draft: Draft, inputs: Inputs, report: Report) -> Draft:
    """Refuse a model that names code nobody vouches for; `spec.model.allow` lifts it by name."""
    model = inputs.manifest.spec.model
    at = ("spec", "model", "uri" if model and model.uri else "path")
    names = inputs.facts.unknown
    allowed = [*model.allow] if model else []
    main = [name for name in names if _root(name) == "__main__"]
    by_value = [name for name in names if _root(name) in _BY_VALUE]
    others = [name for name in names if name not in {*main, *by_value} and distribution_of(_root(name))]
    beyond = [name for name in names if name not in {*main, *by_value, *others} and _is_beyond(name, inputs)]
    own = [name for name in names if name not in {*main, *by_value, *others, *beyond}]
    block = f"spec.model.allow: [{', '.join([*allowed, *own, *by_value, *others, *beyond])}]"
    if main:
        _main(main, at, report)
    if by_value:
        text = f"the model holds code by value ({_some(by_value)}): allowing it allows any code"
        report.error("MF212", text, at, hint=f"if you made the file yourself, {block}")
    if own:
        _own(own, block, inputs, at, report)
    if others:
        needed = sorted({str(distribution_of(_root(name))) for name in others})
        text = f"loading the model would run code of {', '.join(needed)}: {_some(others, inputs.facts.places)}"
        hint = f"{', '.join(needed)} belongs in the inference environment; if you trust it, {block}"
        report.error("MF207", text, at, hint=hint)
    if beyond:
        text = f"the model uses what {inputs.facts.framework} does not bring: {_some(beyond, inputs.facts.places)}"
        report.error("MF207", text, at, hint=f"if you trust it, {block}, and bring the code that defines it")
    return draft


def _is_beyond(name: str, inputs: Inputs) -> bool:
    """Whether a part of a graph or a configuration names something of which nobody here has the code."""
    root = _root(name)
    return name in inputs.facts.places and root not in inputs.modules and not _brought(root, inputs)


def _main(names: Sequence[str], at: Pointer, report: Report) -> None:
    text = (
        f"the model needs {_some(names)}: it was defined in the script or notebook that saved the model (__main__), "
        "which no server has"
    )
    hint = "move it into a module, import it from there and save the model again; or save it with cloudpickle"
    report.error("MF212", text, at, hint=hint)


def _own(names: Sequence[str], block: str, inputs: Inputs, at: Pointer, report: Report) -> None:
    roots = sorted({_root(name) for name in names})
    missing = [found for root in roots if (found := _file_of(root, inputs)) is not None]
    hint = block
    if missing:
        hint += f" and spec.include: [{', '.join([*inputs.manifest.spec.include, *missing])}]"
    elif not all(_brought(root, inputs) for root in roots):
        hint += " and bring its module with spec.include"
    report.error("MF212", f"loading the model would run {_some(names, inputs.facts.places)}", at, hint=hint)


def _brought(root: str, inputs: Inputs) -> bool:
    return any(file.path == f"{root}.py" or file.path.startswith(f"{root}/") for file in inputs.files)


def _file_of(root: str, inputs: Inputs) -> str | None:
    """The module's file beside the manifest, where it lies there and is not included yet."""
    return None if _brought(root, inputs) else inputs.modules.get(root)


def _some(names: Iterable[str], places: Mapping[str, str] | None = None) -> str:
    listed = [f"{name} ({at})" if (at := (places or {}).get(name)) else name for name in names]
    return ", ".join(listed[:4]) + (f" and {len(listed) - 4} more" if len(listed) > 4 else "")


def _root(name: str) -> str:
    return name.partition(".")[0]
