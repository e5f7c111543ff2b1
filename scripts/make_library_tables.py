"""Write the tables of estimators of libraries that follow scikit-learn's interface: parameters and methods.

    python scripts/make_library_tables.py PACKAGE...

Runs in an environment that holds them. Writes `compiler/frameworks/sklearn/libraries/PACKAGE.json`, in the form of
`compiler/frameworks/sklearn/estimators.json`.
"""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import sys
import warnings
from collections.abc import Iterator
from importlib.metadata import packages_distributions, version
from pathlib import Path

TABLES = Path(__file__).resolve().parent.parent / "compiler/frameworks/sklearn/libraries"
METHODS = ("predict", "predict_proba", "transform", "decision_function")


def estimators(package: str) -> Iterator[type]:
    root = importlib.import_module(package)
    for info in pkgutil.walk_packages(root.__path__, package + "."):
        if any(part in info.name for part in (".tests", "conftest", "._test", ".testing")):
            continue
        try:
            module = importlib.import_module(info.name)
        except Exception:
            continue
        for name, cls in vars(module).items():
            ours = inspect.isclass(cls) and cls.__module__.startswith(package)
            if ours and name == cls.__name__ and hasattr(cls, "get_params") and hasattr(cls, "fit"):
                yield cls


def entry(cls: type) -> dict[str, str]:
    parameters = [name for name in inspect.signature(cls.__init__).parameters if name not in {"self", "args", "kwargs"}]
    found = {name: inspect.getattr_static(cls, name, None) for name in METHODS}
    methods = [name + ("" if inspect.isfunction(value) else "?") for name, value in found.items() if value is not None]
    return {"parameters": " ".join(parameters), "methods": " ".join(methods)}


def main(packages: list[str]) -> None:
    warnings.simplefilter("ignore")
    TABLES.mkdir(exist_ok=True)
    for package in packages:
        release = version(packages_distributions()[package][0])
        table = {cls.__name__: {release: entry(cls)} for cls in estimators(package)}
        text = json.dumps(dict(sorted(table.items())), indent=0, ensure_ascii=False)
        (TABLES / f"{package}.json").write_text(text + "\n", "utf-8")
        print(f"{package} {release}: {len(table)} estimators")


if __name__ == "__main__":
    main(sys.argv[1:])
