"""ResolvedModel -> score.py, from one template a framework.

Whatever comes from a manifest or a model reaches a template as a value and the source through `literal`: a name can be
anything and still be only a string.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compiler.diagnostics import failure
from compiler.emit.literals import constant, literal
from compiler.frameworks import FOLDER, FRAMEWORKS
from compiler.ir import Json, ResolvedModel

if TYPE_CHECKING:
    from jinja2 import Environment

PICKLED = frozenset({"pickle", "joblib", "joblib-old", "cloudpickle"})
METHODS = frozenset({"predict", "predict_proba", "transform", "decision_function"})
_FOLDERS = (Path(__file__).parent / "templates", FOLDER)
# Older files do not say which estimator wrote them, and nothing else may become a name in the source.
_XGBOOST_ESTIMATORS = frozenset({"XGBClassifier", "XGBRegressor", "XGBRanker", "XGBRFClassifier", "XGBRFRegressor"})
# Spark's own names for what scikit-learn's methods give.
_SPARK_OUTPUTS = {"predict": "prediction", "predict_proba": "probability", "decision_function": "rawPrediction"}
# Keras tells a file's format by these endings.
_KERAS_ENDINGS = {"keras": ".keras", "h5": ".h5"}


def score_py(model: ResolvedModel) -> bytes:
    """The source of score.py; raises `CompilerError` (MF506) when no template loads this framework."""
    if model.score.method not in METHODS:
        raise failure("MF506", f"score.py cannot call a method named {model.score.method!r}")
    framework = FRAMEWORKS.get(model.facts.framework or "")
    if framework is None:
        raise failure(
            "MF506",
            f"no score.py can be generated for a {model.facts.framework} model ({model.facts.format})",
            hint="bring your own with 'spec.score.file: score.py'",
        )
    _check_loadable(model)
    return _environment().get_template(framework.load().score_template).render(_values(model)).encode()


def _check_loadable(model: ResolvedModel) -> None:
    """Refuse what no template can load without more being said."""
    form, score = model.facts.format, model.score
    if form in {"state_dict", "safetensors"} and model.facts.framework == "pytorch" and score.architecture is None:
        raise failure(
            "MF506",
            f"the file holds weights ({form}) and not the network they belong to",
            hint="name its class with 'spec.model.architecture: {file: net.py, class: Net}'",
        )
    if model.facts.framework == "other" and form not in PICKLED and score.hooks is None:
        raise failure(
            "MF506",
            f"nobody here knows how to load this file ({form})",
            hint="define load_model(path) and predict(model, data) in a module and name it with 'spec.score.hooks'",
        )


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
        "classes": bool(facts.classes),
        "architecture": score.architecture,
        "dtypes": _dtypes(model),
        "linked": _linked_name(model),
        "output": _SPARK_OUTPUTS.get(score.method, ""),
    }


def _labels(model: ResolvedModel) -> list[Json]:
    """A classifier's labels, where the file's own reader gives back numbers instead of them."""
    classes = list(model.facts.classes or ())
    numbered = classes == list(range(len(classes)))
    return [] if numbered or model.facts.format in PICKLED or model.score.method != "predict" else classes


def _dtypes(model: ResolvedModel) -> list[Json]:
    """The number types of a model's inputs, where the file records them all."""
    return [tensor.dtype for tensor in model.facts.inputs]


def _linked_name(model: ResolvedModel) -> str:
    """The name that Keras must see, where the file's own would not tell its format; else empty."""
    ending = _KERAS_ENDINGS.get(model.facts.format, "")
    return "" if model.model_path.endswith(ending) else f"model{ending}"


@functools.cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_FOLDERS),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - Python source: HTML escapes would be wrong, `py` quotes
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["py"] = literal
    environment.filters["constant"] = constant
    return environment
