"""What compile and validate give, for people and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from compiler.compilation.batch import CompiledManifest
from compiler.compilation.build import Build
from compiler.render.diagnostics import as_json
from compiler.render.lines import Line
from compiler.render.words import count, digest, headline, size
from compiler.workspace.root import shown

if TYPE_CHECKING:
    from compiler.render.documents.artifacts import Built, CompileDocument, ValidateDocument


def compiled_lines(item: CompiledManifest) -> list[Line]:
    """What the model is, what was built, and where its model card is; no line for a manifest that is wrong."""
    build = item.build
    if build is None:
        return []
    verb = "unchanged" if build.unchanged else "built"
    if build.record is None:
        first = f"  {build.name}  deploys {build.desired.model_id}, which is in the catalog"
        return [Line(first), Line(f"  {verb} {shown(build.directory)}  plan.json   {item.seconds:.2f} s")]
    files = count(len(build.record.files), "file")
    what = f"{files}, {size(build.record.size)}, {digest(build.record.digest)}"
    first = f"  {build.name}  {headline(build.facts)}"
    card = Line(f"  model card {shown(build.card)}")
    return [Line(first), Line(f"  {verb} {shown(build.directory)}  {what}   {item.seconds:.2f} s"), card]


def compiled_sum(done: Sequence[CompiledManifest], seconds: float) -> Line:
    """`3 built, 997 unchanged, 1 wrong   0.8 s`."""
    unchanged = sum(item.build is not None and item.build.unchanged for item in done)
    wrong = sum(item.failed for item in done)
    return Line(f"  {len(done) - unchanged - wrong} built, {unchanged} unchanged, {wrong} wrong   {seconds:.1f} s")


def validated_lines(item: CompiledManifest) -> list[Line]:
    """One line for a manifest that is valid."""
    return [] if item.failed else [Line(f"{shown(item.path)} is valid.")]


def validated_sum(done: Sequence[CompiledManifest]) -> Line:
    """How many are valid: `3 manifests valid, 1 wrong.`."""
    wrong = sum(item.failed for item in done)
    return Line(f"{count(len(done) - wrong, 'manifest')} valid, {wrong} wrong.")


def compile_document(done: Sequence[CompiledManifest]) -> CompileDocument:
    """What compile did, for programs: the models that were built, and what is wrong with the others."""
    return {
        "formatVersion": 1,
        "builds": [built_json(item.build) for item in done if item.build],
        "diagnostics": [as_json(problem) for item in done if item.failed for problem in item.problems],
    }


def validate_document(done: Sequence[CompiledManifest]) -> ValidateDocument:
    """What validate found, for programs: the manifests that are valid, and every problem."""
    return {
        "formatVersion": 1,
        "manifests": [shown(item.path) for item in done if not item.failed],
        "diagnostics": [as_json(problem) for item in done for problem in item.problems],
    }


def built_json(build: Build) -> Built:
    """One built model for programs."""
    return {
        "name": build.name,
        "manifest": shown(build.manifest),
        "directory": shown(build.directory),
        "unchanged": build.unchanged,
        "digest": f"sha256:{build.record.digest}" if build.record else None,
        "files": [
            {"path": f.path, "size": f.size, "sha256": f.sha256} for f in (build.record.files if build.record else ())
        ],
        "framework": build.facts.framework,
        "frameworkVersion": build.facts.version,
        "algorithm": build.facts.algorithm,
        "diagnostics": [as_json(warning) for warning in build.warnings],
    }
