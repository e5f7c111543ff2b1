"""CatBoost: what the file says of features, classes, parameters and release."""

from __future__ import annotations

import re

from compiler.frameworks.base import ModelFile
from compiler.ir import Json, ModelFacts
from compiler.readers.catboost_model import CatboostModel, read_catboost_json, read_cbm
from compiler.readers.containers.mapped import BadContentError, mapped
from compiler.readers.pickles.values import Blob, Instance

# Losses of CatBoostClassifier and CatBoostRanker (CatBoost docs, "Objectives and metrics"); all others are those of
# CatBoostRegressor. The file does not record which class wrote it.
_CLASSIFYING = frozenset((
    "Logloss", "CrossEntropy", "MultiClass", "MultiClassOneVsAll", "MultiLogloss", "MultiCrossEntropy",
))  # fmt: skip
_RANKING = frozenset((
    "YetiRank", "YetiRankPairwise", "PairLogit", "PairLogitPairwise", "QueryRMSE", "QuerySoftMax", "QueryCrossEntropy",
    "StochasticFilter", "StochasticRank", "LambdaMart", "GroupQuantile",
))  # fmt: skip
_STATE = "__model"  # where its pickles keep what a .cbm file holds
_RELEASE = re.compile(r"(?:tags/v|release )(\d+(?:\.\d+){1,3})")


def facts(model: ModelFile) -> ModelFacts:
    """What the file says of itself. Raises CompilerError MF203 for a damaged one."""
    with mapped(model.path) as data:
        return _facts(read_catboost_json(data) if model.format == "catboost-json" else read_cbm(data), model.format)


def nested_facts(estimator: Instance, form: str) -> ModelFacts | None:
    """Of a pickled estimator; None where the model inside is damaged or was too large to be kept."""
    kept = estimator.attributes().get(_STATE)
    raw = kept.data if isinstance(kept, Blob) else kept
    try:
        return _facts(read_cbm(memoryview(raw)), form) if isinstance(raw, bytes | memoryview) else None
    except BadContentError:
        return None


def _facts(found: CatboostModel, form: str) -> ModelFacts:
    algorithm = _algorithm(found)
    return ModelFacts(
        framework="catboost",
        format=form,
        version=_version(found),
        algorithm=algorithm,
        hyperparameters=_parameters(found),
        feature_names=_names(found),
        feature_count=len(found.features),
        classes=_classes(found),
        outputs_per_row=found.outputs if found.outputs > 1 and algorithm == "CatBoostRegressor" else None,
        methods=frozenset(("predict", "predict_proba") if algorithm == "CatBoostClassifier" else ("predict",)),
        requires=("catboost", "numpy"),
        details={"trees": found.trees, **_kinds(found)},
    )


def _algorithm(model: CatboostModel) -> str:
    loss = _mapping(_mapping(model.information, "params"), "loss_function").get("type")
    if loss in _CLASSIFYING or "class_params" in model.information:
        return "CatBoostClassifier"
    if loss in _RANKING:
        return "CatBoostRanker"
    return "CatBoostRegressor" if loss else "CatBoost"


def _classes(model: CatboostModel) -> tuple[Json, ...] | None:
    names = _mapping(model.information, "class_params").get("class_names")
    return tuple(names) if isinstance(names, list) and names else None


def _names(model: CatboostModel) -> tuple[str, ...] | None:
    """None for the names that stand for none: empty, or the columns' positions."""
    names = tuple(feature.name for feature in model.features)
    unnamed = all(name in {"", str(index)} for index, name in enumerate(names))
    return None if unnamed or not all(names) else names


def _kinds(model: CatboostModel) -> dict[str, Json]:
    """The columns that are taken as categories, texts or embeddings, by name or position."""
    found: dict[str, Json] = {}
    for kind in ("categorical", "text", "embedding"):
        columns: list[Json] = [f.name or f.position for f in model.features if f.kind == kind]
        found |= {kind: columns} if columns else {}
    return found


def _parameters(model: CatboostModel) -> dict[str, Json]:
    """What the constructor was given; where that is not recorded, what training made of it."""
    parameters = _mapping(model.information, "params")
    given = _mapping(parameters, "flat_params")
    loss = _mapping(parameters, "loss_function").get("type")
    return dict(sorted(({"loss_function": loss} | given).items())) if loss else given


def _version(model: CatboostModel) -> str | None:
    text = model.information.get("catboost_version_info")
    found = _RELEASE.search(text) if isinstance(text, str) else None
    return found[1] if found else None


def _mapping(parent: object, key: str) -> dict[str, Json]:
    value = parent.get(key) if isinstance(parent, dict) else None
    return value if isinstance(value, dict) else {}
