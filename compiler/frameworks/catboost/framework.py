"""CatBoost: models saved by `save_model`, binary and JSON."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from compiler.frameworks.base import Framework, ModelFile
from compiler.frameworks.formats import Format, Mark, Sample
from compiler.ir import ModelFacts, ResolvedModel

if TYPE_CHECKING:
    from compiler.readers.pickles.values import Instance

_KEYS = re.compile(rb'\{\s*"(ctr_data|features_info|model_info|oblivious_trees)"\s*:')
# Nothing else may become a name in the source.
_ESTIMATORS = frozenset(("CatBoostClassifier", "CatBoostRegressor", "CatBoostRanker"))


def _is_json(sample: Sample) -> bool:
    return sample.codec is None and bool(_KEYS.match(sample.head.lstrip()))


class CatBoost(Framework):
    """Files of `save_model`, in the formats that CatBoost itself loads: `cbm` and `json`."""

    name = "catboost"
    taxonomy = "other"
    formats = (
        Format("catboost-cbm", Mark.OPENING, lambda s: s.codec is None and s.head.startswith(b"CBM1")),
        Format("catboost-json", Mark.OPENING, _is_json),
    )
    score_template = "catboost/score.py.j2"
    libraries = {"catboost": "catboost"}
    ways_out = {"catboost": "save it with model.save_model('model.cbm') and name that file"}

    def facts(self, model: ModelFile) -> ModelFacts | None:
        """Facts of a model, from its table of features and what training left in it."""
        from compiler.frameworks.catboost.facts import facts

        return facts(model)

    def nested(self, estimator: Instance, form: str) -> ModelFacts | None:
        """Of the model inside; None where it is damaged."""
        from compiler.frameworks.catboost.facts import nested_facts

        return nested_facts(estimator, form)

    def score_values(self, model: ResolvedModel) -> dict[str, Any]:
        """Which class loads the file, in which of its formats."""
        algorithm = model.facts.algorithm
        estimator = algorithm if algorithm in _ESTIMATORS else "CatBoost"
        return {"estimator": estimator, "kind": "json" if model.facts.format == "catboost-json" else "cbm"}


FRAMEWORK = CatBoost()
