"""What every sample reader is handed, and how it says that it cannot go on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from compiler.diagnostics import CompilerError, SourceRange, failure

MAX_BYTES = 64 << 20
MAX_VALUES = 5_000_000


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of a sample and where they came from."""

    path: Path
    data: bytes

    def text(self) -> str:
        """The content as UTF-8 text without a byte order mark; raises MF303 when it is something else."""
        try:
            return self.data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise malformed(
                self, f"byte {error.start} is not UTF-8 text", hint="save the file with UTF-8 encoding"
            ) from error


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
