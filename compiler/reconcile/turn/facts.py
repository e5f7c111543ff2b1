"""What one turn knows of every name, before anything is decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from compiler.diagnostics import Diagnostic
from compiler.planning.changes.types import Change


@dataclass(frozen=True, slots=True)
class NameFacts:
    """One manifest and what is live under its name; of an orphaned name, only what is live."""

    name: str
    manifest: str = ""
    """Its file, relative to the project root; empty for an orphaned name."""
    wanted: str = ""
    """Digest of everything the manifest wants; empty where it cannot be compiled."""
    artifact: str = ""
    problems: tuple[Diagnostic, ...] = ()
    """Why the manifest cannot be compiled or resolved."""
    suspended: bool = False
    changes: tuple[Change, ...] = ()
    """The planned changes, in order."""
    refusals: tuple[Diagnostic, ...] = ()
    """Errors of the plan: the changes may not be carried out."""
    failed_test: bool = False
    """Whether exactly these settings failed their smoke test before."""
    in_progress: str = ""
    """Lifecycle state of a deployment that the service is at work on."""
    in_progress_since: float | None = None
    """Epoch seconds."""
    resource_states: Mapping[str, str] = field(default_factory=dict)
    """OCID -> lifecycle state of what is live under the name."""
    live_artifacts: frozenset[str] = frozenset()
    """Digests of the committed versions that are live."""
    version: str = ""
    endpoint: str = ""

    @property
    def exists(self) -> bool:
        """Whether anything is live under the name."""
        return bool(self.resource_states)


@dataclass(frozen=True, slots=True)
class Fleet:
    """All names of a project in a target, as observed once."""

    names: Mapping[str, NameFacts]
    """Names that manifests declare, broken and suspended ones included."""
    orphaned: Mapping[str, NameFacts]
    """Names that are live and in no manifest."""
    unreadable: tuple[Diagnostic, ...] = ()
    """Problems of manifests whose name cannot be read."""
    revision: str = ""
    """Commit of the checkout; empty outside of git."""
    project: str = ""
    patterns: str = ""
    """Digest of the project's `manifests` patterns."""
    incomplete: tuple[str, ...] = ()
    """Why not all manifests may be in view: then nothing is pruned."""

    @property
    def live(self) -> int:
        """How many names have something live."""
        return sum(facts.exists for facts in (*self.names.values(), *self.orphaned.values()))
