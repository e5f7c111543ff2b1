"""A change as it is shown, without values from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from compiler.planning.changes.types import Change, FieldChange
from compiler.planning.concealment import conceal, conceal_in_text


def conceal_in_change(change: Change, concealed: Mapping[str, str]) -> Change:
    """A change with nothing to be seen in what is shown of it; its requests stay as they are sent."""
    if not concealed:
        return change
    return replace(
        change,
        reason=conceal_in_text(change.reason, concealed),
        title=conceal_in_text(change.title, concealed),
        caller_impact=tuple(conceal_in_text(text, concealed) for text in change.caller_impact),
        fields=tuple(_field(field, concealed) for field in change.fields),
    )


def _field(field: FieldChange, concealed: Mapping[str, str]) -> FieldChange:
    return FieldChange(field.path, conceal(field.before, concealed), conceal(field.after, concealed))
