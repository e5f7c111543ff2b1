"""Generate the index of scikit-learn's classes and the table of its estimators from released wheels.

    python scripts/make_sklearn_index.py WHEEL...

Wheels are only unpacked and parsed. Writes `compiler/readers/pickles/index/scanned/sklearn.json` (where releases that
were not recorded define the classes of those that were) and `compiler/frameworks/sklearn/estimators.json` (constructor
parameters and methods, release by release).
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
INDEX = ROOT / "compiler/readers/pickles/index"
SCANNED = INDEX / "scanned/sklearn.json"
SKIP = re.compile(r"\.tests\b|\.externals\b|\.datasets\b|conftest|_test|_mocking|estimator_checks|_build|\.setup$")
METHODS = ("predict", "predict_proba", "transform", "decision_function")
# Parts of estimators that are no estimators themselves, by their modules.
PARTS = re.compile(r"_gb_losses|gradient_boosting|loss|kernels|_split|calibration")


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
    table: dict[str, dict[str, dict[str, object]]] = {}
    ordered = sorted(map(Path, wheels), key=lambda wheel: sort_key(release_of(wheel)))
    for wheel in ordered:
        with tempfile.TemporaryDirectory() as folder:
            modules = scan(unpack(wheel, Path(folder)), SKIP)
        for name, module in modules.items():
            classes.setdefault(name, set()).update(module.classes)
            for info in module.classes.values():
                if is_estimator(info):
                    record(table.setdefault(info.name, {}), release_of(wheel), entry(info))
    releases = " ".join(release_of(wheel) for wheel in ordered)
    write(SCANNED, {"releases": releases, "classes": joined(scanned(classes, table))})
    write(ROOT / "compiler/frameworks/sklearn/estimators.json", dict(sorted(table.items())))


def scanned(classes: dict[str, set[str]], table: dict[str, object]) -> dict[str, set[str]]:
    """Where releases define classes that were recorded elsewhere, and estimators that no recorded release has."""
    recorded = json.loads((INDEX / "recorded/sklearn.json").read_text("utf-8"))["classes"]
    known = {name for names in recorded.values() for name in names.split()}

    def counts(module: str, name: str) -> bool:
        made = name in table and not name.startswith(("Base", "_Base"))
        part = PARTS.search(module) is not None and not name.startswith("Base") and "Mixin" not in name
        return name in known or made or part

    return {
        module: {name for name in names if counts(module, name)} - set(recorded.get(module, "").split())
        for module, names in classes.items()
    }


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
