"""What the planner is handed for one manifest, and what it finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from compiler.diagnostics import Diagnostic
from compiler.planning.changes.types import Change
from compiler.planning.desired.types import Desired
from compiler.planning.live.observed import Live
from compiler.planning.tags import Place


@dataclass(frozen=True, slots=True)
class Turn:
    """One manifest and everything live that concerns it."""

    desired: Desired
    place: Place
    models: tuple[Live, ...]
    """Ours under this name, deleted ones included, oldest first."""
    deployments: tuple[Live, ...]
    version_set: Live | None
    """The live set of the wanted name."""
    served: tuple[Live, ...]
    """The models that our deployments serve."""
    serving: Mapping[str, frozenset[str]]
    """OCID of a model -> OCIDs of the deployments that serve it, of whomever."""
    catalog: Mapping[str, Live | None] = field(default_factory=dict)
    """Models that are named by OCID, as far as they were read."""
    untagged_versions: tuple[Live, ...] = ()
    """Versions without our tags in the wanted set, where that one is ours."""
    untagged_deployments: tuple[Live, ...] = ()
    retry: bool = False

    @property
    def live_deployments(self) -> list[Live]:
        """Those that are not deleted; oldest first."""
        return [live for live in self.deployments if not live.gone]


@dataclass(frozen=True, slots=True)
class NamePlan:
    """The outcome for one manifest."""

    changes: tuple[Change, ...]
    problems: tuple[Diagnostic, ...] = ()
    needs: frozenset[str] = frozenset()
    """OCIDs whose records the changes depend on."""
