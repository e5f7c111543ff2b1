"""Manifact: `model.yaml` in, deployable model artifact out.

Public functions, loaded when they are first asked for: `compile_manifest` (manifest -> `Build`), `plan_changes`
(desired, observed -> `Plan`), `apply_plan` (plan, connection -> `Outcome`).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from compiler.version import __version__

if TYPE_CHECKING:
    from compiler.compilation.compile import compile_manifest
    from compiler.engine.change.apply import apply as apply_plan
    from compiler.planning.plan.planner import plan as plan_changes

__all__ = ["__version__", "apply_plan", "compile_manifest", "plan_changes"]

_HOMES = {
    "apply_plan": ("compiler.engine.change.apply", "apply"),
    "compile_manifest": ("compiler.compilation.compile", "compile_manifest"),
    "plan_changes": ("compiler.planning.plan.planner", "plan"),
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'compiler' has no attribute '{name}'")
    module, attribute = _HOMES[name]
    return getattr(import_module(module), attribute)
