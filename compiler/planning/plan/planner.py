"""(desired, observed) -> Plan: pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from compiler.diagnostics import Diagnostic
from compiler.planning import tags
from compiler.planning.changes.concealed import conceal_in_change
from compiler.planning.changes.release import release_all
from compiler.planning.changes.types import Change
from compiler.planning.concealment import conceal_in_diagnostic
from compiler.planning.desired.types import Desired
from compiler.planning.desired.variables import environment_variables
from compiler.planning.live.observed import Kind, LiveResource, Observed
from compiler.planning.plan.context import ManifestContext
from compiler.planning.plan.deployment import primary_of
from compiler.planning.plan.destroy import delete_name
from compiler.planning.plan.lost_tags import untagged
from compiler.planning.plan.manifest import plan_manifest
from compiler.planning.plan.other_owner import has_other_owner
from compiler.planning.plan.plan import Plan
from compiler.planning.plan.refusals import is_protected, kept_by_protection
from compiler.planning.tags import Scope


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asks of a plan beside its manifests."""

    prune: bool = False
    """Delete what carries our tags for names that no manifest has any more: `desired` must be the whole project."""
    retry: bool = False
    """Try again what failed its smoke test."""
    deep: bool = False
    """Every record of ours is read, to find what was changed behind our back: `observe` sees to that."""
    deep_names: frozenset[str] = frozenset()
    """Names whose records are read although `deep` is off."""
    release: bool = False
    """Where it prunes: take our tags off, and delete nothing."""


class Draft:
    """One comparison of what is desired with what is live: which records it lacks, and the plan once it lacks none."""

    def __init__(
        self, desired: Sequence[Desired], observed: Observed, place: Scope, options: Options | None = None
    ) -> None:
        self.observed = observed
        self._place, self._options = place, options or Options()
        self._index = Index(observed, place, frozenset(item.name for item in desired))
        self._active = [item for item in desired if not item.suspend]
        contexts = [self._index.context(item, retry=self._options.retry) for item in self._active]
        self._with_records = [context.has_records for context in contexts]
        self._plans = [plan_manifest(context) for context in contexts]
        prunes = self._options.prune
        self._pruned = _pruned(desired, observed, place, self._index, self._options) if prunes else {}

    @property
    def needs(self) -> frozenset[str]:
        """OCIDs that must be read in full before the plan holds: what will change, and what it depends on."""
        pairs = zip(self._plans, self._with_records, strict=True)
        wanted = {item for made, has_records in pairs if has_records for item in made.needs}
        # What is deleted is deleted as it was read: with if-match.
        deleted = (change for changes, _ in self._pruned.values() for change in changes)
        wanted |= {change.id for change in deleted if change.id and change.kind is not Kind.VERSION_SET}
        observed = self.observed
        known = {live.id for live in (*observed.models, *observed.deployments) if live.record is not None}
        return frozenset(wanted - known - set(observed.catalog))

    def plan(self) -> Plan:
        """Everything that brings the target to what is desired, in order; empty when it is there already."""
        active, plans, observed, place = self._active, self._plans, self.observed, self._place
        changes = [change for made in plans for change in made.changes]
        diagnostics = {item.name: made.problems for item, made in zip(active, plans, strict=True) if made.problems}
        for name, (deleted, problems) in self._pruned.items():
            changes += deleted
            diagnostics.update({name: tuple(problems)} if problems else {})
        concealed = {filled: written for item in active for filled, written in item.concealed.items()}
        return Plan(
            place=place,
            changes=tuple(conceal_in_change(change, concealed) for change in changes),
            artifacts={item.name: item.model.artifact for item in active if item.model},
            observed=observed.digest(place),
            diagnostics_by_name={
                name: tuple(conceal_in_diagnostic(problem, concealed) for problem in problems)
                for name, problems in diagnostics.items()
            },
            concealed=concealed,
            etags={live.id: live.etag for live in (*observed.models, *observed.deployments) if live.etag},
            smoke={item.name: item.deployment.smoke for item in active if item.deployment and item.deployment.smoke},
            former={(item.name, key): value for item in active for key, value in self._index.variables(item).items()},
            secrets={(item.name, key): value for item in active for key, value in item.secrets.items()},
        )


def plan(desired: Sequence[Desired], observed: Observed, place: Scope, options: Options | None = None) -> Plan:
    """Everything that brings the target to what is desired, in order; empty when it is there already.

    `observed` must hold the records that a `Draft` of the same needs: `cloud.observe` sees to that.
    """
    return Draft(desired, observed, place, options).plan()


