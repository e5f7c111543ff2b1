"""Changes that carry a resource over to a manifest's new name: its tag is another, and everything else stays."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.planning import tags
from compiler.planning.changes.types import Action, Change, FieldChange, Step
from compiler.planning.live.observed import Kind, LiveResource, title

_UPDATES = {
    Kind.VERSION_SET: "update_model_version_set",
    Kind.MODEL: "update_model",
    Kind.DEPLOYMENT: "update_model_deployment",
}


def carry_over(kind: Kind, name: str, live: LiveResource, owner: Mapping[str, str]) -> Change:
    """Put the tags `owner` on a resource that is live under the former name of manifest `name`."""
    former = live.tags.get(tags.NAME, "")
    step = Step(
        _UPDATES[kind],
        live.id,
        {"freeformTags": {**live.tags, **owner}},
        "identity" if kind is Kind.DEPLOYMENT else "",
    )
    return Change(
        kind,
        name,
        Action.UPDATE,
        f"renamed from '{former}'",
        live.id,
        _title(kind, live),
        (FieldChange(f"freeformTags.{tags.NAME}", former, name),),
        (step,),
        stays_up=True if kind is Kind.DEPLOYMENT else None,
        reversal="restore the manifest with `renamedFrom` the other way round",
    )


def _title(kind: Kind, live: LiveResource) -> str:
    number = live.summary.get("versionId") if kind is Kind.MODEL else None
    return f"v{number}" if number else title(live)
