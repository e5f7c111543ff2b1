"""scikit-learn: joblib and pickle files, compressed or not, and skops archives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from compiler.frameworks.base import ModelFile
from compiler.frameworks.estimators import entry
from compiler.frameworks.nested import nested_facts
from compiler.frameworks.pickled import format_of, needs, requires, unknown
from compiler.frameworks.sklearn.methods import methods_of
from compiler.frameworks.symbolic import labels, native, whole
from compiler.ir import Json, ModelFacts
from compiler.readers.pickles import Pickle
from compiler.readers.pickles.arrays import as_array
from compiler.readers.pickles.values import Instance

_OTHERS = frozenset({"xgboost", "lightgbm"})
"""Packages whose estimators have a framework of their own."""
_MAX_WRAPPING = 50
# Constructor parameters that list named estimators, in the classes that compose them (`get_params(deep=True)` names
# each).
_COMPOSITIONS = ("steps", "transformers", "transformer_list", "estimators")
# Whose prediction an estimator gives: the fitted attribute to follow, in the order of preference.
_INNER = ("best_estimator_", "estimator_", "regressor_", "label_binarizer_")


def facts(model: ModelFile) -> ModelFacts | None:
    """Facts of the estimator at the root; None when the root is no estimator of scikit-learn's kind."""
    pickle = model.pickled
    root = pickle.value
    if not isinstance(root, Instance) or not _is_ours(root, pickle):
        return None
    found = estimator_facts("scikit-learn", model, root, _version(root))
    inner = nested_facts(list(prediction(root))[-1], found.format)
    if inner is None:
        return found
    own = {inner.framework: inner.version} if inner.framework and inner.version else {}
    return replace(
        found,
        classes=found.classes or inner.classes,
        categories=inner.categories,
        versions={**found.versions, **own},
        needs=(*found.needs, *inner.needs),
    )


def _is_ours(root: Instance, pickle: Pickle) -> bool:
    package = root.cls.module.split(".", 1)[0]
    if package in _OTHERS:
        return False
    estimator = "estimator" in root.cls.production.tags
    return package == "sklearn" or estimator or (root.cls.unknown and "sklearn" in pickle.packages)


def estimator_facts(framework: str, model: ModelFile, root: Instance, version: str | None) -> ModelFacts:
    """Facts of anything with scikit-learn's interface; `version` is the framework's, where the file records it."""
    skops = model.skops
    names = first(root, "feature_names_in_", labels, entrance)
    return ModelFacts(
        framework=framework,
        format=format_of(model),
        version=version,
        algorithm=root.cls.name,
        hyperparameters=dict(sorted(parameters(root, version))),
        feature_names=tuple(map(str, names)) if names else None,
        feature_count=_feature_count(root) or (len(names) if names else None),
        classes=first(root, "classes_", labels, prediction),
        outputs_per_row=_outputs_per_row(root),
        methods=methods_of(root, version),
        requires=requires(
            model, "joblib", "numpy", *(("skops",) if skops else ())
        ),  # scikit-learn itself depends on both
        versions={"skops": skops.version} if skops and skops.version else {},
        details={"types": [*skops.types]} if skops else {},
        needs=needs(model),
        unknown=unknown(model),
    )


def _version(root: Instance) -> str | None:
    """scikit-learn's own release: a composition of another library records none, what it is made of does."""
    waiting = [root]
    for _ in range(_MAX_WRAPPING):
        if not waiting:
            break
        attributes = waiting.pop(0).attributes()
        if isinstance(version := attributes.get("_sklearn_version"), str):
            return version
        parts = [(name, attributes.get(name)) for name in (*_COMPOSITIONS, *_INNER)]
        inner = [estimator for name, value in parts for _, estimator in _named(name, value)]
        waiting += [estimator for estimator in inner if isinstance(estimator, Instance)]
    return None


def first(root: Instance, attribute: str, read: Any, chain: Any) -> Any:
    """What `read` makes of an attribute, of the first estimator in a chain that has it; None when none has."""
    for estimator in chain(root):
        if (found := read(estimator.attributes().get(attribute))) is not None:
            return found
    return None


