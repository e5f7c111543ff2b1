"""Deployments that still move: what is planned now may be another thing when they rest."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from compiler.diagnostics import Diagnostic, Severity
from compiler.planning import tags
from compiler.planning.live.observed import LiveResource, Observed
from compiler.planning.tags import Scope

IN_PROGRESS = frozenset({"CREATING", "UPDATING", "DELETING"})


def deployments_in_progress(observed: Observed, place: Scope, names: Collection[str] | None) -> list[LiveResource]:
    """Our deployments that the service is at work on; `names` are those of interest, None stands for all."""
    return [
        live
        for live in observed.deployments
        if live.state in IN_PROGRESS and place.owns(live.tags) and (names is None or live.tags.get(tags.NAME) in names)
    ]


def in_progress_warnings(
    resources: Sequence[LiveResource], since: Mapping[str, str]
) -> dict[str, tuple[Diagnostic, ...]]:
    """What `plan` says of them, by name; `since` holds a time by OCID, where one is known."""
    diagnostics: dict[str, tuple[Diagnostic, ...]] = {}
    for live in resources:
        name = live.tags.get(tags.NAME, "")
        when = f" since {since[live.id]}" if live.id in since else ""
        message = f"deployment of '{name}' is {live.state}{when}: the plan may change"
        hint = "apply waits for it, and plans then"
        diagnostics[name] = (
            *diagnostics.get(name, ()),
            Diagnostic("MF773", message, hint=hint, severity=Severity.WARNING),
        )
    return diagnostics
