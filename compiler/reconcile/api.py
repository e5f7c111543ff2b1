"""Reconciling from Python."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from compiler.engine.checkout import Checkout
from compiler.engine.session import TargetRequest
from compiler.events import Listener, ignore
from compiler.reconcile.once import ReconcileRequest, reconcile
from compiler.reconcile.reporting.report import ReconcileResult
from compiler.reconcile.turn.orders import Orders


def reconcile_project(
    path: str | os.PathLike[str] = ".",
    *,
    target: str | None = None,
    orders: Orders | None = None,
    wait: bool = True,
    timeout: float = 3600.0,
    environ: Mapping[str, str] | None = None,
    listener: Listener = ignore,
) -> ReconcileResult:
    """Bring a target to what the project around `path` says; one turn, or with `wait` until nothing is in progress.

    `orders` says what may be done (prune, consent, approvals). Raises `CompilerError` as `manifact reconcile --once`.
    """
    checkout = Checkout(Path(path).resolve(), None, os.environ if environ is None else environ)
    request = ReconcileRequest(TargetRequest(target), orders or Orders(), wait=wait, timeout=timeout)
    return reconcile(checkout, request, listener)
