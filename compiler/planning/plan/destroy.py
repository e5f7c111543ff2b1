"""A plan that takes away everything of some manifests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from compiler.diagnostics import Diagnostic
from compiler.planning.changes.deletion import delete_deployment, delete_model, delete_version_set
from compiler.planning.changes.types import Change
from compiler.planning.live.observed import LiveResource, Observed
from compiler.planning.plan.plan import Plan
from compiler.planning.plan.refusals import is_protected, served_elsewhere, undeletable
from compiler.planning.tags import Scope


def destroy(
    names: Iterable[str], observed: Observed, place: Scope, protected: Sequence[str] = (), kept: Sequence[str] = ()
) -> Plan:
    """Delete deployments, models (all versions) and the version set of these manifests.

    `kept` are models that a manifest names by OCID: never deleted. `protected` are those whose manifest says
    `protect: true`; a live deployment that was applied so counts as well.
    """
    changes: list[Change] = []
    diagnostics: dict[str, tuple[Diagnostic, ...]] = {}
    for name in names:
        models = [live for live in observed.named(observed.models, place, name) if live.id not in kept]
        deployments = observed.named(observed.deployments, place, name)
        going, problems = delete_name(name, models, deployments, observed, place, "manifact destroy")
        live = any(not item.deleted for item in deployments)
        if is_protected(deployments) or (live and name in protected):
            problems.append(undeletable(name))
        changes += going
        if problems:
            diagnostics[name] = tuple(problems)
    etags = {live.id: live.etag for live in (*observed.models, *observed.deployments) if live.etag}
    return Plan(place, tuple(changes), {}, observed.digest(place), diagnostics, etags)


def delete_name(
    name: str,
    models: Sequence[LiveResource],
    deployments: Sequence[LiveResource],
    observed: Observed,
    place: Scope,
    reason: str,
) -> tuple[list[Change], list[Diagnostic]]:
    """Deployments first, then the models nobody serves any more, then the set when it is ours and empty then."""
    leaving = [live for live in deployments if not live.deleted]
    changes = [delete_deployment(name, live, reason) for live in leaving]
    served = _served_by_others(observed, {live.id for live in leaving})
    alive = [live for live in reversed(models) if not live.deleted]
    going = [live for live in alive if live.id not in served]
    changes += [delete_model(name, live, reason) for live in going]
    deleted = {live.id for live in going}
    for version_set in observed.named(observed.version_sets, place, name):
        if not version_set.deleted and not _members(observed, version_set) - deleted:
            changes.append(delete_version_set(name, version_set, reason))
    return changes, [served_elsewhere(name, live.id, served[live.id]) for live in alive if live.id in served]


def _served_by_others(observed: Observed, leaving: set[str]) -> dict[str, str]:
    """OCID of a model -> OCID of a deployment that goes on serving it."""
    return {live.model_id: live.id for live in observed.deployments if not live.deleted and live.id not in leaving}


def _members(observed: Observed, version_set: LiveResource) -> set[str]:
    models = (live for live in observed.models if not live.deleted)
    return {live.id for live in models if live.summary.get("modelVersionSetId") == version_set.id}
