"""Move the working tree of a source to the newest revision that may be applied; otherwise the last one stays."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from compiler.diagnostics import CompilerError
from compiler.reconcile.source.mirror import Source
from compiler.reconcile.source.revisions import refused_revision
from compiler.reconcile.source.signatures import Signers, unsigned_problem
from compiler.reconcile.turn.settings import Settings


@dataclass(slots=True)
class Follower:
    """A source, and which revisions of it are taken."""

    source: Source
    allow_older: bool = False
    accept: str = ""
    fetched: float = field(default_factory=time.monotonic)
    """When the repository was last read, of the monotonic clock."""

    def prepare(self) -> None:
        """Have a working tree before anything else. Raises `CompilerError` MF785."""
        revision = self.source.fetch()
        if not self.source.current:
            self.source.move(revision)

    def follow(self, settings: Settings, last: str) -> str:
        """Fetch and move; why the newest revision is not taken, or empty. `settings` are those of `last`."""
        try:
            revision = self.source.fetch()
            self.fetched = time.monotonic()
            problem = self.refused(settings, last, revision)
            if not problem and revision != self.source.current:
                self.source.move(revision)
        except CompilerError as error:
            return error.diagnostics[0].message
        return problem

    def refused(self, settings: Settings, last: str, revision: str) -> str:
        """Why a revision may not be applied; empty when it may."""
        history = self.source.history
        problem = refused_revision(history, last, revision, allow_older=self.allow_older, accept=self.accept)
        if problem:
            return problem
        mode, signers = settings.verify, Signers(settings.allowed_signers, settings.keyring)
        return unsigned_problem(history, last, revision, mode=mode, signers=signers, tree=self.source.tree)