def entrance(root: Instance) -> Iterator[Instance]:
    """The estimators that see the model's own input, from the outside in."""
    return _chain(root, 0)


def prediction(root: Instance) -> Iterator[Instance]:
    """The estimators whose prediction is the model's own, from the outside in."""
    return _chain(root, -1)


def _chain(root: Instance, step: int) -> Iterator[Instance]:
    for _ in range(_MAX_WRAPPING):
        yield root
        attributes = root.attributes()
        candidates = [_step(attributes.get("steps"), step), *(attributes.get(name) for name in _INNER)]
        if step == 0:
            candidates += [_step(attributes.get("transformer_list"), 0), _voter(root)]
        inner = next((found for found in candidates if isinstance(found, Instance)), None)
        if inner is None:
            return
        root = inner


def _step(steps: Any, index: int) -> Any:
    """The estimator of one (name, estimator) pair of a list."""
    pair = steps[index] if isinstance(steps, list) and steps else None
    return pair[1] if isinstance(pair, tuple) and len(pair) == 2 else None


def _voter(root: Instance) -> Any:
    """The first fitted estimator of an ensemble that gives each of them the whole input."""
    several = root.attributes().get("estimators_")
    whole_input = root.cls.name.startswith(("Voting", "Stacking"))
    return several[0] if whole_input and isinstance(several, list) and several else None


def parameters(root: Instance, version: str | None, nesting: int = 0) -> Iterator[tuple[str, Json]]:
    """The constructor parameters as `get_params(deep=True)` names them; nothing for classes that are not listed."""
    attributes = root.attributes()
    found = entry(root.cls.module.split(".", 1)[0], root.cls.name, version)
    for name in found.parameters if found else ():
        if name not in attributes:
            continue
        value = attributes[name]
        yield name, native(value)
        if nesting < 6:
            for inner, estimator in _named(name, value):
                prefix = inner if name in _COMPOSITIONS else name
                if name in _COMPOSITIONS:
                    yield inner, native(estimator)
                if isinstance(estimator, Instance):
                    yield from ((f"{prefix}__{k}", v) for k, v in parameters(estimator, version, nesting + 1))


def _named(parameter: str, value: Any) -> list[tuple[str, Any]]:
    """The estimators inside a parameter with their names."""
    if isinstance(value, Instance):
        return [(parameter, value)]
    if parameter not in _COMPOSITIONS or not isinstance(value, list):
        return []
    entries = [item for item in value[:200] if isinstance(item, tuple) and len(item) >= 2]
    return [(item[0], item[1]) for item in entries if isinstance(item[0], str)]


def _feature_count(root: Instance) -> int | None:
    """`n_features_in_`, or what releases before 0.24 recorded: `n_features_`, the width of the coefficients."""
    for attribute in ("n_features_in_", "n_features_"):
        if (count := first(root, attribute, whole, entrance)) is not None:
            return int(count)
    shape = first(root, "coef_", _shape, entrance)
    return shape[-1] if shape and root.cls.name != "Pipeline" else None


def _shape(value: Any) -> tuple[int, ...] | None:
    array = as_array(value)
    return array.shape if array is not None else None


def _outputs_per_row(root: Instance) -> int | None:
    """The number of targets of an estimator with several, else None."""
    for estimator in prediction(root):
        attributes = estimator.attributes()
        count = whole(attributes.get("n_outputs_")) or 0
        if estimator.cls.name.startswith("MultiOutput") and isinstance(attributes.get("estimators_"), list):
            count = len(attributes["estimators_"])
        shape = _shape(attributes.get("coef_"))
        if shape and len(shape) == 2 and "classes_" not in attributes and _is_linear_regressor(estimator):
            count = shape[0]
        if count > 1:
            return count
    return None


def _is_linear_regressor(estimator: Instance) -> bool:
    """Linear models keep (targets, features); support vector machines and PLS lay their coefficients out otherwise."""
    return estimator.cls.module.startswith("sklearn.linear_model")
