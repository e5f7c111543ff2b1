"""How results look to people, and as JSON documents."""

from __future__ import annotations

from typing import Any

from compiler.build.result import Build
from compiler.cli import text
from compiler.cli.console import Console
from compiler.workspace.root import shown


def built(build: Build, seconds: float, console: Console) -> None:
    """Two lines a model: what it is, and what was built."""
    console.line(f"  {build.name}  {text.headline(build.facts)}")
    files = text.count(len(build.record.files), "file")
    what = f"{files}, {text.size(build.record.size)}, {text.digest(build.record.digest)}"
    verb = "unchanged" if build.unchanged else "built"
    console.line(f"  {verb} {shown(build.directory)}  {what}   {seconds:.2f} s")
    console.document(build_json(build))
    if build.warnings and not console.json:
        console.diagnostics(build.warnings)


def build_json(build: Build) -> dict[str, Any]:
    """The result of compile for programs."""
    from compiler.cli.console import as_json

    return {
        "name": build.name,
        "manifest": shown(build.manifest),
        "directory": shown(build.directory),
        "unchanged": build.unchanged,
        "digest": f"sha256:{build.record.digest}",
        "files": [{"path": f.path, "size": f.size, "sha256": f.sha256} for f in build.record.files],
        "framework": build.facts.framework,
        "frameworkVersion": build.facts.version,
        "algorithm": build.facts.algorithm,
        "diagnostics": [as_json(warning) for warning in build.warnings],
    }
