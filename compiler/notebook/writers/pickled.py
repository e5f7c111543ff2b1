"""Everything else is pickled by joblib, which scikit-learn brings."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

from compiler.diagnostics import failure
from compiler.notebook.loaded import loaded


def takes(model: Any) -> bool:  # noqa: ARG001 - the same for all writers
    """Anything."""
    return True


def write(model: Any, sample: Any, folder: Path) -> Path:  # noqa: ARG001 - the same for all writers
    """A joblib file. Raises `CompilerError` MF207 for what cannot be pickled, as a lambda in a pipeline."""
    path = folder / "model.joblib"
    try:
        loaded("joblib").dump(model, path)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        hint = "use named functions and classes of a module, which a pickle can refer to"
        raise failure("MF207", f"{type(model).__name__} cannot be pickled: {error}", hint=hint) from None
    return path


def answers(model: Any, sample: Any) -> Any:
    """What `predict` says; None where it has none."""
    return model.predict(sample) if hasattr(model, "predict") else None
