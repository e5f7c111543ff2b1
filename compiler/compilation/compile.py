"""Compile a manifest, or find out that nothing has changed since it was compiled."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from compiler.compilation.build import Build
from compiler.compilation.cache import forgetful, recall, remember
from compiler.diagnostics import Diagnostic
from compiler.events import Listener, ignore


def compile_manifest(path: Path, *, root: Path | None = None, listener: Listener = ignore) -> Build:
    """Compile the manifest at `path` into `build/<name>/` at the project root.

    Needs no credentials, no network and no ML framework, and never executes the model. Nothing half-written is ever
    seen. Where no input and no output has changed since the last time, nothing is read but their sizes and times.
    Raises `CompilerError` with every problem found; then nothing has changed on disk.
    """
    return recall(path, root) or compile_anew(path, root=root, listener=listener)


def compile_anew(path: Path, *, root: Path | None = None, listener: Listener = ignore) -> Build:
    """The same, with everything read and worked out again."""
    # What building needs (pydantic, jsonschema, jinja2) takes longer to import than an unchanged build may take.
    from compiler.compilation.full_build import build

    result, work = build(path, root, listener)
    return result if remember(result, work) else replace(result, warnings=(*result.warnings, forgetful()))


def validate_manifest(path: Path, *, root: Path | None = None, listener: Listener = ignore) -> tuple[Diagnostic, ...]:
    """Check everything that compile checks and write nothing; returns the warnings.

    Raises `CompilerError` with every problem found.
    """
    from compiler.compilation.full_build import check

    return check(path, root, listener)