class Index:
    """An observation by manifest name, so that a fleet is walked once.

    `names` are those that manifests have: none of them is another one's former name.
    """

    def __init__(self, observed: Observed, place: Scope, names: frozenset[str]) -> None:
        self._observed = observed
        self._manifest_names = names
        self._place = place
        self._models = _by_name(observed.models, place)
        self._deployments = _by_name(observed.deployments, place)
        self._sets = {str(live.summary.get("name")): live for live in observed.version_sets if not live.deleted}
        self._models_by_id = {live.id: live for live in observed.models}
        self._version_sets = _by_name(observed.version_sets, place)
        self._serving = _by_model(observed.deployments)
        self._untagged = tuple(live for live in observed.deployments if untagged(live))
        others = (live for live in (*observed.models, *observed.deployments) if has_other_owner(live, place))
        self._elsewhere = _by_tag(others)
        self._untagged_models = _by_set(live for live in observed.models if untagged(live))

    def context(self, desired: Desired, *, retry: bool = False) -> ManifestContext:
        """What there is under one manifest's name, or under its former one."""
        former = self._former_name(desired)
        models = [*self._models.get(desired.name, []), *self._models.get(former, [])]
        deployments = [*self._deployments.get(desired.name, []), *self._deployments.get(former, [])]
        served = {live.model_id for live in deployments}
        version_set = self._sets.get(desired.model.version_set) if desired.model else None
        ours = version_set is not None and self._place.owner(desired.name).items() <= version_set.tags.items()
        stray = self._untagged_models.get(str(version_set.summary.get("name")), []) if version_set and ours else []
        return ManifestContext(
            desired=desired,
            place=self._place,
            models=tuple(models),
            deployments=tuple(deployments),
            version_set=version_set,
            former_sets=tuple(live for live in self._version_sets.get(former, []) if not live.deleted),
            served=tuple(self._models_by_id[item] for item in served if item in self._models_by_id),
            serving=self._serving,
            catalog=self._observed.catalog,
            untagged_versions=tuple(stray),
            untagged_deployments=self._untagged,
            elsewhere=tuple(self._elsewhere.get(desired.name, ())),
            retry=retry,
        )

    def variables(self, desired: Desired) -> dict[str, str]:
        """The environment variables of the deployment that is kept under a manifest's name."""
        live = primary_of(self.context(desired))
        return environment_variables(live.body) if live else {}

    @property
    def names(self) -> frozenset[str]:
        """Names under which something of ours is live."""
        kinds = (self._models, self._deployments, self._version_sets)
        return frozenset(name for kind in kinds for name, items in kind.items() if any(not i.deleted for i in items))

    def of(self, name: str) -> tuple[list[LiveResource], list[LiveResource]]:
        """Models and deployments under a name."""
        return self._models.get(name, []), self._deployments.get(name, [])

    def _former_name(self, desired: Desired) -> str:
        """The name under which the rest of a manifest's resources is; empty where that name is another one's by now.

        It is where another manifest in view has it. One out of view is known by its deployment, which serves a model of
        its own; that of a renaming that was cut off serves one that has the new name already.
        """
        former = desired.renamed_from or ""
        own, before = (self._alive(name) for name in (desired.name, former))
        carried = any(self._name_of_model(live.model_id) == desired.name for live in before)
        return "" if former in self._manifest_names or (own and before and not carried) else former

    def _alive(self, name: str) -> list[LiveResource]:
        return [live for live in self._deployments.get(name, []) if not live.deleted]

    def _name_of_model(self, ocid: str) -> str:
        return self._models_by_id[ocid].tags.get(tags.NAME, "") if ocid in self._models_by_id else ""


def _pruned(
    desired: Sequence[Desired], observed: Observed, place: Scope, index: Index, options: Options
) -> dict[str, tuple[list[Change], list[Diagnostic]]]:
    """What goes of each name that no manifest has any more; one whose deployment is protected stays as it is."""
    kept = {item.name for item in desired} | {item.renamed_from for item in desired if item.renamed_from}
    pruned: dict[str, tuple[list[Change], list[Diagnostic]]] = {}
    for name in sorted(index.names - kept):
        models, deployments = index.of(name)
        if is_protected(deployments):
            pruned[name] = [], [kept_by_protection(name)]
        elif options.release:
            sets = observed.named(observed.version_sets, place, name)
            pruned[name] = release_all(name, deployments, models, sets, _ORPHANED), []
        else:
            pruned[name] = delete_name(name, models, deployments, observed, place, _ORPHANED)
    return pruned


_ORPHANED = "no manifest has it any more"


def _by_name(items: Sequence[LiveResource], place: Scope) -> dict[str, list[LiveResource]]:
    grouped: dict[str, list[LiveResource]] = {}
    for live in items:
        if place.owns(live.tags):
            grouped.setdefault(live.tags.get(tags.NAME, ""), []).append(live)
    return {name: sorted(resources, key=lambda live: live.age) for name, resources in grouped.items()}


def _by_tag(items: Iterable[LiveResource]) -> dict[str, list[LiveResource]]:
    """Resources by the name in their tags."""
    grouped: dict[str, list[LiveResource]] = {}
    for live in items:
        grouped.setdefault(live.tags.get(tags.NAME, ""), []).append(live)
    return grouped


def _by_set(models: Iterable[LiveResource]) -> dict[str, list[LiveResource]]:
    """Models by the name of their version set; those without one are left out."""
    grouped: dict[str, list[LiveResource]] = {}
    for live in models:
        if name := live.summary.get("modelVersionSetName"):
            grouped.setdefault(str(name), []).append(live)
    return grouped


def _by_model(deployments: Sequence[LiveResource]) -> dict[str, frozenset[str]]:
    """OCID of a model -> OCIDs of the deployments that serve it, whoever's they are."""
    grouped: dict[str, set[str]] = {}
    for live in deployments:
        if not live.deleted:
            grouped.setdefault(live.model_id, set()).add(live.id)
    return {model: frozenset(ids) for model, ids in grouped.items()}
