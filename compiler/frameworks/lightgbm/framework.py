"""LightGBM: boosters saved as text, and pickled sklearn-API models."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from compiler.frameworks.base import ColumnPolicy, Framework, ModelFile
from compiler.frameworks.formats import Format, Mark
from compiler.frameworks.pickle_formats import PICKLE, SKOPS
from compiler.ir import ModelFacts, ResolvedModel

if TYPE_CHECKING:
    from compiler.readers.pickles.values import Instance


def _spelt(name: str) -> str:
    """LightGBM puts underscores where the training data's names had spaces."""
    return name.replace(" ", "_")


class LightGBM(Framework):
    """Text files of boosters, and pickles."""

    name = "lightgbm"
    formats = (
        Format("lightgbm-text", Mark.OPENING, lambda s: bool(re.match(rb"tree\r?\nversion=", s.head))),
        PICKLE,
        SKOPS,
    )
    score_template = "lightgbm/score.py.j2"
    libraries = {"lightgbm": "lightgbm"}
    columns = ColumnPolicy(numbers_only=True, by_position=True, spelt=_spelt, placeholder="Column_{}")

    def facts(self, model: ModelFile) -> ModelFacts | None:
        """Facts of a booster or an estimator of the sklearn API."""
        from compiler.frameworks.lightgbm.facts import facts

        return facts(model)

    def nested(self, estimator: Instance, form: str) -> ModelFacts | None:
        """Of the model inside; None where it is damaged."""
        from compiler.frameworks.lightgbm.facts import nested_facts

        return nested_facts(estimator, form)

    def score_values(self, model: ResolvedModel) -> dict[str, Any]:
        """Whether the file holds a booster, which takes an array."""
        return {"booster": model.facts.algorithm == "Booster"}


FRAMEWORK = LightGBM()
