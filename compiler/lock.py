"""`manifact.lock`: what was looked up once, so that compile never has to: conda packs by slug, and the artifact format.

The file lies at the project root and is checked in. It is JSON (so that a diff shows one line a fact), written whole by
`manifact lock` and read by nothing but this module.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from compiler.diagnostics import SourceRange, failure

LOCK_FILE = "manifact.lock"
LOCK_VERSION = 1
ARTIFACT_FORMAT = 1
"""Which templates make the artifact's files: frozen on release, so that upgrading the tool redeploys nobody."""


@dataclass(frozen=True, slots=True)
class LockedPack:
    """A service conda pack, as the service's index described it."""

    path: str
    """`oci://bucket@namespace/service_pack/…`"""
    python: str
    libraries: Mapping[str, str] = field(default_factory=dict)
    """Distribution -> version; empty when the index does not list them."""


@dataclass(frozen=True, slots=True)
class Lock:
    """What the lock file says; without a file, nothing is locked."""

    packs: Mapping[str, LockedPack] = field(default_factory=dict)
    artifact_format: int = ARTIFACT_FORMAT


def read_lock(root: Path) -> Lock:
    """The lock of a project root. Raises `CompilerError` MF401 when it is damaged or of another version."""
    path = root / LOCK_FILE
    if not path.exists():
        return Lock()
    try:
        document = json.loads(path.read_bytes())
        found = document["lockVersion"], document["artifactFormat"]
        packs = {slug: LockedPack(**pack) for slug, pack in document["condaPacks"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unusable(f"cannot be read: {error!r}") from None
    if found != (LOCK_VERSION, ARTIFACT_FORMAT):
        raise _unusable(f"has version {found[0]} and artifact format {found[1]}, this manifact knows 1 and 1")
    return Lock(packs, found[1])


def render_lock(lock: Lock) -> str:
    """The text of the lock file: sorted, one fact a line."""
    packs = {slug: asdict(lock.packs[slug]) for slug in sorted(lock.packs)}
    document = {"lockVersion": LOCK_VERSION, "artifactFormat": lock.artifact_format, "condaPacks": packs}
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def write_lock(root: Path, lock: Lock) -> Path:
    """Write the lock file of a project root, whole or not at all; returns its path."""
    path = root / LOCK_FILE
    staged = path.with_name(f".{path.name}.staged")
    staged.write_text(render_lock(lock), encoding="utf-8")
    return staged.replace(path)


def _unusable(why: str) -> Exception:
    return failure("MF401", f"{LOCK_FILE} {why}", where=SourceRange(LOCK_FILE), hint="write it anew: `manifact lock`")
