"""Lock: look service conda packs up once, and write them to `manifact.lock`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.diagnostics import CompilerError, Diagnostic, did_you_mean
from compiler.engine.checkout import Checkout
from compiler.engine.result import Result
from compiler.engine.session import Session, TargetRequest, open_session
from compiler.events import Listener, ignore
from compiler.lock import Lock, LockedPack, read_lock, write_lock
from compiler.render.lines import Line

if TYPE_CHECKING:
    from compiler.render.documents.tools import LockDocument


@dataclass(frozen=True, slots=True)
class LockRequest:
    """Which packs to lock."""

    slugs: tuple[str, ...] = ()
    """Packs to add to those that are locked, which are looked up again."""
    target: TargetRequest = field(default_factory=TargetRequest)


@dataclass(frozen=True, slots=True)
class LockResult(Result):
    """Packs that are locked now, or all packs of the index."""

    packs: Mapping[str, LockedPack]
    """By slug, sorted."""
    written: Path | None = None
    """The lock file; None when the index was only listed."""

    def lines(self, width: int | None = None) -> list[Line]:  # noqa: ARG002 - a path is not cut
        """One line a pack; with its path when it is locked."""
        paths = {slug: f"  {pack.path}" if self.written else "" for slug, pack in self.packs.items()}
        return [Line(f"  {slug:<40}  Python {pack.python}{paths[slug]}") for slug, pack in self.packs.items()]

    def to_json(self) -> LockDocument:
        """What `lock --json` prints."""
        return {
            "formatVersion": 1,
            "lock": str(self.written) if self.written else None,
            "packs": [{"slug": slug, "path": pack.path, "python": pack.python} for slug, pack in self.packs.items()],
        }


def list_packs(checkout: Checkout, target: TargetRequest, listener: Listener = ignore) -> LockResult:
    """Every pack of the index; nothing is written. Raises `CompilerError` when the index cannot be read."""
    with open_session(checkout, target, listener) as session:
        return LockResult(_index(session))


def lock_packs(checkout: Checkout, request: LockRequest, listener: Listener = ignore) -> LockResult:
    """Look the packs up and write the lock file of the project.

    Raises `CompilerError` MF405 with every slug that the index does not have, and likewise.
    """
    with open_session(checkout, request.target, listener) as session:
        known = _index(session)
    slugs = sorted({*read_lock(session.root).packs, *request.slugs})
    if problems := [_unknown(slug, known) for slug in slugs if slug not in known]:
        raise CompilerError(*problems)
    packs = {slug: known[slug] for slug in slugs}
    return LockResult(packs, write_lock(session.root, Lock(packs)))


def _index(session: Session) -> dict[str, LockedPack]:
    """The index where CONDA_BUCKET_NS and CONDA_BUCKET_NAME (ADS's names) or the service keep it."""
    from compiler.cloud.objectstorage.conda_index import SERVICE_BUCKET, SERVICE_NAMESPACE, service_packs

    environ = session.checkout.environ
    namespace = environ.get("CONDA_BUCKET_NS", SERVICE_NAMESPACE)
    bucket = environ.get("CONDA_BUCKET_NAME", SERVICE_BUCKET)
    return dict(sorted(service_packs(session.connection, namespace, bucket).items()))


def _unknown(slug: str, known: Mapping[str, LockedPack]) -> Diagnostic:
    return Diagnostic("MF405", f"the index has no conda pack '{slug}'", hint=did_you_mean(slug, known))
