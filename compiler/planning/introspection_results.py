"""The catalog's entry `ArtifactTestResults`: ADS's checks, one of which only the target can answer.

Whether the conda environment of runtime.yaml exists (`runtime_path_exist`) is not asked by compile, which needs no
network; apply asks and writes the answer. It depends on the target and the hour, so that it is never compared.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

KEY = "ArtifactTestResults"
"""ADS 2.16.1: `MetadataTaxonomyKeys.ARTIFACT_TEST_RESULT`."""
_PATH, _EXISTS = "runtime_env_path", "runtime_path_exist"


def without_environment_result(value: Any) -> Any:
    """The entry's text in one spelling and without the answer; what is no such text as it is."""
    results = _read(value)
    if results is None:
        return value
    results[_EXISTS] = {key: item for key, item in results[_EXISTS].items() if key != "success"}
    return _text(results)


def with_environment_result(value: str, *, exists: bool) -> str:
    """The entry's text with the answer."""
    results = _read(value)
    return value if results is None else _text({**results, _EXISTS: {**results[_EXISTS], "success": exists}})


def environment_path(body: Mapping[str, Any]) -> str | None:
    """Where the conda environment of a model's body lies (`oci://bucket@namespace/…`); None when it names none."""
    value = next((item.get("value") for item in body.get("definedMetadataList") or () if item.get("key") == KEY), None)
    path = (_read(value) or {}).get(_PATH, {}).get("value")
    return path if isinstance(path, str) else None


def _read(value: Any) -> dict[str, Any] | None:
    try:
        results = json.loads(value)
        complete = isinstance(results, dict) and all(isinstance(results[key], dict) for key in (_PATH, _EXISTS))
    except (TypeError, ValueError, KeyError):
        return None
    return results if complete else None


def _text(results: Mapping[str, Any]) -> str:
    return json.dumps(results, sort_keys=True, ensure_ascii=False)
