"""Verify: run an artifact in a separate process and compare its answers with the golden rows."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from compiler.diagnostics import CompilerError, Diagnostic
from compiler.engine.artifact.record import record_answers
from compiler.engine.checkout import Checkout
from compiler.engine.result import Result
from compiler.events import Event, Listener, Phase, ignore
from compiler.render.lines import Line

if TYPE_CHECKING:
    from compiler.compilation.build import Build
    from compiler.ir import Golden
    from compiler.planning.plan.plan import Plan
    from compiler.render.documents.artifacts import VerifyDocument
    from compiler.verify import Verification

When: TypeAlias = Literal["auto", "always", "never"]
"""Which models are run before they are saved: those whose bytes are uploaded, all, or none."""


@dataclass(frozen=True, slots=True)
class VerifyRequest:
    """What to verify."""

    manifest: Path = Path()
    timeout: float = 300.0
    """Seconds for loading the model and answering."""
    require_isolation: bool = False
    """Run the model only in a process that is isolated completely."""
    record: bool = False
    """First write the sample of answers from the model itself."""


@dataclass(frozen=True, slots=True)
class VerifyResult(Result):
    """A verification, or the reason why there is none."""

    name: str
    verification: Verification | None
    seconds: float = 0.0
    reason: str = ""
    """Why the artifact is not run here; empty when it was."""
    remembered: bool = False
    """Whether an earlier run was remembered: nothing was run."""
    manifest: Path | None = None
    """The manifest that was to be verified; None within an apply."""

    def lines(self, width: int | None = None) -> list[Line]:  # noqa: ARG002 - never long
        """One line: how it was verified, or why not."""
        return [Line(f"  {self.text(named=not self.verification)}")]

    def closing(self, width: int | None = None) -> list[Line]:  # noqa: ARG002 - never long
        """What comes next: the event has said the rest."""
        from compiler.engine.following import next_line
        from compiler.workspace.root import as_typed

        return [next_line(f"apply {as_typed(self.manifest)}")] if self.manifest else []

    def text(self, *, named: bool) -> str:
        """`verified 20 golden rows in 0.8 s (max difference 0)`; `named` puts the model's name before it."""
        from compiler.render.words import count

        prefix = f"{self.name}  " if named else ""
        if self.verification is None:
            return f"{prefix}not verified: {self.reason}"
        compared, difference = self.verification.compared, self.verification.max_difference
        how = f"max difference {difference:g}" if compared else "answered; no output sample to compare"
        return f"{prefix}verified {count(self.verification.rows, 'golden row')} in {self.seconds:.1f} s ({how})"

    def to_json(self) -> VerifyDocument:
        """What `verify --json` prints."""
        from compiler.render.verification import verification_document

        found = self.verification
        return {
            "formatVersion": 1,
            "name": self.name,
            "verification": verification_document(found) if found else None,
        }


def verify_manifest(checkout: Checkout, request: VerifyRequest, listener: Listener = ignore) -> VerifyResult:
    """Compile the manifest, then verify; an earlier run that is remembered does not count.

    Raises `CompilerError` when the artifact cannot be run here (exit 3) or answers wrongly (exit 4).
    """
    from compiler.compilation.compile import compile_manifest
    from compiler.render.isolation import isolation_text
    from compiler.workspace.root import manifest_path

    path = manifest_path(checkout.path(request.manifest))
    root = checkout.root_of(path.parent)
    build = compile_manifest(path, root=root, listener=listener)
    if request.record:
        recorded = record_answers(checkout, path, build, request.timeout)
        listener(Event(Phase.VERIFIED, build.name, recorded.text))
        build = compile_manifest(path, root=root)
    result = verify_build(build, request.timeout, listener, again=True, require_isolation=request.require_isolation)
    if result.verification is not None:
        isolation = result.verification.isolation
        phase = Phase.VERIFIED if isolation.complete else Phase.WARNING
        listener(Event(phase, build.name, isolation_text(isolation)))
    return replace(result, manifest=path)


