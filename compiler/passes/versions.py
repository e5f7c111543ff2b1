"""Versions that the model records against those of the environment it is to run in.

A model that is loaded by another release of its library than wrote it is the commonest way for a deployment to fail, or
worse, to answer differently.
"""

from __future__ import annotations

import re

from compiler.diagnostics import Report
from compiler.frameworks import distributions_of, misnamed
from compiler.frameworks.distributions import CONDA_NAMES, FRAMEWORK_OF
from compiler.ir import Need
from compiler.passes.draft import Draft, Inputs
from compiler.passes.packages import Packages, canonical, contains, meet

_AT = ("spec", "environment", "inference")
# What every scientific package brings along: an environment.yaml rarely names them.
_BROUGHT = frozenset(("joblib", "numpy", "pandas", "scipy"))


def check_versions(draft: Draft, inputs: Inputs, report: Report) -> Draft:
    """Report a skew between what the model records and what the environment holds (MF404), and what it lacks (MF406).

    A skew is an error across major releases and where loading fails, else a warning.
    """
    for name, recorded in recorded_versions(inputs).items():
        for distribution in distributions_of(name):
            _compare(distribution, recorded, inputs.packages, report)
    for need in inputs.facts.needs:
        for distribution in distributions_of(need.distribution):
            _check_need(need, distribution, inputs.packages, report)
    if inputs.packages.complete:
        _check_listed(inputs, report)
    return draft


def recorded_versions(inputs: Inputs) -> dict[str, str]:
    """Releases that the model file records, by the name of the framework or library."""
    facts = inputs.facts
    own = {facts.framework: facts.version} if facts.framework and facts.version else {}
    return {**own, **facts.versions}


def _compare(distribution: str, recorded: str, packages: Packages, report: Report) -> None:
    name = canonical(distribution)
    installed, asked = packages.versions.get(name), packages.ranges.get(name)
    if installed is not None and _release(installed) != _release(recorded):
        same_major = _release(installed)[:1] == _release(recorded)[:1]
        _tell(distribution, recorded, f"has {installed}", installed, report, grave=not same_major)
    elif asked and not contains(asked, recorded):
        major = (_release(recorded) or (0,))[0]
        _tell(
            distribution, recorded, f"asks for {asked}", f"one of {asked}", report,
            grave=not meet(asked, f">={major},<{major + 1}"),
        )  # fmt: skip


def _tell(distribution: str, recorded: str, has: str, other: str, report: Report, *, grave: bool) -> None:
    text = f"the model was written by {distribution} {recorded}, the inference environment {has}"
    hint = f"use an environment with {distribution} {recorded}, or write the model again with {other}"
    (report.error if grave else report.warning)("MF404", text, _AT, hint=hint)


def _check_need(need: Need, distribution: str, packages: Packages, report: Report) -> None:
    asked = packages.asked(distribution)
    if asked is None or meet(asked, need.specifier):
        return
    shown = asked.removeprefix("==")
    text = f"{need.reason}, which asks for {distribution} {need.specifier}; the inference environment has {shown}"
    hint = f"use an environment with {distribution} {need.specifier}, or write the model again with {shown}"
    (report.error if need.required else report.warning)("MF404", text, _AT, hint=hint)


def _check_listed(inputs: Inputs, report: Report) -> None:
    """Warn of what loading needs and no line of the environment's file brings."""
    wanted = {name for name in inputs.facts.requires if name not in _BROUGHT}
    listed = inputs.packages
    for name in sorted(wanted):
        if any(listed.has(other) for other in _spellings(name)):
            continue
        wrong = next((found for found in (*listed.versions, *listed.ranges) if misnamed(found) == name), None)
        text = f"loading the model needs {name}, which the inference environment does not list"
        text += f"; it lists '{wrong}', which is another package" if wrong else ""
        version = recorded_versions(inputs).get(name)
        line = f"{name}=={version}" if version else name
        report.warning("MF406", text, _AT, hint=f"add '{line}' to it" + (f" instead of '{wrong}'" if wrong else ""))


def _spellings(name: str) -> tuple[str, ...]:
    """Distributions that are as good: tensorflow-cpu for tensorflow; conda calls torch pytorch."""
    return (name, *distributions_of(FRAMEWORK_OF.get(name, name)), *CONDA_NAMES.get(name, ()))


def _release(version: str) -> tuple[int, ...]:
    """`2.13.0+cpu` -> (2, 13, 0); trailing zeros mean nothing."""
    numbers = [int(part) for part in re.findall(r"\d+", re.split(r"[+]|[a-z]", version, maxsplit=1)[0])]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
