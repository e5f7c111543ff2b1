"""XGBoost: boosters and sklearn-API models saved by `save_model`, and pickled ones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from compiler.frameworks.base import ColumnPolicy, Framework, ModelFile
from compiler.frameworks.formats import Format, Mark, Sample
from compiler.frameworks.pickle_formats import PICKLE, PICKLED, SKOPS
from compiler.ir import Json, ModelFacts, ResolvedModel
from compiler.readers.xgboost.binary import is_xgboost_binary

if TYPE_CHECKING:
    from compiler.readers.pickles.values import Instance

_KEYS = re.compile(rb'"(learner|version|Config|Model)"\s*:')
# Older files do not say which estimator wrote them, and nothing else may become a name in the source.
_ESTIMATORS = frozenset({"XGBClassifier", "XGBRegressor", "XGBRanker", "XGBRFClassifier", "XGBRFRegressor"})


def _is_json(sample: Sample) -> bool:
    head = sample.head.lstrip()
    return head.startswith(b"{") and bool(_KEYS.match(head[1:].lstrip()))


def _is_ubj(sample: Sample) -> bool:
    head = sample.head
    if head[:2] == b"{L":  # an object whose first key's length is an int64; XGBoost writes the keys sorted
        return head[10:].startswith((b"learner", b"Config", b"Model", b"version"))
    return bool(re.match(rb"\{[iU][\x05-\x07](learner|Config|Model|version)", head))


class XGBoost(Framework):
    """Files of `save_model` in each of its formats, and pickles."""

    name = "xgboost"
    formats = (
        Format("xgboost-ubj", Mark.OPENING, _is_ubj),
        Format("xgboost-json", Mark.OPENING, _is_json),
        Format("xgboost-binary", Mark.OPENING, lambda s: is_xgboost_binary(s.head)),
        PICKLE,
        SKOPS,
    )
    score_template = "xgboost/score.py.j2"
    distributions = ("xgboost", "xgboost-cpu")
    libraries = {"xgboost": "xgboost", "xgboost-cpu": "xgboost"}
    columns = ColumnPolicy(numbers_only=True, by_position=True)

    def facts(self, model: ModelFile) -> ModelFacts | None:
        """Facts of a booster or an estimator of the sklearn API."""
        from compiler.frameworks.xgboost.facts import facts

        return facts(model)

    def nested(self, estimator: Instance, form: str) -> ModelFacts | None:
        """Of the model inside; None where it is damaged."""
        from compiler.frameworks.xgboost.facts import nested_facts

        return nested_facts(estimator, form)

    def score_values(self, model: ResolvedModel) -> dict[str, Any]:
        """Which class loads the file, and the labels that it does not give back itself."""
        algorithm = model.facts.algorithm
        estimator = algorithm if algorithm in _ESTIMATORS else "XGBModel"
        return {"booster": algorithm == "Booster", "estimator": estimator, "labels": _labels(model)}


def _labels(model: ResolvedModel) -> list[Json]:
    """A classifier's labels, where the file's own reader gives back numbers instead of them."""
    classes = list(model.facts.classes or ())
    numbered = classes == list(range(len(classes)))
    return [] if numbered or model.facts.format in PICKLED or model.score.method != "predict" else classes


FRAMEWORK = XGBoost()
