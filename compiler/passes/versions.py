"""Versions that the model records against those of the environment it is to run in.

A model that is loaded by another release of its library than wrote it is the commonest way for a deployment to fail, or
worse, to answer differently.
"""

from __future__ import annotations

import re

from compiler.diagnostics import Report
from compiler.frameworks import distributions_of
from compiler.passes.draft import Draft, Inputs


def check_versions(draft: Draft, inputs: Inputs, report: Report) -> Draft:
    """Report a skew between recorded and installed versions: an error across major releases, else a warning."""
    for name, recorded in _recorded(inputs).items():
        for distribution in distributions_of(name):
            installed = inputs.libraries.get(_canonical(distribution))
            if installed is not None and _release(installed) != _release(recorded):
                _tell(distribution, recorded, installed, report)
    return draft


def _recorded(inputs: Inputs) -> dict[str, str]:
    facts = inputs.facts
    own = {facts.framework: facts.version} if facts.framework and facts.version else {}
    return {**own, **facts.versions}


def _tell(distribution: str, recorded: str, installed: str, report: Report) -> None:
    text = f"the model was written by {distribution} {recorded}, the inference environment has {installed}"
    hint = f"use an environment with {distribution} {recorded}, or write the model again with {installed}"
    at = ("spec", "environment", "inference")
    if _release(recorded)[:1] != _release(installed)[:1]:
        report.error("MF404", text, at, hint=hint)
    else:
        report.warning("MF404", text, at, hint=hint)


def _release(version: str) -> tuple[int, ...]:
    """`2.13.0+cpu` -> (2, 13, 0); trailing zeros mean nothing."""
    numbers = [int(part) for part in re.findall(r"\d+", re.split(r"[+]|[a-z]", version, maxsplit=1)[0])]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
