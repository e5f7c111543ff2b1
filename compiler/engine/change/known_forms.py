"""Smoke tests of artifacts made elsewhere are asked in the form that verification found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compiler.compilation.build import Build
    from compiler.planning.plan.plan import Plan


def in_known_forms(plan: Plan, builds: Iterable[Build]) -> Plan:
    """The plan with the smoke tests in the forms that are remembered of the artifacts; a request of one's own stays."""
    smoke = dict(plan.smoke)
    for build in builds:
        found = smoke.get(build.name)
        if found and found.batch and build.record and build.golden and build.golden.by_column:
            smoke[build.name] = replace(found, form=_form(build, build.record.digest))
    return replace(plan, smoke=smoke)


def _form(build: Build, digest: str) -> str:
    from compiler.verify import remembered_form

    return remembered_form(build.layout.receipts, digest)
