"""Generate the index of scikit-learn's classes and the table of its estimators from released wheels.

    python scripts/make_sklearn_index.py WHEEL...

Wheels are only unpacked and parsed. Writes `compiler/readers/pickles/index/sklearn.json` (what a pickle may refer to)
and `compiler/frameworks/sklearn/estimators.json` (constructor parameters and methods, release by release).
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
import zipfile
from pathlib import Path

from scan_classes import ClassInfo, method, parameters, scan

ROOT = Path(__file__).resolve().parent.parent
SKIP = re.compile(r"\.tests\b|\.externals\b|\.datasets\b|conftest|_test|_mocking|estimator_checks|_build|\.setup$")
# Modules whose functions models carry as parameters (score_func, metric, func). They compute and touch nothing else.
FUNCTIONS = re.compile(r"^sklearn\.(metrics|feature_selection|preprocessing|decomposition|cluster|covariance)\b")
METHODS = ("predict", "predict_proba", "transform", "decision_function")
_LOSSES = (
    "Regression Classification Hinge SquaredHinge Log SquaredLoss Huber ModifiedHuber EpsilonInsensitive "
    "SquaredEpsilonInsensitive LossFunction"
)
_METRICS = (
    "Euclidean SEuclidean Manhattan Chebyshev Minkowski WMinkowski Mahalanobis Hamming Canberra BrayCurtis Jaccard "
    "Matching Dice Kulsinski RogersTanimoto RussellRao SokalMichener SokalSneath Haversine PyFunc"
)
_DISTANCES = "newObj DistanceMetric DistanceMetric32 DistanceMetric64 " + " ".join(
    f"{metric}Distance{bits}" for metric in _METRICS.split() for bits in ("", "32", "64")
)
_CY_LOSSES = (
    "SquaredError AbsoluteError PinballLoss HuberLoss PoissonLoss GammaLoss TweedieLoss TweedieLossIdentity "
    "BinomialLoss MultinomialLoss"
)
_CY = " ".join(f"Cy{half}{n} __pyx_unpickle_Cy{half}{n}" for n in _CY_LOSSES.split() for half in ("", "Half"))
_TREES = "newObj BinaryTree BinaryTree32 BinaryTree64 "
# Extension classes and functions that `__reduce__` calls: compiled code, which no parser of Python sees. The names are
# those of 1.9.1 (dir() of the extension modules) and of the releases before they moved.
EXTENSIONS = {
    "sklearn.tree._tree": "Tree",
    "sklearn._loss._loss": f"{_CY} CyExponentialLoss __pyx_unpickle_CyExponentialLoss",
    "sklearn.linear_model._sgd_fast": _LOSSES,
    "sklearn.linear_model.sgd_fast": _LOSSES,
    "sklearn.metrics._dist_metrics": _DISTANCES,
    "sklearn.neighbors._dist_metrics": _DISTANCES,
    "sklearn.neighbors.dist_metrics": _DISTANCES,
    "sklearn.neighbors._kd_tree": _TREES + "KDTree KDTree32 KDTree64",
    "sklearn.neighbors.kd_tree": _TREES + "KDTree",
    "sklearn.neighbors._ball_tree": _TREES + "BallTree BallTree32 BallTree64",
    "sklearn.neighbors.ball_tree": _TREES + "BallTree",
    "sklearn.neighbors._quad_tree": "_QuadTree",
    "sklearn.neighbors.quad_tree": "_QuadTree",
}


def release_of(wheel: Path) -> str:
    """`1.9.1` of `scikit_learn-1.9.1-cp311-….whl`."""
    return wheel.name.split("-")[1]


def sort_key(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in release.split(".")[:3] if part.isdigit())


def unpack(wheel: Path, into: Path) -> Path:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(into, [n for n in archive.namelist() if n.endswith(".py") and n.startswith("sklearn/")])
    return into / "sklearn"


def entry(info: ClassInfo) -> dict[str, object]:
    """Parameters and methods of one class; a method on a condition is marked with `?`."""
    found = [(name, method(info, name)) for name in METHODS]
    return {
        "parameters": " ".join(parameters(info)),
        "methods": " ".join(name + ("" if always else "?") for name, always in found if always is not None),
    }


def is_estimator(info: ClassInfo) -> bool:
    return any(ancestor.name in {"BaseEstimator", "Kernel"} for ancestor in info.mro)


def main(wheels: list[str]) -> None:
    classes: dict[str, set[str]] = {}
    functions: dict[str, set[str]] = {}
    reconstructors = {module: set(names.split()) for module, names in EXTENSIONS.items()}
    table: dict[str, dict[str, dict[str, object]]] = {}
    ordered = sorted(map(Path, wheels), key=lambda wheel: sort_key(release_of(wheel)))
    for wheel in ordered:
        with tempfile.TemporaryDirectory() as folder:
            modules = scan(unpack(wheel, Path(folder)), SKIP)
        for name, module in modules.items():
            classes.setdefault(name, set()).update(module.classes)
            if FUNCTIONS.match(name):
                functions.setdefault(name, set()).update(module.functions)
            for info in module.classes.values():
                if method(info, "__reduce__") is not None:
                    reconstructors.setdefault(name, set()).add(info.name)
                if is_estimator(info):
                    record(table.setdefault(info.name, {}), release_of(wheel), entry(info))
    write(
        ROOT / "compiler/readers/pickles/index/sklearn.json",
        {
            "releases": " ".join(release_of(wheel) for wheel in ordered),
            "classes": joined(classes),
            "functions": joined(functions),
            "reconstructors": joined(reconstructors),
        },
    )
    write(ROOT / "compiler/frameworks/sklearn/estimators.json", dict(sorted(table.items())))


def record(history: dict[str, dict[str, object]], release: str, facts: dict[str, object]) -> None:
    """Keep an entry only for the release that changed it."""
    if not history or list(history.values())[-1] != facts:
        history[release] = facts


def joined(names: dict[str, set[str]]) -> dict[str, str]:
    return {module: " ".join(sorted(found)) for module, found in sorted(names.items()) if found}


def write(path: Path, data: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, indent=0, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
