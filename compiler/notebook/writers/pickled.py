"""Everything else is pickled by joblib, which scikit-learn brings."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path
from typing import Any

from compiler.diagnostics import failure
from compiler.engine.artifact.inspect import inspect
from compiler.notebook.loaded import loaded

_CLOUDPICKLE = "cloudpickle"


def takes(model: Any) -> bool:  # noqa: ARG001 - the same for all writers
    """Anything."""
    return True


def write(model: Any, sample: Any, folder: Path) -> Path:  # noqa: ARG001 - the same for all writers
    """A joblib file; one of cloudpickle, where that is imported and code of the session is needed.

    Raises `CompilerError` MF207 for what cannot be pickled, as a lambda in a pipeline.
    """
    path = folder / "model.joblib"
    try:
        loaded("joblib").dump(model, path)
        if not _names_session(path) or _CLOUDPICKLE not in sys.modules:
            return path
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        if _CLOUDPICKLE in sys.modules:
            return _by_value(model, path)
        hint = "use named functions and classes of a module, which a pickle can refer to"
        raise failure("MF207", f"{type(model).__name__} cannot be pickled: {error}", hint=hint) from None
    return _by_value(model, path)


def allowed(path: Path) -> tuple[str, ...]:
    """What keeps code by value: this session has made it, a moment ago."""
    return inspect(path).unknown if path.suffix == ".pkl" else ()


def _names_session(path: Path) -> bool:
    return any(name.startswith("__main__.") for name in inspect(path).unknown)


def _by_value(model: Any, replaced: Path) -> Path:
    """A file of cloudpickle, which keeps the code of classes and functions that only this session has."""
    replaced.unlink(missing_ok=True)
    path = replaced.with_suffix(".pkl")
    path.write_bytes(sys.modules[_CLOUDPICKLE].dumps(model))
    return path


def answers(model: Any, sample: Any) -> Any:
    """What `predict` says; None where it has none."""
    return model.predict(sample) if hasattr(model, "predict") else None
