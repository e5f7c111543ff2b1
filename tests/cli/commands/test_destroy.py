"""`destroy`: what was agreed to is deleted, and nothing that somebody changed while the question stood."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

from testing import unmanaged


@dataclass
class Person:
    """Somebody at a terminal, in whose thinking time something happens."""

    happen: Callable[[], object]

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        self.happen()
        return "yes\n"


def test_a_model_that_changes_while_the_question_stands_is_kept(wine, manifact, monkeypatch):
    text = (wine / "model.yaml").read_text()
    (wine / "model.yaml").write_text(text[: text.index("  deployment:")])
    assert manifact("apply", "--verify", "never").code == 0

    def alive() -> list[str]:
        with unmanaged.cloud(wine, "default") as connection:
            models = connection.data_science.list_models(connection.place.compartment_id).data
        return [model["id"] for model in models if model["lifecycleState"] == "ACTIVE"]

    def describe() -> None:
        with unmanaged.cloud(wine, "default") as connection:
            connection.data_science.update_model(alive()[0], {"description": "this one we need"})

    monkeypatch.setattr(sys, "stdin", Person(describe))
    refused = manifact("destroy", "wine-cultivar")
    assert (refused.code, "MF716" in refused.err) == (5, True), refused.err
    assert len(alive()) == 1
    monkeypatch.setattr(sys, "stdin", Person(lambda: None))
    assert manifact("destroy", "wine-cultivar").code == 0
    assert alive() == []
