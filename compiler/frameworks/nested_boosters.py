"""Models of gradient boosting that a pipeline of scikit-learn ends in."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.frameworks.pickled import raw_model
from compiler.ir import Categories
from compiler.readers.containers.mapped import BadContentError
from compiler.readers.lightgbm_model import read_lightgbm
from compiler.readers.pickles.values import Instance
from compiler.readers.xgboost.model import read_xgboost


def nested_categories(estimator: Instance, format_: str) -> Mapping[str, Categories]:
    """The categories that an estimator of XGBoost or LightGBM records; none of any other, or where it is damaged."""
    package = estimator.cls.module.split(".", 1)[0]
    try:
        if package == "xgboost" and (raw := raw_model(estimator, "handle")):
            from compiler.frameworks.xgboost.facts import booster_facts

            return booster_facts(read_xgboost(raw), format_).categories
        if package == "lightgbm" and (raw := raw_model(estimator, "_handle") or raw_model(estimator, "handle")):
            from compiler.frameworks.lightgbm import facts as lightgbm

            return lightgbm.booster_facts(read_lightgbm(raw), format_).categories
    except BadContentError:  # the pipeline's own facts stand without it
        return {}
    return {}
