"""A model, deployment or version set by name or OCID, whoever made it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from compiler.cloud.connect.connection import Connection
from compiler.cloud.datascience.deployments import list_deployments, read_deployment
from compiler.cloud.datascience.models import list_models, read_model
from compiler.cloud.datascience.version_sets import get_version_set, list_version_sets
from compiler.diagnostics import did_you_mean, failure
from compiler.planning import tags
from compiler.planning.live.observed import Kind, LiveResource, Observed, of_kind, title

ALL_KINDS = (Kind.MODEL, Kind.DEPLOYMENT, Kind.VERSION_SET)
"""In the order in which a name is looked for."""
LEAST_SUFFIX = 6
"""How much of the end of an OCID is enough to be taken for one."""
_OCIDS = {
    ".datasciencemodel.": Kind.MODEL,
    ".datasciencemodeldeployment.": Kind.DEPLOYMENT,
    ".datasciencemodelversionset.": Kind.VERSION_SET,
}


@dataclass(frozen=True, slots=True)
class ResourceReference:
    """What a word names."""

    kind: Kind
    id: str

    def read(self, connection: Connection) -> LiveResource:
        """Its record, and of a model its provenance and the facts of its artifact. Raises `RequestError`."""
        if self.kind is Kind.MODEL:
            return read_model(connection, self.id)
        if self.kind is Kind.DEPLOYMENT:
            return read_deployment(connection, self.id)
        reply = get_version_set(connection, self.id)
        return LiveResource(reply.data, reply.data, reply.etag)


def kind_of(name_or_ocid: str) -> Kind | None:
    """What an OCID is of; None for a name. Raises `CompilerError` MF761 for an OCID of anything else."""
    if not name_or_ocid.startswith("ocid1."):
        return None
    kind = next((kind for part, kind in _OCIDS.items() if part in name_or_ocid), None)
    if kind is None:
        raise failure("MF761", f"{name_or_ocid} is the OCID of no model, deployment or version set")
    return kind


def listed(connection: Connection, kinds: Collection[Kind] = ALL_KINDS) -> Observed:
    """Summaries of everything of these kinds in the compartment: one paged list each."""
    wants = {kind: kind in kinds for kind in ALL_KINDS}
    return Observed(
        models=tuple(map(LiveResource, list_models(connection))) if wants[Kind.MODEL] else (),
        deployments=tuple(map(LiveResource, list_deployments(connection))) if wants[Kind.DEPLOYMENT] else (),
        version_sets=tuple(map(LiveResource, list_version_sets(connection))) if wants[Kind.VERSION_SET] else (),
    )


def find(
    connection: Connection,
    name_or_ocid: str,
    observed: Observed,
    kinds: Sequence[Kind] = ALL_KINDS,
    version: int | None = None,
) -> ResourceReference:
    """What `name_or_ocid` names: an OCID, a manifest, a display name, or the end of an OCID.

    A manifest means its newest version that is whole, and a display name the newest version of one version set.
    `version` chooses another one. Raises `CompilerError` MF761 when there is nothing, MF762 when there are several.
    """
    known = kind_of(name_or_ocid)
    if known is not None:
        return ResourceReference(known, name_or_ocid)
    wanted = (Kind.MODEL,) if version is not None else tuple(kinds)
    for matching in (_ours, _titled, _ending):
        for kind in wanted:
            resources = [
                live for live in matching(connection, of_kind(observed, kind), name_or_ocid) if _fits(live, version)
            ]
            if resources:
                return ResourceReference(
                    kind, (_newest(resources) if matching is _ours else _one(resources, name_or_ocid)).id
                )
    raise _nothing(connection, name_or_ocid, observed, version)


def _fits(live: LiveResource, version: int | None) -> bool:
    return not live.deleted and (version is None or int(live.summary.get("versionId") or 0) == version)


def _ours(connection: Connection, resources: Sequence[LiveResource], name_or_ocid: str) -> list[LiveResource]:
    owner = connection.place.owner(name_or_ocid).items()
    return [live for live in resources if owner <= live.tags.items()]


def _titled(_connection: Connection, resources: Sequence[LiveResource], name_or_ocid: str) -> list[LiveResource]:
    return [live for live in resources if title(live) == name_or_ocid]


def _ending(_connection: Connection, resources: Sequence[LiveResource], name_or_ocid: str) -> list[LiveResource]:
    end = name_or_ocid.lstrip("…")
    return [live for live in resources if len(end) >= LEAST_SUFFIX and live.id.endswith(end)]


def _one(resources: Sequence[LiveResource], name_or_ocid: str) -> LiveResource:
    """The newest, where all are versions of one set; raises MF762 where they are not."""
    sets = {live.summary.get("modelVersionSetId") for live in resources}
    if len(resources) > 1 and (len(sets) > 1 or sets == {None}):
        ids = "".join(f"\n    {live.id}  {title(live)}  {live.state}" for live in resources)
        hint = "say the OCID of the one you mean"
        raise failure("MF762", f"'{name_or_ocid}' names {len(resources)} resources:{ids}", hint=hint)
    return _newest(resources)


def _newest(resources: Sequence[LiveResource]) -> LiveResource:
    """The newest one; of those that are a manifest's, one that an apply has finished rather than one it has not."""
    whole = [live for live in resources if tags.NAME not in live.tags or tags.CONFIG in live.tags]
    return max(whole or resources, key=lambda live: live.age)


def _nothing(connection: Connection, name_or_ocid: str, observed: Observed, version: int | None) -> Exception:
    alive = [live for kind in ALL_KINDS for live in of_kind(observed, kind) if not live.deleted]
    names = {name for live in alive for name in (live.tags.get(tags.NAME), title(live)) if name}
    what = (
        f"version {version} of '{name_or_ocid}'"
        if version is not None and name_or_ocid in names
        else f"'{name_or_ocid}'"
    )
    hint = did_you_mean(name_or_ocid, names) if name_or_ocid not in names else None
    where = f"in target '{connection.place.target}'"
    return failure("MF761", f"there is no {what} {where}", hint=hint or "`manifact list` shows what there is")
