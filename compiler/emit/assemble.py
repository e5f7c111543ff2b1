"""ResolvedModel -> ArtifactTree. Nothing is written; of the disk only a score.py of the user's own is read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial

from compiler.diagnostics import CompilerError, Diagnostic
from compiler.emit.manifest_file import MANIFEST_NAME, manifest_file
from compiler.emit.metadata import custom, hyperparameters_fit, taxonomy
from compiler.emit.numbers import finite
from compiler.emit.paths import MODEL_IGNORE, check_paths
from compiler.emit.record import ArtifactRecord, Metadata, record
from compiler.emit.runtime_yaml import runtime_yaml
from compiler.emit.score import score_py
from compiler.emit.tree import ArtifactTree, Content, artifact_tree, sha256, size
from compiler.introspection import ArtifactFile, Check, ads_checks, ads_results, our_checks
from compiler.ir import ResolvedModel
from compiler.passes.samples.schema_json import schema_to_json

TEST_RESULTS = "test_json_output.json"


def emit(model: ResolvedModel) -> ArtifactTree:
    """The artifact's files. The same model gives the same bytes.

    Raises `CompilerError`: MF501 to MF503 for paths that cannot be, MF506 when no score.py can load the model.
    """
    files: dict[str, Content] = {
        ".model-ignore": MODEL_IGNORE,
        "runtime.yaml": runtime_yaml(model.inference, model.training),
        **_schemas(model),
        **_hyperparameters(model),
    }
    if model.score.own is None:
        files["score.py"] = score_py(model)
    _refuse_collisions(model, {*files, TEST_RESULTS, MANIFEST_NAME})
    files |= {file.path: file for file in model.files}
    results = json.dumps(ads_results(_ads_checks(model, files)), indent=4)  # ADS's form, without a newline at the end
    files[TEST_RESULTS] = results.encode()
    files[MANIFEST_NAME] = manifest_file(artifact_tree(files))
    return artifact_tree(files)


def artifact_record(model: ResolvedModel, tree: ArtifactTree) -> ArtifactRecord:
    """What `artifact.json` says of a tree that `emit` made of this model, or that was made elsewhere."""
    own = model.prebuilt.test_results if model.prebuilt else None
    results = ads_results(_ads_checks(model, tree)) if own is None else own
    return record(model.name, tree, Metadata(taxonomy(model, results), custom(model, tree)))


def introspect_tree(model: ResolvedModel, tree: ArtifactTree) -> tuple[Check, ...]:
    """All checks, ADS's and ours, of this model's tree."""
    return _ads_checks(model, tree) + our_checks({path: _view(content) for path, content in tree.items()})


def _schemas(model: ResolvedModel) -> dict[str, Content]:
    both = {"input_schema.json": model.input_schema, "output_schema.json": model.output_schema}
    return {name: schema_to_json(schema) for name, schema in both.items() if schema is not None}


def _hyperparameters(model: ResolvedModel) -> dict[str, Content]:
    """The file for hyperparameters too long for the catalog, under ADS's name for it."""
    if hyperparameters_fit(model.facts.hyperparameters):
        return {}
    text = json.dumps(finite(model.facts.hyperparameters or {}), indent=2, sort_keys=True, allow_nan=False)
    return {"Hyperparameters.json": (text + "\n").encode()}


def _refuse_collisions(model: ResolvedModel, generated: set[str]) -> None:
    theirs = [file.path for file in model.files]
    found = [
        Diagnostic("MF501", f"{path!r} is a file of yours and one that Manifact writes", hint="rename yours")
        for path in sorted(generated & set(theirs))
    ]
    found += check_paths([*theirs, *generated])
    if found:
        raise CompilerError(*found)


def _ads_checks(model: ResolvedModel, files: Mapping[str, Content]) -> tuple[Check, ...]:
    environment = model.inference
    views = {path: _view(content) for path, content in files.items()}
    return ads_checks(
        views,
        conda=environment is not None,
        locked=environment is not None and environment.locked,
        container=model.prebuilt is not None and model.prebuilt.contract == "container",
    )


def _view(content: Content) -> ArtifactFile:
    read = partial(bytes, content) if isinstance(content, bytes) else content.source.read_bytes
    return ArtifactFile(read, size(content), partial(sha256, content))
