"""Code that a model would run when it is loaded or asked: others', the user's own, by value, of `__main__`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from compiler.diagnostics import Pointer, Report
from compiler.frameworks.distributions import distribution_of
from compiler.passes.draft import Draft, Inputs

_BY_VALUE = frozenset({"cloudpickle", "dill", "types", "builtins", "abc"})
"""Packages whose names in a pickle, where they are unknown, put code together out of the file."""


@dataclass(frozen=True, slots=True)
class UnknownCode:
    """Names that a file would load, and where the manifest says which of them may be."""

    subject: str
    """`the model`, or the file's name."""
    names: Sequence[str]
    at: Pointer
    field: str
    """The field that allows them: `spec.model.allow`."""
    allowed: Sequence[str]
    places: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Name -> where in the file it stands, as far as its format has places."""
    beyond: Sequence[str] = ()
    """Those of a graph or a configuration of which nobody here has the code."""
    framework: str = ""


def refuse_unknown_code(draft: Draft, inputs: Inputs, report: Report) -> Draft:
    """Refuse models and files that name code nobody vouches for; `spec.model.allow` lifts it by name."""
    model, facts = inputs.manifest.spec.model, inputs.facts
    at: Pointer = ("spec", "model", "uri" if model and model.uri else "path")
    allowed = model.allow if model else ()
    beyond = [name for name in facts.unknown if _is_beyond(name, inputs)]
    found = [
        UnknownCode(
            "the model", facts.unknown, at, "spec.model.allow", allowed, facts.places, beyond, str(facts.framework)
        )
    ]
    for place, files in inputs.included.items():
        found += [UnknownCode(f"'{name}'", names, place, "spec.model.allow", allowed) for name, names in files.items()]
    for code in found:
        refuse(code, report, lambda names: _way_to_bring(names, inputs))
    return draft


def refuse(code: UnknownCode, report: Report, bring: Callable[[Sequence[str]], str]) -> None:
    """Report unknown code by whose it is; `bring` says how modules of the user's own come along."""
    names, subject = code.names, code.subject
    main = [name for name in names if _root(name) == "__main__"]
    by_value = [name for name in names if _root(name) in _BY_VALUE]
    others = [name for name in names if name not in {*main, *by_value} and distribution_of(_root(name))]
    beyond = [name for name in code.beyond if name not in {*main, *by_value, *others}]
    own = [name for name in names if name not in {*main, *by_value, *others, *beyond}]
    block = f"{code.field}: [{', '.join([*code.allowed, *own, *by_value, *others, *beyond])}]"
    if main:
        _main(subject, main, code.at, report)
    if by_value:
        text = f"{subject} holds code by value ({_some(by_value)}): allowing it allows any code"
        report.error("MF212", text, code.at, hint=f"if you made the file yourself, {block}")
    if own:
        text = f"loading {subject} would run {_some(own, code.places)}"
        report.error("MF212", text, code.at, hint=block + bring(own))
    if others:
        needed = ", ".join(sorted({str(distribution_of(_root(name))) for name in others}))
        text = f"loading {subject} would run code of {needed}: {_some(others, code.places)}"
        hint = f"{needed} belongs in the inference environment; if you trust it, {block}"
        report.error("MF207", text, code.at, hint=hint)
    if beyond:
        text = f"{subject} uses what {code.framework} does not bring: {_some(beyond, code.places)}"
        report.error("MF207", text, code.at, hint=f"if you trust it, {block}, and bring the code that defines it")


def _is_beyond(name: str, inputs: Inputs) -> bool:
    """Whether a part of a graph or a configuration names something of which nobody here has the code."""
    root = _root(name)
    return name in inputs.facts.places and root not in inputs.modules and not _brought(root, inputs)


def _main(subject: str, names: Sequence[str], at: Pointer, report: Report) -> None:
    text = (
        f"{subject} needs {_some(names)}: it was defined in the script or notebook that saved the model (__main__), "
        "which no server has"
    )
    hint = "move it into a module, import it from there and save the model again; or save it with cloudpickle"
    report.error("MF212", text, at, hint=hint)


def _way_to_bring(names: Sequence[str], inputs: Inputs) -> str:
    roots = sorted({_root(name) for name in names})
    missing = [found for root in roots if (found := _file_of(root, inputs)) is not None]
    if missing:
        return f" and spec.include: [{', '.join([*inputs.manifest.spec.include, *missing])}]"
    return "" if all(_brought(root, inputs) for root in roots) else " and bring its module with spec.include"


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
