"""What an artifact that was made elsewhere says of itself, beside its model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from compiler.emit.manifest_file import MANIFEST_NAME
from compiler.introspection import ADS_KEYS
from compiler.introspection.ads import runtime_document, runtime_leaves
from compiler.ir import CondaEnvironment, DataSchema, Json, SourceFile
from compiler.lock import Lock
from compiler.passes.samples.schema_json import schema_from_json

TEST_RESULTS = "test_json_output.json"
# model_artifact_manifest.json's `generated_by` -> the name that ADS's metadata has for it (ADS 2.16.1 source).
_MAKERS = {"oracle-ads": "ADS", "manifact": "manifact"}
_SMALL = 8 << 20
"""Bytes of a description that is read at once; those that ADS writes have some kilobytes."""


def schema_of(files: Mapping[str, SourceFile], name: str) -> DataSchema | None:
    """A schema of the artifact's; None without one, or with one of another form."""
    if name not in files or files[name].size > _SMALL:
        return None
    try:
        return schema_from_json(files[name].source.read_bytes())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def environments_of(
    files: Mapping[str, SourceFile], lock: Lock
) -> tuple[CondaEnvironment | None, CondaEnvironment | None]:
    """The environments of inference and training that runtime.yaml names."""
    runtime = runtime_document(_content(files, "runtime.yaml") or b"")
    inference = _environment(runtime.get("MODEL_DEPLOYMENT"), "INFERENCE", lock)
    return inference, _environment(runtime.get("MODEL_PROVENANCE"), "TRAINING", lock)


def _environment(section: Json, prefix: str, lock: Lock) -> CondaEnvironment | None:
    """The conda environment that runtime.yaml names; None without one."""
    leaves = dict(runtime_leaves(section))
    path, slug, kind = (str(leaves.get(f"{prefix}_ENV_{part}") or "") for part in ("PATH", "SLUG", "TYPE"))
    python = str(leaves.get(f"{prefix}_PYTHON_VERSION") or "")
    if not path and not python:
        return None
    return CondaEnvironment(path, slug, kind, python, any(known.path == path for known in lock.packs.values()))


def maker_of(files: Mapping[str, SourceFile]) -> str:
    """The library that made the artifact, where its list of files says so; else empty."""
    document = _json(files, MANIFEST_NAME)
    return _MAKERS.get(str(document.get("generated_by")), "") if isinstance(document, dict) else ""


def test_results_of(files: Mapping[str, SourceFile]) -> Mapping[str, Json] | None:
    """What ADS's introspection found where the artifact was made: it may have asked whether the environment exists."""
    document = _json(files, TEST_RESULTS)
    fits = isinstance(document, dict) and set(document) == ADS_KEYS
    return document if fits and all(isinstance(item, dict) for item in document.values()) else None


def _json(files: Mapping[str, SourceFile], name: str) -> Any:
    try:
        return json.loads(_content(files, name) or b"null", parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None


def _content(files: Mapping[str, SourceFile], name: str) -> bytes | None:
    file = files.get(name)
    return file.source.read_bytes() if file is not None and file.size <= _SMALL else None
