"""CSV as `pandas.read_csv` reads it by default: a header row, commas (tabs in a .tsv file), quotes doubled."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Collection, Iterator
from itertools import islice
from typing import TYPE_CHECKING, TextIO, TypeAlias

from compiler.ir import Column, Table
from compiler.readers.samples.content import (
    MAX_BYTES,
    MAX_VALUES,
    Content,
    check_columns,
    malformed,
    not_text,
)
from compiler.readers.samples.infer import DECIMAL, LONG, numbers_alone, text_column

if TYPE_CHECKING:
    from _csv import Reader

OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
MAX_LINE = 8 << 20
BLOCK_CELLS = 50_000
Block: TypeAlias = str | tuple[str, ...]
"""Cells of one column in a row: joined, or as they are where one holds the separator."""
BETWEEN = "\0"


def read_csv(content: Content, text_columns: Collection[str] = ()) -> Table:
    """The table of a CSV sample, of a large one its first rows; raises MF303, MF304 or MF308."""
    try:
        with content.path.open(encoding="utf-8-sig", newline="") as file:
            return _read(content, file, text_columns)
    except UnicodeDecodeError as error:
        raise not_text(content, _first_bad_byte(content)) from error
    except OSError as error:
        raise content.unreadable(error) from error


def _read(content: Content, file: TextIO, text_columns: Collection[str]) -> Table:
    delimiter = "\t" if content.path.suffix.lower() == ".tsv" else ","
    reader = csv.reader(_lines(content, file), delimiter=delimiter, strict=True)
    header = next(_rows(content, reader), [])
    check_columns(content, len(header))
    names = _names(content, header)
    blocks: list[list[Block]] = [[] for _ in names]
    rows, most, cut = 0, MAX_VALUES // max(len(names), 1), False
    for block in _blocks(content, reader, len(header)):
        if cut := rows == most:
            break
        kept = block[: most - rows]
        rows += len(kept)
        for found, cells in zip(blocks, zip(*kept, strict=True), strict=True):
            found.append(_pack(cells))
        content.progress(done := file.buffer.tell(), content.size)
        if cut := len(kept) < len(block) or MAX_BYTES < done < content.size:
            break
    blocks.reverse()  # each column's is let go when it is read
    columns = (_column(name, rows, blocks.pop(), keep_text=str(name) in text_columns) for name in names)
    return Table(tuple(columns), rows, cut)


def _column(name: str | int, rows: int, blocks: list[Block], *, keep_text: bool) -> Column:
    packed = [block for block in blocks if isinstance(block, str)]
    quick = not keep_text and rows >= LONG and len(packed) == len(blocks)
    if quick and (found := numbers_alone(name, packed, BETWEEN)) is not None:
        return found
    packed.clear()
    return text_column(name, _unpack(blocks), keep_text=keep_text)


def _lines(content: Content, file: TextIO) -> Iterator[str]:
    """The lines of the file. Raises MF304 for one that no table has."""
    while line := file.readline(MAX_LINE):
        if len(line) == MAX_LINE:
            raise malformed(content, f"a line is longer than {MAX_LINE:,} characters", code="MF304")
        yield line


def _rows(content: Content, reader: Reader) -> Iterator[list[str]]:
    """The rows that are not empty."""
    try:
        for row in reader:
            if row:
                yield row
    except csv.Error as error:
        raise malformed(content, f"the row cannot be read: {error}", line=reader.line_num) from error


def _blocks(content: Content, reader: Reader, width: int) -> Iterator[list[list[str]]]:
    """The rows, some at a time, each as wide as the header."""
    filled = (_fill(content, row, width, reader.line_num) for row in _rows(content, reader))
    while block := list(islice(filled, max(1, BLOCK_CELLS // width))):
        yield block


def _fill(content: Content, row: list[str], width: int, line: int) -> list[str]:
    # pandas: a short row is filled with missing values, a long one is an error.
    if len(row) > width:
        raise malformed(content, f"the row has {len(row)} cells, the header names {width} columns", line=line)
    return row if len(row) == width else row + [""] * (width - len(row))


def _pack(cells: tuple[str, ...]) -> Block:
    """The cells as one text: a tenth of the memory of many short ones."""
    text = BETWEEN.join(cells)
    return text if text.count(BETWEEN) == len(cells) - 1 else cells


def _unpack(blocks: list[Block]) -> list[str]:
    """The cells of all blocks, which are let go."""
    cells: list[str] = []
    for block in blocks:
        cells += block.split(BETWEEN) if isinstance(block, str) else block
    blocks.clear()
    return cells


def _first_bad_byte(content: Content) -> int:
    decoder, offset = codecs.getincrementaldecoder("utf-8")(), 0
    with content.path.open("rb") as file:
        while chunk := file.read(1 << 16):
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                return offset - pending + error.start
            offset += len(chunk)
    return offset


def _names(content: Content, header: list[str]) -> list[str | int]:
    """Names as pandas gives them; 0, 1, 2, … stand for columns without names."""
    if header == [str(index) for index in range(len(header))]:
        return list(range(len(header)))
    if header and all(DECIMAL.fullmatch(name) for name in header):
        raise malformed(
            content,
            "the first row holds numbers, not column names",
            line=1,
            hint="add a header row; 0,1,2,… for columns without names",
            code="MF308",
        )
    if len(header) == 1:
        _check_separator(content, header[0])
    return [name or f"Unnamed: {index}" for index, name in enumerate(header)]


def _check_separator(content: Content, only: str) -> None:
    found = next((words for mark, words in OTHER_SEPARATORS.items() if only.count(mark) > 1), None)
    if found:
        raise malformed(
            content, f"the header is a single column with {found} in its name", line=1,
            hint="separate the columns by commas, or by tabs in a .tsv file", code="MF308",
        )  # fmt: skip
