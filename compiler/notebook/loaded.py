"""Modules that the user has imported."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path
from typing import Any

from compiler.diagnostics import failure


def loaded(name: str) -> Any:
    """The imported module `name`. Raises `CompilerError` MF608 where nobody has imported it."""
    module = sys.modules.get(name)
    if module is None:
        raise failure("MF608", f"'{name}' is not imported in this session", hint=f"import {name}, then capture again")
    return module


def is_a(value: object, module: str, name: str) -> bool:
    """Whether `value` is of the class `name` of an imported module; False where nobody has imported that."""
    found = getattr(sys.modules.get(module), name, None)
    return isinstance(found, type) and isinstance(value, found)


def own_source(module: str) -> Path | None:
    """The file, or the folder of the package, of an imported top-level module that no distribution has installed."""
    written = getattr(sys.modules.get(module), "__file__", None)
    if not written or module == "__main__":
        return None
    path = Path(written).resolve()
    installed = {Path(sysconfig.get_path(key)).resolve() for key in ("stdlib", "platstdlib", "purelib", "platlib")}
    if {"site-packages", "dist-packages"} & set(path.parts) or any(path.is_relative_to(place) for place in installed):
        return None
    if path.name == "__init__.py":
        return path.parent
    return path if path.suffix == ".py" else None
