"""What is live under a manifest's former name, and what is left to carry over to the new one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from compiler.planning import tags
from compiler.planning.changes.renaming import carry_over
from compiler.planning.changes.types import Action, Change
from compiler.planning.live.observed import Kind, LiveResource
from compiler.planning.plan.context import ManifestContext


def carried_over(context: ManifestContext, changes: Sequence[Change]) -> list[Change]:
    """The changes, and before them those of older versions, sets, and a deployment that none of them takes along.

    A version set goes with the model that is changed anyway: it has no life of its own.
    """
    changed = {change.id for change in changes}
    kinds: tuple[tuple[Kind, Sequence[LiveResource]], ...] = (
        (Kind.MODEL, context.models),
        (Kind.DEPLOYMENT, context.deployments),
    )
    left = [(kind, live) for kind, lives in kinds for live in lives if _is_left(context, live, changed)]
    sets = [
        _carry_over(context, Kind.VERSION_SET, live) for live in context.former_sets if _is_left(context, live, changed)
    ]
    along = next((change for change in changes if change.kind is Kind.MODEL and change.action is not Action.NOOP), None)
    others = [_carry_over(context, kind, live) for kind, live in left]
    if along is None:
        return [*sets, *others, *changes]
    fields = tuple(replace(field, path=f"modelVersionSet.{field.path}") for change in sets for field in change.fields)
    steps = tuple(step for change in sets for step in change.steps)
    taken = replace(along, fields=(*along.fields, *fields), steps=(*along.steps, *steps))
    return [*others, *(taken if change is along else change for change in changes)]


def _is_left(context: ManifestContext, live: LiveResource, changed: Collection[str | None]) -> bool:
    former = live.tags.get(tags.NAME) != context.desired.name
    return former and live.id not in changed and not live.deleted and live.state != "FAILED"


def _carry_over(context: ManifestContext, kind: Kind, live: LiveResource) -> Change:
    name = context.desired.name
    return carry_over(kind, name, live, context.place.owner(name))
