"""Verification before saving: run once for each artifact, samples and environment; remembered after that."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from compiler.render import words as text
from compiler.cli.console import Console

if TYPE_CHECKING:
    from compiler.compilation.build import Build
    from compiler.diagnostics import CompilerError, Diagnostic
    from compiler.planning.plan.plan import Plan
    from compiler.verify import Verification


def verify_before_saving(builds: Sequence[Build], plan: Plan, when: str, console: Console, *, timeout: float) -> None:
    """Run the models of a plan before they are saved: `always`, or with `auto` those whose bytes are uploaded.

    Raises `CompilerError` with the problems of all of them, before anything is sent.
    """
    from compiler.diagnostics import CompilerError

    uploaded = {change.name for change in plan.applicable if change.uploads}
    wanted = [build for build in builds if when == "always" or (when == "auto" and build.name in uploaded)]
    problems: list[Diagnostic] = []
    for build in wanted:
        try:
            verified(build, console, timeout=timeout, named=len(builds) > 1)
        except CompilerError as problem:
            standing = _standing(problem, plan, when, console)
            problems += [d.named(build.name) for d in standing] if len(builds) > 1 else standing
    if problems:
        raise CompilerError(*problems)


def _standing(problem: CompilerError, plan: Plan, when: str, console: Console) -> Sequence[Diagnostic]:
    """What of a problem stands: a framework that is missing here is one where nothing else tests the model."""
    from compiler.workspace.targets import LOCAL

    missing = any(d.code == "MF608" for d in problem.diagnostics)
    if when == "always" or plan.place.target == LOCAL or not missing:
        return problem.diagnostics
    console.note(f"  warning: not verified here, the smoke test decides: {problem.diagnostics[0].message}")
    return ()


def verified(
    build: Build, console: Console, *, timeout: float, again: bool = False, named: bool = False
) -> Verification | None:
    """Verify a build and say so; None when it has no golden rows.

    `again` ignores what is remembered; `named` says of which model the line is.

    Raises `CompilerError` when the artifact cannot be run here (exit 3) or answers wrongly (exit 4).
    """
    from compiler.verify import environment_of, find_receipt, receipt_key, remember, verify

    if build.golden is None or build.record is None or build.container:
        console.line(f"  {build.name}  not verified: {_unverified(build)}")
        return None
    cache = build.state / "receipts"
    key = receipt_key(build.record.digest, build.golden, environment_of(build.facts.requires))
    if not again and (known := find_receipt(cache, key)):
        return known
    started = time.perf_counter()
    own_score = build.own_score
    result = verify(build.artifact, build.golden, timeout=timeout, requires=build.facts.requires, shapes=not own_score)
    remember(cache, key, result)
    rows = text.count(result.rows, "golden row")
    how = f"max difference {result.max_difference:g}" if result.compared else "answered; no output sample to compare"
    what = f"{build.name}  " if named else ""
    console.line(f"  {what}verified {rows} in {time.perf_counter() - started:.1f} s ({how})")
    return result


def _unverified(build: Build) -> str:
    """Why nothing is run here."""
    if build.record is None:
        return "it is in the catalog already"
    return "a container runs it" if build.container else "no samples"
