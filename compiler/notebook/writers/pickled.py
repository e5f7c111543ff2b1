"""Everything else is pickled by joblib, which scikit-learn brings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from compiler.diagnostics import failure
from compiler.notebook.loaded import loaded


def takes(model: Any) -> bool:  # noqa: ARG001 - the same for all writers
    """Anything."""
    return True


def write(model: Any, sample: Any, folder: Path) -> Path:  # noqa: ARG001 - the same for all writers
    """A joblib file. Raises `CompilerError` MF207 for a class that only this session knows."""
    name = type(model).__name__
    if type(model).__module__ == "__main__":
        hint = f"move {name} into a module (a .py file beside the notebook), import it from there and fit again"
        raise failure("MF207", f"the class {name} exists in this session only", hint=hint)
    path = folder / "model.joblib"
    loaded("joblib").dump(model, path)
    return path


def answers(model: Any, sample: Any) -> Any:
    """What `predict` says; None where it has none."""
    return model.predict(sample) if hasattr(model, "predict") else None
