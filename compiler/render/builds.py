"""How results of compile and validate look to people, and as JSON documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from compiler.compilation.build import Build
from compiler.compilation.batch import Compiled
from compiler.render import words as text
from compiler.cli.console import Console, as_json
from compiler.workspace.root import shown

if TYPE_CHECKING:
    from compiler.render.documents.artifacts import Built, CompileDocument, ValidateDocument


def compiled(item: Compiled, console: Console) -> None:
    """Two lines a model: what it is, and what was built; or what is wrong with it."""
    if item.build:
        built(item.build, item.seconds, console)
    if not console.json:
        console.diagnostics(item.problems)


def built(build: Build, seconds: float, console: Console) -> None:
    """Two lines: what the model is, and what was built."""
    verb = "unchanged" if build.unchanged else "built"
    if build.record is None:
        console.line(f"  {build.name}  deploys {build.desired.model_id}, which is in the catalog")
        console.line(f"  {verb} {shown(build.directory)}  plan.json   {seconds:.2f} s")
        return
    console.line(f"  {build.name}  {text.headline(build.facts)}")
    files = text.count(len(build.record.files), "file")
    what = f"{files}, {text.size(build.record.size)}, {text.digest(build.record.digest)}"
    console.line(f"  {verb} {shown(build.directory)}  {what}   {seconds:.2f} s")


def compiled_sum(done: Sequence[Compiled], seconds: float) -> str:
    """`3 built, 997 unchanged, 1 wrong   0.8 s`."""
    unchanged = sum(item.build is not None and item.build.unchanged for item in done)
    wrong = sum(item.failed for item in done)
    return f"  {len(done) - unchanged - wrong} built, {unchanged} unchanged, {wrong} wrong   {seconds:.1f} s"


def validated(item: Compiled, console: Console) -> None:
    """One line a manifest that is valid, and its problems."""
    if not item.failed:
        console.line(f"{shown(item.path)} is valid.")
    if not console.json:
        console.diagnostics(item.problems)


def compile_document(done: Sequence[Compiled]) -> CompileDocument:
    """What compile did, for programs: the models that were built, and what is wrong with the others."""
    return {
        "formatVersion": 1,
        "builds": [built_json(item.build) for item in done if item.build],
        "diagnostics": [as_json(problem) for item in done if item.failed for problem in item.problems],
    }


def validate_document(done: Sequence[Compiled]) -> ValidateDocument:
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
