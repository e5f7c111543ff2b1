"""A saved plan: what was shown is what is carried out, or nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from compiler.diagnostics import failure
from compiler.planning.canonical import text
from compiler.planning.desired.types import Desired
from compiler.planning.plan.plan import Plan
from compiler.planning.plan.planner import Options
from compiler.planning.tags import Scope

if TYPE_CHECKING:
    from compiler.planning.documents import PlanFile, ShownPlan

FORMAT: Literal[1] = 1


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """What a plan file holds. No secret is in it: sensitive variables are read again when it is carried out."""

    place: Scope
    desired: tuple[Desired, ...]
    options: Options
    observed: str
    """Digest of what was observed."""
    difference: str
    """Digest of what the plan does."""
    shown: ShownPlan
    """The plan's own JSON, for whoever reads the file."""
    manifests: Mapping[str, str] = field(default_factory=dict)
    """Manifest name -> its file, relative to the project root: what is uploaded is compiled from there."""


def save_plan(
    plan: Plan, desired: Sequence[Desired], options: Options, manifests: Mapping[str, str] | None = None
) -> str:
    """The text of a plan file; `manifests` are the files it was made from, by name."""
    document: PlanFile = {
        "formatVersion": FORMAT,
        "kind": "Plan",
        "options": {"prune": options.prune, "retry": options.retry, "deep": options.deep},
        "manifests": dict(manifests or {}),
        "desired": [item.to_json() for item in desired],
        "plan": plan.to_json(),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def load_plan(content: str) -> SavedPlan:
    """Read a plan file; raises `CompilerError` MF741 when it is none, or of another format version."""
    hint = "make one with `manifact plan -o FILE`"
    try:
        document = json.loads(content)
        form = document["kind"], document["formatVersion"]
        saved = _saved(document) if form == ("Plan", FORMAT) else None
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise failure("MF741", f"this is not a plan file: {error!r}", hint=hint) from None
    if saved is None:
        raise failure("MF741", f"this is a {form[0]} of format version {form[1]}, not a Plan of {FORMAT}", hint=hint)
    return saved


def check_current(saved: SavedPlan, place: Scope, fresh: Plan) -> Plan:
    """The fresh plan, when it does what the saved one said; raises `CompilerError` MF740 otherwise.

    `fresh` is `plan(saved.desired, <observed now>, place, saved.options)`.
    """
    if _where(saved.place) != _where(place):
        raise failure("MF740", f"the plan was made for target '{saved.place.target}' as it was then")
    if fresh.difference == saved.difference:
        return fresh
    changed = "the target changed" if fresh.observed != saved.observed else "the same target now needs something else"
    raise failure("MF740", f"the plan is stale: {changed}", hint="run `manifact plan -o FILE` again and look at it")


def with_secrets(saved: SavedPlan, substitute: Callable[[Desired], Desired]) -> tuple[Desired, ...]:
    """The saved desired states with their sensitive variables looked up again."""
    return tuple(substitute(item) for item in saved.desired)


def _where(place: Scope) -> str:
    return text({**asdict(place), "region": ""})


def _saved(document: Mapping[str, Any]) -> SavedPlan:
    shown = document["plan"]
    return SavedPlan(
        place=Scope.from_json(shown["place"]),
        desired=tuple(Desired.from_json(item) for item in document["desired"]),
        options=Options(**document["options"]),
        observed=shown["observed"],
        difference=shown["difference"],
        shown=shown,
        manifests=dict(document["manifests"]),
    )
