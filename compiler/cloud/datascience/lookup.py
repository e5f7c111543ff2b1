"""A model, deployment or version set by name or OCID, whoever made it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from compiler.cloud.connect.connection import Connection
from compiler.cloud.datascience.deployments import list_deployments, read_deployment
from compiler.cloud.datascience.models import get_version_set, list_models, list_version_sets, read_model
from compiler.diagnostics import did_you_mean, failure
from compiler.planning import tags
from compiler.planning.changes.types import Kind
from compiler.planning.live.observed import Live, Observed

ALL = (Kind.MODEL, Kind.DEPLOYMENT, Kind.VERSION_SET)
"""In the order in which a name is looked for."""
LEAST_SUFFIX = 6
"""How much of the end of an OCID is enough to be taken for one."""
_OCIDS = {
    ".datasciencemodel.": Kind.MODEL,
    ".datasciencemodeldeployment.": Kind.DEPLOYMENT,
    ".datasciencemodelversionset.": Kind.VERSION_SET,
}


@dataclass(frozen=True, slots=True)
class Found:
    """What a word names."""

    kind: Kind
    id: str

    def read(self, connection: Connection) -> Live:
        """Its record, and of a model its provenance and the facts of its artifact. Raises `RequestError`."""
        if self.kind is Kind.MODEL:
            return read_model(connection, self.id)
        if self.kind is Kind.DEPLOYMENT:
            return read_deployment(connection, self.id)
        reply = get_version_set(connection, self.id)
        return Live(reply.data, reply.data, reply.etag)


def kind_of(word: str) -> Kind | None:
    """What the OCID `word` is of; None for a name. Raises `CompilerError` MF761 for an OCID of anything else."""
    if not word.startswith("ocid1."):
        return None
    found = next((kind for part, kind in _OCIDS.items() if part in word), None)
    if found is None:
        raise failure("MF761", f"{word} is the OCID of no model, deployment or version set")
    return found


def listed(connection: Connection, kinds: Collection[Kind] = ALL) -> Observed:
    """Summaries of everything of these kinds in the compartment: one paged list each."""
    wants = {kind: kind in kinds for kind in ALL}
    return Observed(
        models=tuple(map(Live, list_models(connection))) if wants[Kind.MODEL] else (),
        deployments=tuple(map(Live, list_deployments(connection))) if wants[Kind.DEPLOYMENT] else (),
        version_sets=tuple(map(Live, list_version_sets(connection))) if wants[Kind.VERSION_SET] else (),
    )


def of_kind(observed: Observed, kind: Kind) -> tuple[Live, ...]:
    """The resources of one kind, deleted ones included."""
    known = {Kind.MODEL: observed.models, Kind.DEPLOYMENT: observed.deployments}
    return known.get(kind, observed.version_sets)


def title(live: Live) -> str:
    """Its display name, or the name of a version set."""
    return str(live.body.get("displayName") or live.body.get("name") or "")


def find(
    connection: Connection, word: str, observed: Observed, kinds: Sequence[Kind] = ALL, version: int | None = None
) -> Found:
    """What `word` names: an OCID, a manifest, a display name, or the end of an OCID.

    A manifest means its newest version that is whole, and a display name the newest version of one version set.
    `version` chooses another one. Raises `CompilerError` MF761 when there is nothing, MF762 when there are several.
    """
    known = kind_of(word)
    if known is not None:
        return Found(known, word)
    wanted = (Kind.MODEL,) if version is not None else tuple(kinds)
    for matching in (_ours, _titled, _ending):
        for kind in wanted:
            lives = [live for live in matching(connection, of_kind(observed, kind), word) if _fits(live, version)]
            if lives:
                return Found(kind, (_newest(lives) if matching is _ours else _one(lives, word)).id)
    raise _nothing(connection, word, observed, version)


def _fits(live: Live, version: int | None) -> bool:
    return not live.gone and (version is None or int(live.summary.get("versionId") or 0) == version)


def _ours(connection: Connection, lives: Sequence[Live], word: str) -> list[Live]:
    owner = connection.place.owner(word).items()
    return [live for live in lives if owner <= live.tags.items()]


def _titled(_connection: Connection, lives: Sequence[Live], word: str) -> list[Live]:
    return [live for live in lives if title(live) == word]


def _ending(_connection: Connection, lives: Sequence[Live], word: str) -> list[Live]:
    end = word.lstrip("…")
    return [live for live in lives if len(end) >= LEAST_SUFFIX and live.id.endswith(end)]


def _one(lives: Sequence[Live], word: str) -> Live:
    """The newest, where all are versions of one set; raises MF762 where they are not."""
    sets = {live.summary.get("modelVersionSetId") for live in lives}
    if len(lives) > 1 and (len(sets) > 1 or sets == {None}):
        ids = "".join(f"\n    {live.id}  {title(live)}  {live.state}" for live in lives)
        hint = "say the OCID of the one you mean"
        raise failure("MF762", f"'{word}' names {len(lives)} resources:{ids}", hint=hint)
    return _newest(lives)


def _newest(lives: Sequence[Live]) -> Live:
    """The newest one; of those that are a manifest's, one that an apply has finished rather than one it has not."""
    whole = [live for live in lives if tags.NAME not in live.tags or tags.CONFIG in live.tags]
    return max(whole or lives, key=lambda live: live.age)


def _nothing(connection: Connection, word: str, observed: Observed, version: int | None) -> Exception:
    alive = [live for kind in ALL for live in of_kind(observed, kind) if not live.gone]
    names = {name for live in alive for name in (live.tags.get(tags.NAME), title(live)) if name}
    what = f"version {version} of '{word}'" if version is not None and word in names else f"'{word}'"
    hint = did_you_mean(word, names) if word not in names else None
    where = f"in target '{connection.place.target}'"
    return failure("MF761", f"there is no {what} {where}", hint=hint or "`manifact list` shows what there is")
