"""Verification before saving: run once for each artifact, samples and environment; remembered after that."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from compiler.cli import text
from compiler.cli.console import Console

if TYPE_CHECKING:
    from compiler.build.result import Build
    from compiler.verify import Verification


def verified(build: Build, console: Console, *, timeout: float, again: bool = False) -> Verification | None:
    """Verify a build and say so; None when it has no golden rows. `again` ignores what is remembered.

    Raises `CompilerError` when the artifact cannot be run here (exit 3) or answers wrongly (exit 4).
    """
    from compiler.verify import environment_of, find_receipt, receipt_key, remember, verify

    if build.golden is None:
        console.line(f"  {build.name}  not verified: no samples")
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
    console.line(f"  verified {rows} in {time.perf_counter() - started:.1f} s ({how})")
    return result
