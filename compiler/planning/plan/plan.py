"""A whole plan: the changes of all manifests, and what is to be known of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from compiler.diagnostics import Diagnostic, Severity
from compiler.planning.canonical import digest
from compiler.planning.changes.types import Action, Change
from compiler.planning.concealment import conceal, conceal_in_diagnostic
from compiler.planning.desired.types import SmokeTest
from compiler.planning.tags import Scope

if TYPE_CHECKING:
    from compiler.planning.documents import ShownPlan


@dataclass(frozen=True, slots=True)
class Plan:
    """Changes in the order in which they are carried out; those of different names do not depend on each other."""

    place: Scope
    changes: tuple[Change, ...]
    artifacts: Mapping[str, str]
    """Manifest name -> digest of its artifact."""
    observed: str
    """Digest of what was observed."""
    diagnostics_by_name: Mapping[str, tuple[Diagnostic, ...]] = field(default_factory=dict)
    """Manifest name -> why its changes may not be carried out (a protected deployment), or what to know about them."""
    etags: Mapping[str, str] = field(default_factory=dict, compare=False)
    """OCID -> etag of what was read in full: for if-match."""
    smoke: Mapping[str, SmokeTest] = field(default_factory=dict, compare=False)
    """Manifest name -> its smoke test."""
    secrets: Mapping[tuple[str, str], str] = field(default_factory=dict, repr=False, compare=False)
    """(manifest name, environment variable) -> value: only in memory."""
    former: Mapping[tuple[str, str], str] = field(default_factory=dict, repr=False, compare=False)
    """The live values of environment variables, to be put back when an update fails: only in memory."""
    concealed: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    """Texts filled in from the environment -> what the manifest says there: only in memory, and shown instead."""

    @property
    def pending(self) -> tuple[Change, ...]:
        """The changes that do something."""
        return tuple(change for change in self.changes if change.action is not Action.NOOP)

    @property
    def models(self) -> frozenset[str]:
        """Names of the manifests it is about."""
        return frozenset(self.artifacts) | {change.name for change in self.changes}

    def with_diagnostics(self, more: Mapping[str, tuple[Diagnostic, ...]]) -> Plan:
        """The same plan with more to be known of some manifests."""
        merged = {
            name: (*self.diagnostics_by_name.get(name, ()), *self._shown(more.get(name, ())))
            for name in {**self.diagnostics_by_name, **more}
        }
        return replace(self, diagnostics_by_name=merged)

    def _shown(self, problems: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
        return (conceal_in_diagnostic(problem, self.concealed) for problem in problems)

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        """What is to be known of all manifests."""
        return tuple(problem for problems in self.diagnostics_by_name.values() for problem in problems)

    @property
    def blocked(self) -> frozenset[str]:
        """Names of the manifests whose changes may not be carried out; the others do not depend on them."""
        return frozenset(
            name
            for name, problems in self.diagnostics_by_name.items()
            if any(p.severity is Severity.ERROR for p in problems)
        )

    @property
    def applicable(self) -> tuple[Change, ...]:
        """The changes that do something and may be carried out."""
        blocked = self.blocked
        return tuple(change for change in self.pending if change.name not in blocked)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.pending

    @property
    def difference(self) -> str:
        """Digest of what the plan does: two plans with the same difference do the same."""
        changes = ({**change.to_json(), "cause": ""} for change in self.pending)
        return digest([conceal(change, self.concealed) for change in changes])

    def count(self, *actions: Action) -> int:
        """How many changes have one of these actions."""
        return sum(change.action in actions for change in self.changes)

    def to_json(self) -> ShownPlan:
        """JSON form for views and the plan file; without secrets."""
        return {
            "place": self.place.to_json(),
            "artifacts": dict(self.artifacts),
            "observed": self.observed,
            "difference": self.difference,
            "changes": [conceal(change.to_json(), self.concealed) for change in self.changes],
        }
