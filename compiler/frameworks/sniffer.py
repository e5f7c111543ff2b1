"""Which format a model file is in, by its content: the frameworks say what marks theirs."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from compiler.frameworks.formats import UNKNOWN, Format, Mark, Sample, read_sample
from compiler.frameworks.registry import frameworks

_UNKNOWN = Format(UNKNOWN, Mark.HINT, lambda _: True)


@cache
def known_formats() -> tuple[Format, ...]:
    """The formats of all frameworks, each once, in the order in which they are tried."""
    listed = dict.fromkeys(found for framework in frameworks() for found in framework.formats)
    return tuple(sorted(listed, key=lambda found: found.mark))


def sniff(path: Path) -> str:
    """The name of the format of a model file or directory: see `identify`."""
    return identify(path).name


def identify(path: Path) -> Format:
    """The format of a model file or directory by its content; "unknown" when it is none that we read.

    Compressed files are told by what they hold: a compressed pickle is "pickle" too. Raises CompilerError: MF203 when a
    zip or compressed file is damaged, MF205 when the inflater is not installed, MF206 when a zip lists too much.
    """
    directory = path.is_dir()
    sample = Sample(path, b"", None) if directory else read_sample(path)
    candidates = (found for found in known_formats() if found.directory == directory)
    return next((found for found in candidates if found.fits(sample)), _UNKNOWN)
