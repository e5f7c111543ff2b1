"""How an estimator becomes a file in its framework's own format: the first writer that knows its class writes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from compiler.notebook.writers import boosters, networks, onnx, pickled, spark


class Writer(Protocol):
    """Writes the models of one family, and asks them."""

    def takes(self, model: Any) -> bool:
        """Whether the model is of this family."""

    def write(self, model: Any, sample: Any, folder: Path) -> Path:
        """Write it into `folder`; returns the file. Raises `CompilerError` where its format does not hold it."""

    def answers(self, model: Any, sample: Any) -> Any:
        """What it answers for the sample, as its score.py will; None where it cannot be asked."""

    def allowed(self, path: Path) -> tuple[str, ...]:
        """The code in the file that capture may allow, as it wrote the file itself: `spec.model.allow`."""


WRITERS: tuple[Writer, ...] = (boosters, networks.TORCH, networks.KERAS, onnx, spark, pickled)
"""`pickled` takes everything, and is last."""


def writer_of(model: Any) -> Writer:
    """The writer for a model in memory."""
    return next(writer for writer in WRITERS if writer.takes(model))
