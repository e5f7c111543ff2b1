"""What every framework offers: facts of a model file, and the template of its score.py."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from compiler.frameworks.sniff import read_sample
from compiler.ir import ModelFacts

if TYPE_CHECKING:
    from compiler.readers.pickles import Pickle
    from compiler.readers.skops import Skops

PICKLED = frozenset({"pickle", "skops", "torch", "torch-legacy"})
"""Formats that hold a Python object as a whole."""


class ModelFile:
    """A model file or directory with what the sniffer said of it. What several frameworks ask for is read once."""

    def __init__(self, path: Path, format: str, allow: frozenset[str] = frozenset()) -> None:  # noqa: A002
        self.path = path
        self.format = format
        """As `compiler.frameworks.sniff.sniff` names it."""
        self.allow = allow
        """Dotted names of unknown code in pickles that the user vouches for (`spec.model.allow`)."""

    @cached_property
    def pickled(self) -> Pickle:
        """The pickle in the file, whatever is around it. Raises CompilerError (MF203, MF204, MF205, MF206)."""
        if self.skops is not None:
            return self.skops.pickle
        # Each reader is imported where it is needed: reading a header takes less time than importing all of them.
        if self.format == "torch":
            from compiler.readers.torch.zip_file import read_torch

            return read_torch(self.path)
        if self.format == "torch-legacy":
            from compiler.readers.torch.legacy import read_torch_legacy

            return read_torch_legacy(self.path)
        from compiler.readers.pickles import read_pickle

        return read_pickle(self.path)

    @cached_property
    def skops(self) -> Skops | None:
        """The file as a skops archive, None when it is none."""
        if self.format != "skops":
            return None
        from compiler.readers.skops import read_skops

        return read_skops(self.path)

    @cached_property
    def is_joblib(self) -> bool:
        """Whether a pickle is one that joblib wrote: compressed, or with arrays between its opcodes."""
        return self.format == "pickle" and (self.pickled.joblib or read_sample(self.path).codec is not None)


class Framework(Protocol):
    """One framework. An implementation is a small class in a file of its own, listed in `FRAMEWORKS`."""

    @property
    def name(self) -> str:
        """As ADS's taxonomy names it: scikit-learn, xgboost, lightgbm and so on."""

    @property
    def score_template(self) -> str:
        """Its score.py template, beside those that `emit` includes in it: `sklearn/score.py.j2`."""

    def facts(self, model: ModelFile) -> ModelFacts | None:
        """What the file says of itself; None when it belongs to another framework.

        Formats are shared: a pickle belongs to whom its root object's class belongs to, so each framework that lists
        "pickle" looks at `model.pickled` and says None for what is not its own.
        Raises CompilerError with a code of the MF2xx range when the file is damaged, denied or cannot be served.
        """
