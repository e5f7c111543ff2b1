"""Networks: `torch.export` for PyTorch, a `.keras` file for Keras."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from compiler.diagnostics import failure
from compiler.notebook.loaded import is_a, loaded, own_source


class _Torch:
    """Modules of PyTorch; the first axis of the sample is the batch."""

    def takes(self, model: Any) -> bool:
        """Whether it is a module."""
        return is_a(model, "torch.nn", "Module")

    def write(self, model: Any, sample: Any, folder: Path) -> Path:
        """An exported program, of any number of rows; the weights of a network that cannot be exported."""
        torch = loaded("torch")
        batch = ({0: torch.export.Dim("batch", min=1)},)
        try:
            exported = torch.export.export(model.eval(), (_tensor(sample),), dynamic_shapes=batch)
        except (RuntimeError, TypeError, ValueError, NotImplementedError) as error:
            return _write_weights(model, folder, error)
        path = folder / "model.pt2"
        torch.export.save(exported, path)
        return path

    def answers(self, model: Any, sample: Any) -> Any:
        """What the module says."""
        with loaded("torch").no_grad():
            return model.eval()(_tensor(sample))

    def allowed(self, path: Path) -> tuple[str, ...]:  # noqa: ARG002 - the same for all writers
        """None: it holds no code."""
        return ()


class _Keras:
    """Models of Keras."""

    def takes(self, model: Any) -> bool:
        """Whether it is a model."""
        return is_a(model, "keras", "Model")

    def write(self, model: Any, sample: Any, folder: Path) -> Path:  # noqa: ARG002 - the same for all writers
        """A `.keras` file."""
        path = folder / "model.keras"
        model.save(path)
        return path

    def answers(self, model: Any, sample: Any) -> Any:
        """What `predict` says."""
        return model.predict(sample, verbose=0)

    def allowed(self, path: Path) -> tuple[str, ...]:  # noqa: ARG002 - the same for all writers
        """None: it holds no code."""
        return ()


def _write_weights(model: Any, folder: Path, error: Exception) -> Path:
    """The state_dict, and beside it the module of the user's that defines the class.

    Raises `CompilerError` MF207 for a class of the session, which no module defines.
    """
    source = own_source(type(model).__module__)
    if source is None or source.is_dir():
        reason = str(error).partition("\n")[0]
        hint = "define its class in a module (a .py file beside the notebook), so that weights and class can be kept"
        raise failure("MF207", f"torch.export cannot export {type(model).__name__}: {reason}", hint=hint) from None
    if source.parent != folder:
        shutil.copyfile(source, folder / source.name)
    path = folder / "model.pt"
    loaded("torch").save(model.state_dict(), path)
    return path


def _tensor(sample: Any) -> Any:
    """A tensor as it is; anything else as one of 32-bit floats."""
    torch = loaded("torch")
    return sample if is_a(sample, "torch", "Tensor") else torch.as_tensor(sample, dtype=torch.float32)


TORCH, KERAS = _Torch(), _Keras()
