"""The formats in which models of several frameworks are pickled."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.frameworks.formats import Format, Mark, Sample
from compiler.ir import ModelFacts

if TYPE_CHECKING:
    from compiler.readers.pickles import Pickle

_PROTOCOLS = b"\x02\x03\x04\x05"
# Protocols 0 and 1 have no header; these are the openings of objects, containers and numpy scalars.
_TEXT_PICKLE = re.compile(
    rb"\A(?:c[\w.]+\n[\w.]+\n|\(?[cio][\w.]+\n[\w.]+\n|\((?:lp|dp|tp?)\d*\n?|\(?S'[^\n]*'\n"
    rb"|[\]})](?:q[\x00\x01]|r\x00{4}|\(|\.\Z))",
    re.DOTALL,
)


def _is_pickle(sample: Sample) -> bool:
    head = sample.head
    return (head[:1] == b"\x80" and head[1:2] in _PROTOCOLS) or bool(_TEXT_PICKLE.match(head))


# Each reader is imported where it is needed: reading a header takes less time than importing all of them.
def _read_skops(path: Path) -> Pickle:
    from compiler.readers.skops import read_skops

    return read_skops(path).pickle


def _read_pickle(path: Path) -> Pickle:
    from compiler.readers.pickles import read_pickle

    return read_pickle(path)


SKOPS = Format("skops", Mark.STRUCTURE, lambda s: s.has("schema.json"), read_pickle=_read_skops)
JOBLIB_OLD = Format("joblib-old", Mark.OPENING, lambda s: s.head.startswith(b"ZF"))
PICKLE = Format("pickle", Mark.HINT, _is_pickle, read_pickle=_read_pickle)

PICKLED = frozenset({"pickle", "joblib", "joblib-old", "cloudpickle"})
"""The facts' formats that are a pickle as a whole, loaded by joblib or pickle."""


def needs_joblib(facts: ModelFacts) -> bool:
    """Whether score.py loads the model with joblib: where joblib wrote it, and where it is there anyway."""
    comes_with = {"joblib", "scikit-learn"} & set(facts.requires)
    return facts.format in PICKLED and (facts.format == "joblib" or bool(comes_with))
