"""ResolvedModel -> score.py, from one template a framework.

Whatever comes from a manifest or a model reaches a template as a value and the source through `literal`: a name can be
anything and still be only a string.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compiler.diagnostics import failure
from compiler.emit.literals import constant, literal
from compiler.ir import Json, ResolvedModel

if TYPE_CHECKING:
    from jinja2 import Environment

PICKLED = frozenset({"pickle", "joblib", "joblib-old", "cloudpickle"})
METHODS = frozenset({"predict", "predict_proba", "transform", "decision_function"})
_FOLDER = Path(__file__).parent / "templates"
# Older files do not say which estimator wrote them, and nothing else may become a name in the source.
_XGBOOST_ESTIMATORS = frozenset({"XGBClassifier", "XGBRegressor", "XGBRanker", "XGBRFClassifier", "XGBRFRegressor"})
TEMPLATES: Mapping[str, str] = {
    "scikit-learn": "score/sklearn.py.j2",
    "xgboost": "score/xgboost.py.j2",
    "lightgbm": "score/lightgbm.py.j2",
}


def score_py(model: ResolvedModel) -> bytes:
    """The source of score.py; raises `CompilerError` (MF506) when no template loads this framework."""
    if model.score.method not in METHODS:
        raise failure("MF506", f"score.py cannot call a method named {model.score.method!r}")
    name = TEMPLATES.get(model.facts.framework)
    if name is None:
        raise failure(
            "MF506",
            f"no score.py can be generated for a {model.facts.framework} model ({model.facts.format})",
            hint="bring your own with 'spec.score.file: score.py'",
        )
    return _environment().get_template(name).render(_values(model)).encode()


def _values(model: ResolvedModel) -> dict[str, Any]:
    facts, score = model.facts, model.score
    inside = model.model_path + "/"
    pickled = facts.format in PICKLED
    return {
        "format": facts.format,
        "pickled": pickled,
        "joblib": pickled and (facts.format == "joblib" or bool({"joblib", "scikit-learn"} & set(facts.requires))),
        "method": score.method,
        "hooks": score.hooks,
        "model_file": model.model_path,
        "model_files": [f for f in model.files if f.path == model.model_path or f.path.startswith(inside)],
        "feature_names": list(facts.feature_names or ()),
        "booster": facts.algorithm == "Booster",
        "estimator": facts.algorithm if facts.algorithm in _XGBOOST_ESTIMATORS else "XGBModel",
        "labels": _labels(model),
    }


def _labels(model: ResolvedModel) -> list[Json]:
    """A classifier's labels, where the file's own reader gives back numbers instead of them."""
    classes = list(model.facts.classes or ())
    numbered = classes == list(range(len(classes)))
    return [] if numbered or model.facts.format in PICKLED or model.score.method != "predict" else classes


@functools.cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - Python source: HTML escapes would be wrong, `py` quotes
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["py"] = literal
    environment.filters["constant"] = constant
    return environment
