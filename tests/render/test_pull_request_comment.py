"""The comment of a pull request: found again, destructive changes first, and never too long."""

from __future__ import annotations

from compiler.planning.changes.types import Action, Cause, Change, FieldChange, Impact
from compiler.planning.live.observed import Kind
from compiler.planning.plan.plan import Plan
from compiler.planning.tags import Scope
from compiler.render.markdown import MOST, plan_markdown

PLACE = Scope("cellar", "prod", "c", "p")


def change(number: int, action: Action = Action.UPDATE, **more: object) -> Change:
    fields = (FieldChange("description", "a" * 100, "b" * 100),)
    known = {"reason": "the manifest changed", "fields": fields, **more}
    return Change(Kind.DEPLOYMENT, f"model-{number}", action, **known)  # type: ignore[arg-type]


def comment(*changes: Change) -> str:
    return plan_markdown(Plan(PLACE, changes, {}, ""))


def test_a_thousand_changes_fit_with_the_destructive_ones_first() -> None:
    text = comment(*(change(n) for n in range(1000)), change(5000, Action.DELETE, impact=Impact.BREAKING))
    assert len(text) <= MOST
    assert text.startswith("<!-- manifact plan: cellar prod -->\n")
    assert text.index("model-5000") < text.index("`model-0`")
    assert "lines are left out" in text
    assert text.count("<details>") == text.count("</details>")


def test_a_short_comment_is_whole_and_names_causes() -> None:
    text = comment(change(1, cause=Cause.LIVE))
    assert "(live)" in text
    assert "left out" not in text
    assert comment().endswith("No changes.\n")
