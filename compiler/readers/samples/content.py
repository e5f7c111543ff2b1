"""What every sample reader is handed, and how it says that it cannot go on."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

from compiler.diagnostics import CompilerError, SourceRange, failure

MAX_BYTES = 64 << 20
MAX_VALUES = 4_000_000
MAX_COLUMNS = 200_000
"""More than any table: each becomes an entry of a schema, which takes its time."""
_HEAD = 4096

Progress: TypeAlias = Callable[[int, int], None]
"""Told the bytes of a sample that were read, and those to read."""


def unwatched(_done: int, _total: int) -> None:
    """The progress of those who want none."""


@dataclass(frozen=True)
class Content:
    """A sample's file; its bytes are read when they are asked for. Raises MF301 and MF304."""

    path: Path
    progress: Progress = unwatched

    @cached_property
    def size(self) -> int:
        """Bytes of the file."""
        try:
            return self.path.stat().st_size
        except OSError as error:
            raise self.unreadable(error) from error

    @cached_property
    def head(self) -> bytes:
        """The first bytes of the file, enough to tell its format."""
        try:
            with self.path.open("rb") as file:
                found = file.read(_HEAD)
                while found.isspace() and (more := file.read(_HEAD)):
                    found = more
        except OSError as error:
            raise self.unreadable(error) from error
        if not found.strip():
            raise failure("MF301", "the sample is empty", where=SourceRange(str(self.path)))
        return found

    @cached_property
    def data(self) -> bytes:
        """The whole file."""
        if self.size > MAX_BYTES:
            raise malformed(
                self,
                f"the sample is {self.size >> 20} MiB, the limit is {MAX_BYTES >> 20} MiB",
                hint="some thousand rows that cover the values are enough",
                code="MF304",
            )
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise self.unreadable(error) from error

    def beginning(self, most: int) -> bytes:
        """The first bytes of the file, at most so many."""
        try:
            with self.path.open("rb") as file:
                return file.read(most)
        except OSError as error:
            raise self.unreadable(error) from error

    def text_beginning(self) -> tuple[str, bool]:
        """As much of the text as a sample may have, and whether that is all of it; raises MF303 where it is none."""
        if self.size <= MAX_BYTES:
            return self.text(), True
        decoder = codecs.getincrementaldecoder("utf-8-sig")()
        try:
            return decoder.decode(self.beginning(MAX_BYTES)), False
        except UnicodeDecodeError as error:
            raise not_text(self, error.start) from error

    def unreadable(self, error: OSError) -> CompilerError:
        """MF301 for what the system said."""
        return malformed(self, f"the sample cannot be read: {error.strerror}", code="MF301")

    def text(self) -> str:
        """The content as UTF-8 text without a byte order mark; raises MF303 when it is something else."""
        try:
            return self.data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise not_text(self, error.start) from error


def not_text(content: Content, byte: int) -> CompilerError:
    """MF303 for a byte that is not UTF-8."""
    return malformed(content, f"byte {byte} is not UTF-8 text", hint="save the file with UTF-8 encoding")


def malformed(
    content: Content, message: str, *, line: int = 0, hint: str | None = None, code: str = "MF303"
) -> CompilerError:
    """The error of a sample that does not follow its format; `line` is 1-based, 0 when there is none."""
    return failure(code, message, where=SourceRange(str(content.path), line, int(line > 0)), hint=hint)


def check_separators(content: Content, *marks: bytes) -> None:
    """Raise MF304 before a text is taken apart into more pieces than there may be values."""
    check_size(content, sum(content.data.count(mark) for mark in marks) // 2)


def check_size(content: Content, values: int) -> None:
    """Raise MF304 when a sample of `values` cells is more than this tool reads."""
    if values > MAX_VALUES:
        raise malformed(
            content,
            f"the sample has {values:,} values, the limit is {MAX_VALUES:,}",
            hint="some thousand rows that cover the values are enough",
            code="MF304",
        )


def check_columns(content: Content, columns: int) -> None:
    """Raise MF304 for a table of more columns than this tool reads."""
    if columns > MAX_COLUMNS:
        hint = "one column of arrays holds what belongs together: a .npy file of three axes, a list a row in JSON"
        text = f"the sample has {columns:,} columns, the limit is {MAX_COLUMNS:,}"
        raise malformed(content, text, hint=hint, code="MF304")


def too_large_a_row(content: Content) -> CompilerError:
    """MF304 for a sample of which not even the first rows can be read."""
    return malformed(
        content,
        f"the first rows alone are more than {MAX_VALUES:,} values or {MAX_BYTES >> 20} MiB",
        hint="some thousand rows that cover the values are enough",
        code="MF304",
    )
