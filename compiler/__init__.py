"""Manifact: `model.yaml` in, deployable model artifact out.

The Python API, loaded when it is first asked for: `Project` (the commands as methods), `capture` (an estimator in
memory to a model with its manifest), `load` (a model back from the catalog), `inspect` (the facts of a model file),
`reconcile_project` (bring a target to what a checkout says), `CompilerError` and `Diagnostic` (what is wrong, where,
why, and what to do).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from compiler.version import __version__

if TYPE_CHECKING:
    from compiler.diagnostics import CompilerError, Diagnostic
    from compiler.engine.artifact.inspect import inspect
    from compiler.engine.project import ApplyError, Project
    from compiler.notebook.capture import capture
    from compiler.notebook.model import load
    from compiler.reconcile.api import reconcile_project

__all__ = [
    "ApplyError",
    "CompilerError",
    "Diagnostic",
    "Project",
    "__version__",
    "capture",
    "inspect",
    "load",
    "reconcile_project",
]

_HOMES = {
    "ApplyError": "compiler.engine.project",
    "CompilerError": "compiler.diagnostics",
    "Diagnostic": "compiler.diagnostics",
    "Project": "compiler.engine.project",
    "capture": "compiler.notebook.capture",
    "inspect": "compiler.engine.artifact.inspect",
    "load": "compiler.notebook.model",
    "reconcile_project": "compiler.reconcile.api",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'compiler' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)
