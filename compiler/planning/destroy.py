"""A plan that takes away everything of some manifests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from compiler.diagnostics import Diagnostic
from compiler.planning.changes import Change, Plan
from compiler.planning.observed import Live, Observed
from compiler.planning.removal import delete_deployment, delete_model, delete_version_set
from compiler.planning.tags import Place


def destroy(names: Iterable[str], observed: Observed, place: Place, protected: Sequence[str] = ()) -> Plan:
    """Delete deployments, models (all versions) and the version set of these manifests.

    `protected` are those whose manifest says `protect: true`: a problem, and nothing is to be done.
    """
    changes: list[Change] = []
    problems: list[Diagnostic] = []
    for name in names:
        models = observed.named(observed.models, place, name)
        deployments = observed.named(observed.deployments, place, name)
        changes += delete_name(name, models, deployments, observed, place, "manifact destroy")
        if name in protected and any(not live.gone for live in deployments):
            hint = "take `protect: true` out of the manifest first if this is what you want"
            problems.append(Diagnostic("MF730", f"deployment of '{name}' is protected", hint=hint))
    etags = {live.id: live.etag for live in (*observed.models, *observed.deployments) if live.etag}
    return Plan(place, tuple(changes), {}, observed.digest(place), tuple(problems), etags)


def delete_name(
    name: str, models: Sequence[Live], deployments: Sequence[Live], observed: Observed, place: Place, reason: str
) -> list[Change]:
    """Deployments first, then the models nobody serves any more, then the set when it is ours and empty then."""
    changes = [delete_deployment(name, live, reason) for live in deployments if not live.gone]
    going = [live for live in reversed(models) if not live.gone]
    changes += [delete_model(name, live, reason) for live in going]
    gone = {live.id for live in going}
    for version_set in observed.named(observed.version_sets, place, name):
        if not version_set.gone and not _members(observed, version_set) - gone:
            changes.append(delete_version_set(name, version_set, reason))
    return changes


def _members(observed: Observed, version_set: Live) -> set[str]:
    models = (live for live in observed.models if not live.gone)
    return {live.id for live in models if live.summary.get("modelVersionSetId") == version_set.id}
