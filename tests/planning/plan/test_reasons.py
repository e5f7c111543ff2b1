"""Why a plan wants to change what it changes, in its own words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from compiler.cloud.observe import observe
from compiler.engine.change.runner import apply
from compiler.planning.desired.variables import Variable, substitute
from compiler.planning.plan.outcome import ApplyOptions
from compiler.planning.plan.plan import Plan
from compiler.planning.plan.planner import plan
from testing.lab import Lab, Manifest

UNCONFIRMED = "an earlier apply did not wait, or did not finish: its settings are still to be confirmed"


def with_report(path: Path, text: str | None) -> Any:
    if text is None:
        return Manifest(deployment=None, catalog={"custom": [{"key": "report", "category": "Reports"}]})
    path.write_text(text)
    custom = [{"key": "report", "artifact": path.name, "category": "Reports"}]
    return Manifest(deployment=None, catalog={"custom": custom}, files={path.name: path})


def with_password(lab: Lab, value: str) -> Plan:
    written = Manifest(deployment={"environmentVariables": {"DB": {"variable": "DBPW", "sensitive": True}}})
    wanted = [substitute(written.desired(), lambda _: Variable(value, sensitive=True))]
    return plan(wanted, observe(lab.connection, wanted), lab.connection.place)


def test_a_changed_attachment_is_named(lab: Lab, tmp_path: Path) -> None:
    lab.settled(with_report(tmp_path / "r.html", "one"))
    (change,) = lab.plan(with_report(tmp_path / "r.html", "two")).pending
    (field,) = change.fields
    assert (change.reason, field.path) == ("the manifest changed", 'attachment "report" (r.html)')
    assert field.before != field.after
    (gone,) = lab.plan(with_report(tmp_path / "r.html", None)).pending
    assert ('attachment "report"', None) in [(field.path, field.after) for field in gone.fields]


def test_what_nobody_waited_for_is_not_called_a_change_of_the_manifest(lab: Lab) -> None:
    for wanted in (Manifest(), Manifest(deployment={"bandwidthMbps": 20})):
        apply(lab.plan(wanted), lab.connection, dict([wanted.archive()]), ApplyOptions(wait=False))
        lab.wait()
        change = next(change for change in lab.plan(wanted).pending if change.kind == "deployment")
        assert (change.reason, change.fields) == (UNCONFIRMED, ())
        lab.settled(wanted)


def test_another_sensitive_value_is_told_apart_from_somebody_elses_change(lab: Lab) -> None:
    archives = dict([Manifest().archive()])
    assert apply(with_password(lab, "one"), lab.connection, archives).complete
    (change,) = with_password(lab, "two").pending
    assert change.reason == "the sensitive value differs from what is live"
    assert "two" not in str(change.to_json())
