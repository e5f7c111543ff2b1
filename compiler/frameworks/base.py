"""What every framework offers: facts of a model file, and the template of its score.py."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from compiler.diagnostics import CompilerError
from compiler.frameworks.formats import Format, read_sample
from compiler.ir import ModelFacts, ResolvedModel

if TYPE_CHECKING:
    from compiler.readers.pickles import Pickle
    from compiler.readers.pickles.values import Instance
    from compiler.readers.skops import Skops


class ModelFile:
    """A model file or directory with what the sniffer said of it. What several frameworks ask for is read once."""

    def __init__(
        self, path: Path, known: Format, allow: frozenset[str] = frozenset(), weights: str | None = None
    ) -> None:
        self.path = path
        self.known = known
        """As `compiler.frameworks.sniffer.identify` found it."""
        self.allow = allow
        """Dotted names of unknown code in pickles that the user vouches for (`spec.model.allow`)."""
        self.weights = weights
        """The entry of a PyTorch checkpoint that holds the weights (`spec.model.weights`)."""

    @property
    def format(self) -> str:
        """The format's name."""
        return self.known.name

    def not_allowed(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those names of unknown code that the user does not vouch for, sorted."""
        return tuple(sorted({*names} - self.allow))

    @cached_property
    def pickled(self) -> Pickle:
        """The pickle in the file, whatever is around it; only for a format that holds one.

        Raises CompilerError (MF203, MF204, MF205, MF206).
        """
        if self.skops is not None:
            return self.skops.pickle
        assert self.known.read_pickle is not None
        return self.known.read_pickle(self.path)

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


class ColumnPolicy(NamedTuple):
    """How a framework's models take the columns of a table."""

    numbers_only: bool = False
    """Columns of text are an error, not something that a step of the model may encode."""
    by_position: bool = False
    """A pandas category is taken as its position among the categories."""
    by_name: bool = False
    """Columns are taken by name: their order means nothing, and more than the model knows are left alone."""
    pickers: frozenset[str] = frozenset()
    """Algorithms that may pick their columns, which the facts cannot tell: columns too many are only a warning."""
    spelt: Callable[[str], str] = str
    """How the model records a column's name."""
    placeholder: str | None = None
    """What the model calls the columns of data without names, e.g. `Column_{}` with the column's index."""


class Framework(Protocol):
    """One framework: all that the house knows of it, in a folder of its own whose `framework.py` has a `FRAMEWORK`.

    Subclass it: what most frameworks leave out is preset. `framework.py` stays light, since looking at a file imports
    those of all frameworks; what reads a format is imported by `facts`.
    """

    name: str
    """As in FRAMEWORKS: scikit-learn, xgboost, lightgbm and so on."""
    taxonomy: str | None = None
    """The catalog's word for it, where ADS's taxonomy has no such name (ADS refuses others); else None."""
    formats: tuple[Format, ...]
    """The formats that its models may be in; a format of several frameworks is listed by each."""
    score_template: str
    """Its score.py template, beside those that `emit` includes in it: `sklearn/score.py.j2`."""
    distributions: tuple[str, ...] = ()
    """The distributions that carry its version, in conda or PyPI; empty where that is the one of its name."""
    libraries: Mapping[str, str] = MappingProxyType({})
    """Distributions that its models need -> the module each is imported as."""
    columns: ColumnPolicy = ColumnPolicy()
    tolerance: float = 1e-6
    """How exactly an answer must be met where the manifest does not say: relative to 1 or to the answer."""
    ways_out: Mapping[str, str] = MappingProxyType({})
    """Packages whose pickled models cannot be served -> what to do instead."""

    def facts(self, model: ModelFile) -> ModelFacts | None:
        """What the file says of itself; None when it belongs to another framework.

        Formats are shared: a pickle belongs to whom its root object's class belongs to, so each framework that lists
        "pickle" looks at `model.pickled` and says None for what is not its own.
        Raises CompilerError with a code of the MF2xx range when the file is damaged, denied or cannot be served.
        """

    def refusal(self, model: ResolvedModel) -> CompilerError | None:  # noqa: ARG002
        """MF506 for what its template cannot load without more being said, else None."""
        return None

    def nested(self, estimator: Instance, form: str) -> ModelFacts | None:  # noqa: ARG002
        """What a pickled estimator of this framework, inside a pipeline, records in ways of its own.

        Its release, labels and categories are looked at. None where there is nothing, or the model inside is damaged.
        """
        return None

    def weight_files(self, model: ResolvedModel) -> frozenset[str]:  # noqa: ARG002
        """Artifact paths of files beside the model that hold its weights: score.py checks them too."""
        return frozenset()

    def score_values(self, model: ResolvedModel) -> dict[str, Any]:  # noqa: ARG002
        """What its template needs besides what every template is given."""
        return {}
