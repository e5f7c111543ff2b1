"""Generate the tables of the scikit-learn estimators of XGBoost, LightGBM and CatBoost from the releases installed.

    python scripts/make_booster_tables.py SITE_PACKAGES

Their constructors take what their bases take as keywords, so parameters are collected over the ancestors.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from scan_classes import ClassInfo, method, scan

ROOT = Path(__file__).resolve().parent.parent
METHODS = ("predict", "predict_proba", "transform", "decision_function")
PREFIXES = {"xgboost": "XGB", "lightgbm": "LGBM", "catboost": "CatBoost"}


def collected(info: ClassInfo) -> list[str]:
    """Parameters of all ancestors, each once."""
    names = [name for ancestor in info.mro for name in ancestor.parameters or ()]
    return sorted(set(names))


def main(site_packages: str) -> None:
    for package, prefix in PREFIXES.items():
        root = Path(site_packages) / package
        if not root.is_dir():
            continue
        modules = scan(root, re.compile(r"\.(testing|spark|dask|plotting)\b"))
        table: dict[str, object] = {}
        for info in (found for module in modules.values() for found in module.classes.values()):
            if info.name.startswith(prefix):
                methods = " ".join(name for name in METHODS if method(info, name) is not None)
                table[info.name] = {"0": {"parameters": " ".join(collected(info)), "methods": methods}}
        path = ROOT / f"compiler/frameworks/{package}/estimators.json"
        path.write_text(json.dumps(dict(sorted(table.items())), indent=0) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
