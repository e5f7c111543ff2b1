"""Manifact: `model.yaml` in, deployable model artifact out.

The Python API, loaded when it is first asked for: `Project` (the commands as methods), `inspect` (the facts of a model
file), `reconcile_project` (bring a target to what a checkout says), `CompilerError` and `Diagnostic` (what is wrong,
where, why, and what to do).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from compiler.version import __version__

if TYPE_CHECKING:
    from compiler.diagnostics import CompilerError, Diagnostic
    from compiler.engine.artifact.inspect import inspect
    from compiler.engine.project import ApplyError, Project
    from compiler.reconcile.api import reconcile_project

__all__ = ["ApplyError", "CompilerError", "Diagnostic", "Project", "__version__", "inspect", "reconcile_project"]

_HOMES = {
    "ApplyError": "compiler.engine.project",
    "CompilerError": "compiler.diagnostics",
    "Diagnostic": "compiler.diagnostics",
    "Project": "compiler.engine.project",
    "inspect": "compiler.engine.artifact.inspect",
    "reconcile_project": "compiler.reconcile.api",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'compiler' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)