def verify_build(
    build: Build,
    timeout: float,
    listener: Listener,
    *,
    again: bool = False,
    named: bool = False,
    require_isolation: bool = False,
) -> VerifyResult:
    """Verify a build; the listener hears how, unless an earlier run is remembered.

    `again` ignores what is remembered; `named` reports the model's name too; `require_isolation` runs it only in a
    process that is isolated completely. Raises `CompilerError` when the artifact cannot be run here (exit 3) or answers
    wrongly (exit 4).
    """
    from compiler.verify import environment_of, find_receipt, receipt_key, remember, remember_form

    if build.golden is None or build.record is None or build.container:
        result = VerifyResult(build.name, None, reason=_unverified(build))
        listener(Event(Phase.VERIFIED, build.name, result.text(named=True)))
        return result
    cache = build.layout.receipts
    key = receipt_key(build.record.digest, build.golden, environment_of(build.facts.requires))
    if not again and (known := find_receipt(cache, key)) and (known.isolated or not require_isolation):
        return VerifyResult(build.name, known, remembered=True)
    started = time.perf_counter()
    found = _verified(build, build.golden, timeout, require_isolation=require_isolation)
    remember(cache, key, found)
    if build.golden.by_column:
        remember_form(cache, build.record.digest, found.form or "columns")
    result = VerifyResult(build.name, found, time.perf_counter() - started)
    listener(Event(Phase.VERIFIED, build.name, result.text(named=named)))
    return result


def _verified(build: Build, golden: Golden, timeout: float, *, require_isolation: bool) -> Verification:
    from compiler.verify import verify, verify_in_some_form

    requires = build.facts.requires
    if golden.by_column:  # it was made elsewhere
        return verify_in_some_form(
            build.artifact, golden, timeout=timeout, requires=requires, require_isolation=require_isolation
        )
    return verify(
        build.artifact,
        golden,
        timeout=timeout,
        requires=requires,
        shapes=not build.own_score,
        require_isolation=require_isolation,
    )


def verify_before_saving(
    builds: Sequence[Build],
    plan: Plan,
    when: When,
    timeout: float,
    listener: Listener,
    *,
    require_isolation: bool = False,
) -> None:
    """Run the models of a plan before they are saved: `always`, or with `auto` those whose bytes are uploaded.

    Raises `CompilerError` with the problems of all of them, before anything is sent.
    """
    refused = refused_by_verification(builds, plan, when, timeout, listener, require_isolation=require_isolation)
    if refused:
        raise CompilerError(*(problem for problems in refused.values() for problem in problems))


def refused_by_verification(
    builds: Sequence[Build],
    plan: Plan,
    when: When,
    timeout: float,
    listener: Listener,
    *,
    require_isolation: bool = False,
) -> dict[str, tuple[Diagnostic, ...]]:
    """Names of the models that are not verified and may not be saved, each with its problems."""
    uploaded = {change.name for change in plan.applicable if change.uploads}
    wanted = [build for build in builds if when == "always" or (when == "auto" and build.name in uploaded)]
    refused: dict[str, tuple[Diagnostic, ...]] = {}
    named = len(builds) > 1
    for build in wanted:
        try:
            verify_build(build, timeout, listener, named=named, require_isolation=require_isolation)
        except CompilerError as error:
            remaining = _remaining(error, build, plan, when, listener)
            if remaining:
                refused[build.name] = tuple(d.named(build.name) for d in remaining) if named else tuple(remaining)
    return refused


def _remaining(error: CompilerError, build: Build, plan: Plan, when: When, listener: Listener) -> Sequence[Diagnostic]:
    """What of an error counts: a framework or a Linux that is missing is one where nothing else tests the model."""
    from compiler.workspace.targets import LOCAL

    missing = any(d.code in ("MF608", "MF612") for d in error.diagnostics)
    if when == "always" or plan.place.target == LOCAL or not missing:
        return error.diagnostics
    text = f"warning: not verified here, the smoke test decides: {error.diagnostics[0].message}"
    listener(Event(Phase.WARNING, build.name, text))
    return ()


def _unverified(build: Build) -> str:
    """Why nothing is run here."""
    if build.record is None:
        return "it is in the catalog already"
    return "a container runs it" if build.container else "no samples"
