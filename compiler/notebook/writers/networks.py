"""Networks: `torch.export` for PyTorch, a `.keras` file for Keras."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from compiler.notebook.loaded import is_a, loaded


class _Torch:
    """Modules of PyTorch; the first axis of the sample is the batch."""

    def takes(self, model: Any) -> bool:
        """Whether it is a module."""
        return is_a(model, "torch.nn", "Module")

    def write(self, model: Any, sample: Any, folder: Path) -> Path:
        """An exported program, of any number of rows."""
        torch = loaded("torch")
        path = folder / "model.pt2"
        batch = ({0: torch.export.Dim("batch", min=1)},)
        exported = torch.export.export(model.eval(), (_tensor(sample),), dynamic_shapes=batch)
        torch.export.save(exported, path)
        return path

    def answers(self, model: Any, sample: Any) -> Any:
        """What the module says."""
        with loaded("torch").no_grad():
            return model.eval()(_tensor(sample))


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


def _tensor(sample: Any) -> Any:
    """A tensor as it is; anything else as one of 32-bit floats."""
    torch = loaded("torch")
    return sample if is_a(sample, "torch", "Tensor") else torch.as_tensor(sample, dtype=torch.float32)


TORCH, KERAS = _Torch(), _Keras()
