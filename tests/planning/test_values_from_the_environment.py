"""What MANIFACT_VAR_NAME holds is in no view and no file, in whatever field a manifest puts it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

SECRET = "hunter2-pässword"


@pytest.fixture
def leaking(wine: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A manifest as a pull request could bring it: the operator's variable in every kind of field."""
    text = (wine / "model.yaml").read_text()
    text = re.sub(r"(?m)^    description: .*$", '    description: "it is ${var.DB_PASSWORD}!"', text)
    text = text.replace("  catalog:\n", '  catalog:\n    freeformTags: {seen: "${var.DB_PASSWORD}"}\n', 1)
    text = text.replace(
        "  deployment:\n",
        '  deployment:\n    displayName: "${var.DB_PASSWORD}"\n    freeformTags: {a: "b-${var.DB_PASSWORD}"}\n'
        '    environmentVariables: {OPEN: "${var.DB_PASSWORD}", SAID: {variable: DB_PASSWORD}}\n',
        1,
    )
    (wine / "model.yaml").write_text(text)
    monkeypatch.setenv("MANIFACT_VAR_DB_PASSWORD", SECRET)
    return wine


def views(manifact, *more: str) -> str:
    return "".join(
        done.out + done.err
        for words in ((), ("--json",), ("-o", "saved.json"), ("--markdown",), ("--deep",))
        if (done := manifact("plan", *words, *more))
    )


def escaped(text: str) -> bool:
    return SECRET in text or json.dumps(SECRET)[1:-1] in text or "hunter2" in text


def test_no_view_and_no_file_shows_it(leaking: Path, manifact) -> None:
    shown = views(manifact) + Path("saved.json").read_text()
    for path in (leaking / "build").rglob("*"):
        shown += path.read_text(errors="replace") if path.is_file() else ""
    assert not escaped(shown)
    assert "it is ${var.DB_PASSWORD}!" in shown


@pytest.mark.slow
def test_it_is_sent_and_still_not_shown(leaking: Path, manifact) -> None:
    assert manifact("plan", "-o", "saved.json").code == 0
    done = manifact("apply", "--plan", "saved.json", "--yes", "--verify", "never")
    assert (done.code, escaped(done.out + done.err)) == (0, False), done.err
    live = json.loads(manifact("show", "wine-cultivar", "--json").out)
    assert f"it is {SECRET}!" in json.dumps(live, ensure_ascii=False)
    assert "No changes." in manifact("plan").out
    text = (leaking / "model.yaml").read_text()
    (leaking / "model.yaml").write_text(text.replace("it is ${var.DB_PASSWORD}!", "now ${var.DB_PASSWORD}"))
    shown = views(manifact)
    assert (escaped(shown.replace(f"it is {SECRET}!", "")), "now ${var.DB_PASSWORD}" in shown) == (False, True)
    assert manifact("destroy", "wine-cultivar", "--yes").code == 0


def test_the_variables_of_the_target_are_shown(wine: Path, manifact) -> None:
    (wine / "manifact.yaml").write_text(
        "apiVersion: manifact/v1\nkind: Project\nmetadata: {name: p}\nmanifests: [model.yaml]\n"
        "targets: {local: {variables: {SEASON: spring-term}}}\n"
    )
    text = (wine / "model.yaml").read_text()
    (wine / "model.yaml").write_text(re.sub(r"(?m)^    description: .*$", '    description: "${var.SEASON}"', text))
    assert "spring-term" in manifact("plan", "--json").out
