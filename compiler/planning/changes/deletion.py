"""Changes that take something away."""

from __future__ import annotations

from compiler.planning.changes.by_reference import delete_file_steps
from compiler.planning.changes.types import Action, Change, Impact, Step
from compiler.planning.live.observed import Kind, LiveResource


def delete_model(name: str, live: LiveResource, reason: str, *, keep_files: bool = False) -> Change:
    """Take one version away; of a by-reference model the files as well, unless they are to be kept."""
    label = f"v{live.summary['versionId']}" if live.summary.get("versionId") else ""
    reversal = "none: the bytes are gone from the catalog; compiling the same inputs makes them again"
    steps = (*delete_file_steps(live, keep=keep_files), Step("delete_model", live.id))
    return Change(Kind.MODEL, name, Action.DELETE, reason, live.id, label, steps=steps, reversal=reversal)


def delete_deployment(name: str, live: LiveResource, reason: str) -> Change:
    """Take a deployment away."""
    return Change(
        Kind.DEPLOYMENT,
        name,
        Action.DELETE,
        reason,
        live.id,
        steps=(Step("delete_model_deployment", live.id),),
        stays_up=False,
        impact=Impact.BREAKING,
        caller_impact=("the endpoint goes away",),
        reversal="apply makes a new one, with another address",
    )


def delete_version_set(name: str, live: LiveResource, reason: str) -> Change:
    """Take an empty set away."""
    steps = (Step("delete_model_version_set", live.id),)
    title = str(live.summary.get("name", ""))
    return Change(Kind.VERSION_SET, name, Action.DELETE, reason, live.id, title, steps=steps, reversal="apply")
