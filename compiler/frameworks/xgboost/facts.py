"""XGBoost: boosters and sklearn-API models saved by `save_model`, and pickled ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from compiler.frameworks.base import ModelFile
from compiler.frameworks.pickled import format_of, raw_model, requires, root_of, unknown
from compiler.frameworks.sklearn.facts import entrance, estimator_facts, first
from compiler.frameworks.symbolic import labels, whole
from compiler.frameworks.xgboost.categories import recorded_categories
from compiler.ir import Json, ModelFacts, Need
from compiler.readers.containers.archive import damaged
from compiler.readers.containers.mapped import BadContentError, mapped
from compiler.readers.pickles.values import Instance
from compiler.readers.xgboost.model import read_xgboost

# What `save_model` of the sklearn API records of the estimator's kind (XGBoost 1.0 and later).
ESTIMATORS = {"classifier": "XGBClassifier", "regressor": "XGBRegressor", "ranker": "XGBRanker"}
REQUIRES = ("numpy", "xgboost")
SKLEARN_REQUIRES = ("numpy", "scikit-learn", "xgboost")


def facts(model: ModelFile) -> ModelFacts | None:
    """What the file says of itself. Raises CompilerError: MF203 damaged, MF204 for a denied pickle."""
    if model.format in {"pickle", "skops"}:
        return _pickled(model)
    with mapped(model.path) as data:
        return booster_facts(read_xgboost(data), model.format)


def _pickled(model: ModelFile) -> ModelFacts | None:
    """Facts of a pickled Booster or sklearn-API model: parameters from the object, the rest from the bytes inside."""
    root = root_of(model, "xgboost")
    if root is None:
        return None
    raw = raw_model(root, "handle")
    try:
        inner = booster_facts(read_xgboost(raw), format_of(model)) if raw else ModelFacts("xgboost", format_of(model))
    except BadContentError as error:
        raise damaged(model.path, f"the booster inside the pickle: {error}") from error
    if root.cls.name == "Booster":
        return replace(inner, algorithm="Booster", requires=requires(model, "numpy"), unknown=unknown(model))
    facts = estimator_facts("xgboost", model, root, inner.version)
    return replace(
        facts,
        requires=requires(model, "numpy", "scikit-learn"),
        classes=facts.classes or _labels(root),
        feature_names=facts.feature_names or inner.feature_names,
        feature_count=facts.feature_count or inner.feature_count,
        outputs_per_row=facts.outputs_per_row or inner.outputs_per_row,
        categories=inner.categories,
        needs=(*facts.needs, *inner.needs),
    )


def _encoded(encoder: object) -> tuple[Json, ...] | None:
    """The labels that releases before 1.6 kept in a LabelEncoder."""
    return labels(encoder.attributes().get("classes_")) if isinstance(encoder, Instance) else None


def booster_facts(content: Mapping[str, Json], format_: str) -> ModelFacts:
    """Facts of what `read_xgboost` returned, from a file or from the bytes inside a pickled Booster."""
    model = _mapping(content, "Model") or content
    learner = _mapping(model, "learner")
    parameters = _mapping(learner, "learner_model_param")
    estimator = _estimator(learner)
    targets, classes = _count(parameters, "num_target"), _count(parameters, "num_class")
    names = _texts(learner, "feature_names")
    kind = estimator.get("_estimator_type")
    algorithm = ESTIMATORS.get(kind, "Booster") if isinstance(kind, str) else "Booster"
    return ModelFacts(
        framework="xgboost",
        format=format_,
        version=_version(model),
        algorithm=algorithm,
        hyperparameters=_hyperparameters(learner, estimator),
        feature_names=names or None,
        feature_count=_count(parameters, "num_feature"),
        classes=_classes(algorithm, estimator, classes or 2),
        outputs_per_row=targets if targets and targets > 1 else None,
        methods=frozenset(("predict", "predict_proba")) if algorithm == "XGBClassifier" else frozenset(("predict",)),
        categories=recorded_categories(learner, _release(model)),
        requires=REQUIRES if algorithm == "Booster" else SKLEARN_REQUIRES,
        needs=_needs(learner),
    )


def _needs(learner: Mapping[str, Json]) -> tuple[Need, ...]:
    """XGBoost 3.0 loads what 3.1 and later write, without a word, and answers wrongly.

    It reads 0.5 for a base score that is a list, and knows nothing of tables of categories (3.0.5 against 3.2.0).
    """
    cats, score = learner.get("cats"), _mapping(learner, "learner_model_param").get("base_score")
    if isinstance(cats, dict) and cats.get("enc"):
        return (Need("xgboost", ">=3.1", "the model records its categories in a table"),)
    if isinstance(score, str) and score.startswith("["):
        return (Need("xgboost", ">=3.1", "the model records its base score as a list"),)
    return ()


def _mapping(parent: Mapping[str, Json], key: str) -> dict[str, Json]:
    value = parent.get(key)
    return value if isinstance(value, dict) else {}


def _texts(parent: Mapping[str, Json], key: str) -> tuple[str, ...]:
    value = parent.get(key)
    return tuple(str(item) for item in value) if isinstance(value, list) else ()


def _count(parameters: Mapping[str, Json], key: str) -> int | None:
    value = parameters.get(key)
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 20 else None


def _release(model: Mapping[str, Json]) -> tuple[int, ...]:
    parts = model.get("version")
    return tuple(part for part in parts if isinstance(part, int)) if isinstance(parts, list) else ()


def _version(model: Mapping[str, Json]) -> str | None:
    parts = model.get("version")
    if not isinstance(parts, list) or not parts or parts[0] == -1:
        return None
    return ".".join(map(str, parts))


def _estimator(learner: Mapping[str, Json]) -> dict[str, Json]:
    """What the sklearn API recorded of itself: only its kind since 2.0, all its parameters before."""
    text = _mapping(learner, "attributes").get("scikit_learn")
    try:
        found = json.loads(text, parse_constant=lambda _: None) if isinstance(text, str) else {}
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _classes(algorithm: str, estimator: Mapping[str, Json], count: int) -> tuple[Json, ...] | None:
    if algorithm != "XGBClassifier":
        return None
    recorded = estimator.get("classes_")
    # Since 1.6 the labels of a classifier are 0 … n-1 (XGBoost docs, `XGBClassifier.fit`).
    return tuple(recorded) if isinstance(recorded, list) else tuple(range(min(count, 100_000)))


def _hyperparameters(learner: Mapping[str, Json], estimator: Mapping[str, Json]) -> dict[str, Json]:
    hidden = {"classes_", "n_classes_", "_estimator_type", "_le", "type"}
    booster, objective = _mapping(learner, "gradient_booster"), _mapping(learner, "objective")
    found: dict[str, Json] = {key: value for key, value in estimator.items() if key not in hidden}
    found |= {"objective": objective.get("name"), "booster": booster.get("name")}
    for parameters in (_mapping(learner, "learner_model_param"), booster, *objective.values()):
        if isinstance(parameters, dict):
            found |= {key: _native(value) for key, value in parameters.items() if key != "name"}
    return found


def _native(value: Json) -> Json:
    """Numbers, which XGBoost writes as text; `base_score` is a list of them since 3.1."""
    if not isinstance(value, str):
        return value
    try:
        found: Json = json.loads(value)
    except ValueError:
        return value
    return found[0] if isinstance(found, list) and len(found) == 1 else found


def nested_facts(estimator: Instance, form: str) -> ModelFacts | None:
    """Of a pickled estimator; None where the model inside is damaged."""
    raw = raw_model(estimator, "handle")
    try:
        inner = booster_facts(read_xgboost(raw), form) if raw else None
    except BadContentError:
        return None
    return inner and replace(inner, classes=_labels(estimator))


def _labels(root: Instance) -> tuple[Json, ...] | None:
    """The labels of a pickled classifier: 0 … n-1 since 1.6, which records how many."""
    count = whole(root.attributes().get("n_classes_"))
    found = first(root, "_le", _encoded, entrance)
    return found or (tuple(range(count)) if count and count < 100_000 else None)
