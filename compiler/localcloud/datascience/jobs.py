"""What is still to be done: jobs in the database, carried on by whoever handles the next request.

A job is a state to be reached, not a thread: after a kill at any time the next process finds it and goes on.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from compiler.localcloud.http.calls import Backend, Settings
from compiler.localcloud.store.database import Transaction


@dataclass(frozen=True, slots=True)
class Job:
    """`action` is to be done on `resource` from the time `due` (seconds since the epoch) on."""

    action: str
    resource: str
    arguments: Mapping[str, Any]
    id: str = ""
    due: float = 0.0


Advance: TypeAlias = Callable[[Backend, Job], None]
"""Carries a job on as far as it goes without waiting, and removes it when it is done."""


def schedule(tx: Transaction, settings: Settings, operation: str, job: Job) -> None:
    """Add the job of a work request of this operation type; settings and fault rules say when it is due."""
    fault = settings.faults.of_work(operation)
    slow = fault is not None and fault.effect == "slow"
    due = time.time() + (fault.seconds if fault is not None and slow else settings.work_seconds)
    failing = {"fault": f"A fault as requested: {fault.text}"} if fault is not None and not slow else {}
    row = (secrets.token_hex(16), due, job.action, job.resource, json.dumps({**job.arguments, **failing}))
    tx.execute("INSERT INTO jobs VALUES (?, ?, ?, ?, ?)", *row)


def settle(backend: Backend, actions: Mapping[str, Advance]) -> None:
    """Carry on every job that is due."""
    with backend.store.read() as tx:
        rows = tx.execute("SELECT * FROM jobs WHERE due <= ? ORDER BY due", time.time()).fetchall()
    for identifier, due, action, resource, arguments in rows:
        actions[action](backend, Job(action, resource, json.loads(arguments), identifier, due))


def take(tx: Transaction, job: Job) -> bool:
    """Remove the job; False when somebody else was faster and has done it."""
    return tx.execute("DELETE FROM jobs WHERE id = ?", job.id).rowcount == 1
