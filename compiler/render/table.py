"""Rows in columns, no wider than the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from compiler.render.words import printable

GAP = 2
LEAST = 10
"""Characters that every column keeps."""


def table(head: Sequence[str], rows: Sequence[Sequence[str]], width: int | None) -> list[str]:
    """Lines of text; where `width` is too small, OCIDs are cut first, then whatever is widest.

    OCIDs keep their end, which tells them apart and is enough for every command that takes one.
    """
    widths = [max(len(row[index]) for row in (head, *rows)) for index in range(len(head))]
    excess = sum(widths) + GAP * (len(head) + 1) - width if width else 0
    ocids = [index for index, cell in enumerate(rows[0]) if cell.startswith("ocid1.")] if rows else []
    for columns in (ocids, range(len(head))):
        while excess > 0 and (wide := [index for index in columns if widths[index] > LEAST]):
            widths[max(wide, key=lambda index: widths[index])] -= 1
            excess -= 1
    return [_line(row, widths) for row in (head, *rows)]


def cut(text: str, width: int) -> str:
    """`text` in at most `width` characters: an OCID keeps its end, everything else its beginning."""
    if len(text) <= width:
        return text
    return f"…{text[len(text) - width + 1 :]}" if text.startswith("ocid1.") else f"{text[: width - 1]}…"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [f"{printable(cut(cell, width)):<{width}}" for cell, width in zip(row, widths, strict=True)]
    return (" " * GAP + (" " * GAP).join(cells)).rstrip()
