"""What is live under a manifest's former name, and what is left to carry over to the new one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from compiler.planning import tags
from compiler.planning.changes.renaming import carry_over
from compiler.planning.changes.types import Change
from compiler.planning.live.observed import Kind, LiveResource
from compiler.planning.plan.context import ManifestContext


def carried_over(context: ManifestContext, changes: Iterable[Change]) -> list[Change]:
    """Older versions, sets, and a deployment that no change of the plan gives the new name or takes away."""
    changed = {change.id for change in changes}
    kinds: tuple[tuple[Kind, Sequence[LiveResource]], ...] = (
        (Kind.VERSION_SET, context.former_sets),
        (Kind.MODEL, context.models),
        (Kind.DEPLOYMENT, context.deployments),
    )
    name, owner = context.desired.name, context.place.owner(context.desired.name)
    return [
        carry_over(kind, name, live, owner)
        for kind, lives in kinds
        for live in lives
        if live.tags.get(tags.NAME) != name and live.id not in changed and not live.deleted and live.state != "FAILED"
    ]
