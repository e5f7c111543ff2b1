"""What an artifact that Oracle ADS prepared says of itself: its model, and where it was trained."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from compiler.diagnostics import CompilerError, failure

if TYPE_CHECKING:
    from compiler.ir import ModelFacts

_RUNTIME = "runtime.yaml"


def ads_facts(folder: Path) -> ModelFacts:
    """The facts of the artifact's model; empty where it holds not just one.

    Raises `CompilerError` MF811 for a folder that is no artifact, and for a model that is denied.
    """
    from compiler.compilation.prebuilt.find_model import find_model

    if not (folder / _RUNTIME).is_file():
        hint = "name the folder that ADS prepared (`artifact_dir`), with its score.py and runtime.yaml"
        raise failure("MF811", f"{folder.name} holds no {_RUNTIME}", hint=hint)
    found = find_model(folder)
    if found.problems and not found.path:
        raise CompilerError(*found.problems)
    return found.facts


def ads_training_id(folder: Path) -> str | None:
    """OCID of the notebook session or job run that prepared it, where runtime.yaml records one."""
    from compiler.introspection.ads import runtime_document, runtime_leaves

    runtime = runtime_document((folder / _RUNTIME).read_bytes())
    leaves = dict(runtime_leaves(runtime.get("MODEL_PROVENANCE")))
    trained = str(leaves.get("TRAINING_RESOURCE_OCID") or "")
    return trained if trained.startswith("ocid1.") else None
