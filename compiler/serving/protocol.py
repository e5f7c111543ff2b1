"""The files through which a supervisor is told what to do and says what it did: `desired.json` and `status.json`.

Each is replaced as a whole, so that it is never seen half-written. Nothing else passes between the two sides, so
either may die at any time and the other reads on.
"""

from __future__ import annotations

import dataclasses
import json
import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from compiler.serving.isolation.isolate import MECHANISMS
from compiler.serving.isolation.result import NONE, Isolation

DESIRED = "desired.json"
STATUS = "status.json"
METRICS = "metrics.json"
"""`workers`: counts of each; `history`: slices of time (`History`); `example`: a request that was answered."""
LOCK = "lock"
SUPERVISOR_LOG = "logs/supervisor.log"
WORKER_LOG = "logs/predict.log"


@dataclass(frozen=True, slots=True)
class Desired:
    """What is to be served. A higher generation is another artifact, environment or number of workers."""

    generation: int
    running: bool
    deployment: str
    """The first segment of the path to be served: `/<deployment>/predict`."""
    archive: Sequence[str]
    """Paths of the files that are the zip archive when laid end to end, or of one artifact directory.

    Read once, when the generation begins.
    """
    environment: Mapping[str, str] = field(default_factory=dict)
    workers: int = 1
    start_seconds: float = 1200.0
    """How long loading the model may take."""
    predict_seconds: float = 60.0
    """How long a call may take."""
    network: bool = False
    """Whether score.py may use the network of this machine."""
    require_isolation: bool = False
    """Whether nothing is to be loaded unless the workers are shut in completely."""
    mechanisms: Sequence[str] = MECHANISMS
    """The means of isolation that are used where the machine offers them."""


@dataclass(frozen=True, slots=True)
class Status:
    """How it is going with the newest generation."""

    generation: int
    state: str
    """starting, ready, failed (a former generation may still serve), degraded (workers end again and again)"""
    port: int
    pid: int
    started: int
    """Start time of the process in clock ticks since boot, as /proc has it: tells it from a later one with its pid."""
    errors: tuple[str, ...] = ()
    isolation: Isolation = NONE
    """How far the workers are shut in."""


def write_json(path: Path, value: Any) -> None:
    """Replace the file; only its owner may read it (the environment may hold secrets)."""
    # Several threads of one process may settle the same deployment.
    staged = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_native_id()}")
    descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(value, file)
        file.flush()
        os.fsync(file.fileno())
    staged.replace(path)


def write_desired(folder: Path, desired: Desired) -> None:
    """Tell the supervisor of this folder, the present one or the next."""
    write_json(folder / DESIRED, dataclasses.asdict(desired))


def read_desired(folder: Path) -> Desired | None:
    """What was told last; None when the folder is gone or was never told anything."""
    value = read_json(folder / DESIRED)
    return None if value is None else Desired(**value)


def write_status(folder: Path, status: Status) -> None:
    """Say how it is going."""
    write_json(folder / STATUS, dataclasses.asdict(status))


def read_status(folder: Path) -> Status | None:
    """What the last supervisor of this folder said last."""
    value = read_json(folder / STATUS)
    if value is None:
        return None
    isolation = Isolation(*value.get("isolation", NONE))
    return Status(**{**value, "errors": tuple(value["errors"]), "isolation": isolation})


def read_json(path: Path) -> Any:
    """The content of a file of this protocol, None when there is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None


def start_ticks(pid: int) -> int | None:
    """When the process was started, in clock ticks since boot; None when there is no such process."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = text.rpartition(")")[2].split()
    return None if fields[0] == "Z" else int(fields[19])
