"""Why a pickle was given up. The machine raises these; `read_pickle` turns them into diagnostics."""

from __future__ import annotations


class Fault(Exception):  # noqa: N818 - the three kinds below are no errors of ours
    """The pickle was given up; the text says why."""

    def __init__(self, why: str, offset: int | None = None) -> None:
        super().__init__(why)
        self.offset = offset
        """Byte of what is wrong, where it is not where reading stopped."""


class Denied(Fault):
    """It refers to what no model needs, or is built as no pickler builds it: MF204."""


class Malformed(Fault):
    """It is cut short or breaks the rules of the format: MF203."""


class Beyond(Fault):
    """It is larger than the limits: MF206."""
