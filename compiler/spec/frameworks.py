"""The frameworks' names: the only list of them. What is known of each lies in its folder of `compiler/frameworks`."""

from __future__ import annotations

from collections.abc import Mapping

# Asked in this order; the first that knows a file owns it, so that the catch-all stands last.
FRAMEWORKS: Mapping[str, str] = {
    "scikit-learn": "sklearn",
    "xgboost": "xgboost",
    "lightgbm": "lightgbm",
    "catboost": "catboost",
    "pytorch": "pytorch",
    "tensorflow": "tensorflow",
    "pyspark": "spark",
    "onnx": "onnx",
    "other": "other",
}
"""Name, as `spec.model.framework` has it and ADS's taxonomy, unless its `Framework.taxonomy` differs -> folder."""
