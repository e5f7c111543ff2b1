"""What is live under the same name for another project or target: said before a second one is made beside it."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.diagnostics import Diagnostic, Severity
from compiler.planning import tags
from compiler.planning.changes.types import Action, Change
from compiler.planning.live.observed import Kind, LiveResource
from compiler.planning.plan.context import ManifestContext
from compiler.planning.tags import Scope


def has_other_owner(live: LiveResource, place: Scope) -> bool:
    """Whether a resource is another project's of the same target, or of this project for another target."""
    project, target = live.tags.get(tags.PROJECT), live.tags.get(tags.TARGET)
    if live.deleted or project is None or target is None:
        return False
    return (project == place.project) != (target == place.target)


def other_owner(context: ManifestContext, changes: Iterable[Change]) -> list[Diagnostic]:
    """MF778, a warning, where the plan makes what is there under the name of another project or target.

    Both are what a renamed project (or target) looks like, and a project that shares its compartment with another.
    """
    made = {change.kind for change in changes if change.action is Action.CREATE and not change.id}
    return [_diagnostic(context, live) for live in context.elsewhere if _kind(live) in made]


def _kind(live: LiveResource) -> Kind:
    return Kind.DEPLOYMENT if live.model_id else Kind.MODEL


def _diagnostic(context: ManifestContext, live: LiveResource) -> Diagnostic:
    key, what, now = (tags.PROJECT, "project", context.place.project)
    if live.tags[tags.PROJECT] == now:
        key, what, now = tags.TARGET, "target", context.place.target
    former, name = live.tags[key], context.desired.name
    message = f"{_kind(live)} '{name}' of the {what} '{former}' is live ({live.id}): another one is made for '{now}'"
    hint = f"if the {what} was renamed, call it '{former}' again, or destroy '{name}' under its old name first"
    return Diagnostic("MF778", message, hint=hint, severity=Severity.WARNING)
