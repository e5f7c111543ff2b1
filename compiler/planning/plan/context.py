"""What the planner is handed for one manifest, and what it finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from compiler.diagnostics import Diagnostic
from compiler.planning.changes.types import Change
from compiler.planning.desired.types import Desired
from compiler.planning.live.observed import LiveResource
from compiler.planning.tags import Scope


@dataclass(frozen=True, slots=True)
class ManifestContext:
    """One manifest and everything live that concerns it."""

    desired: Desired
    place: Scope
    models: tuple[LiveResource, ...]
    """Ours under this name, deleted ones included, oldest first."""
    deployments: tuple[LiveResource, ...]
    version_set: LiveResource | None
    """The live set of the wanted name."""
    former_sets: tuple[LiveResource, ...]
    """Live sets under the manifest's former name."""
    served: tuple[LiveResource, ...]
    """The models that our deployments serve."""
    serving: Mapping[str, frozenset[str]]
    """OCID of a model -> OCIDs of the deployments that serve it, of whomever."""
    catalog: Mapping[str, LiveResource | None] = field(default_factory=dict)
    """Models that are named by OCID, as far as they were read."""
    untagged_versions: tuple[LiveResource, ...] = ()
    """Versions without our tags in the wanted set, where that one is ours."""
    untagged_deployments: tuple[LiveResource, ...] = ()
    elsewhere: tuple[LiveResource, ...] = ()
    """Models and deployments of this name that another project or target owns."""
    retry: bool = False

    @property
    def has_records(self) -> bool:
        """Whether there is a record that its changes could depend on."""
        live = self.models or self.deployments or self.version_set or self.untagged_versions
        return bool(live or self.desired.model_id)

    @property
    def live_deployments(self) -> list[LiveResource]:
        """Those that are not deleted; oldest first."""
        return [live for live in self.deployments if not live.deleted]


@dataclass(frozen=True, slots=True)
class ManifestPlan:
    """The outcome for one manifest."""

    changes: tuple[Change, ...]
    problems: tuple[Diagnostic, ...] = ()
    needs: frozenset[str] = frozenset()
    """OCIDs whose records the changes depend on."""
