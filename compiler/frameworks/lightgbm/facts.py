"""LightGBM: boosters saved as text, and pickled sklearn-API models."""

from __future__ import annotations

from dataclasses import replace

from compiler.frameworks.base import ModelFile
from compiler.frameworks.lightgbm.categories import recorded_categories
from compiler.frameworks.pickled import format_of, raw_model, requires, root_of, unknown
from compiler.frameworks.sklearn.facts import entrance, estimator_facts, first
from compiler.frameworks.symbolic import labels, native, whole
from compiler.ir import ModelFacts
from compiler.readers.containers.archive import damaged
from compiler.readers.containers.mapped import BadContentError, mapped
from compiler.readers.lightgbm_model import LightgbmModel, read_lightgbm
from compiler.readers.pickles.values import Instance, Pairs


def facts(model: ModelFile) -> ModelFacts | None:
    """What the file says of itself. Raises CompilerError: MF203 damaged, MF204 for a denied pickle."""
    if model.format in {"pickle", "skops"}:
        return _pickled(model)
    with mapped(model.path) as data:
        return booster_facts(read_lightgbm(data), model.format)


def _pickled(model: ModelFile) -> ModelFacts | None:
    """Facts of a pickled Booster or sklearn-API model: parameters from the object, the rest from the text inside."""
    root = root_of(model, "lightgbm")
    if root is None:
        return None
    raw = raw_model(root, "_handle") or raw_model(root, "handle")  # renamed in 4.0
    try:
        inner = booster_facts(read_lightgbm(raw), format_of(model)) if raw else ModelFacts("lightgbm", format_of(model))
    except BadContentError as error:
        raise damaged(model.path, f"the booster inside the pickle: {error}") from error
    if root.cls.name == "Booster":
        return replace(inner, algorithm="Booster", requires=requires(model, "numpy"), unknown=unknown(model))
    facts = estimator_facts("lightgbm", model, root, None)
    other = root.attributes().get("_other_params")
    extra = {key: native(value) for key, value in other.named().items()} if isinstance(other, Pairs) else {}
    return replace(
        facts,
        requires=requires(model, "numpy", "scikit-learn"),
        hyperparameters={**(facts.hyperparameters or {}), **extra},
        classes=first(root, "_classes", labels, entrance),
        feature_names=facts.feature_names or inner.feature_names,
        feature_count=first(root, "_n_features", whole, entrance) or inner.feature_count,
        categories=inner.categories,
    )


def booster_facts(model: LightgbmModel, format_: str) -> ModelFacts:
    """Facts of what `read_lightgbm` returned, from a file or from the text inside a pickled Booster.

    The text records no class labels: a booster answers with probabilities, one a class.
    """
    return ModelFacts(
        framework="lightgbm",
        format=format_,
        algorithm="Booster",
        hyperparameters=model.parameters or {"objective": model.header.get("objective")},
        feature_names=tuple(model.header["feature_names"].split(" ")),
        feature_count=int(model.header["max_feature_idx"]) + 1,
        categories=recorded_categories(model),
        methods=frozenset(("predict",)),
        requires=("lightgbm", "numpy"),
        details={"format_version": model.header.get("version")},
    )


def nested_facts(estimator: Instance, form: str) -> ModelFacts | None:
    """Of a pickled estimator; None where the model inside is damaged."""
    raw = raw_model(estimator, "_handle") or raw_model(estimator, "handle")  # renamed in 4.0
    try:
        inner = booster_facts(read_lightgbm(raw), form) if raw else None
    except BadContentError:
        return None
    return inner and replace(inner, classes=labels(estimator.attributes().get("_classes")))
