"""The user's Python modules: parsed at compile, so that a slip is not found out by a deployment; never run."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from compiler.diagnostics import Diagnostic, Report, SourceRange
from compiler.ir import SourceFile
from compiler.workspace.root import shown

# Above this a `.py` file is data: ast would need a multiple of it in memory.
_MAX_BYTES = 4 << 20


def check_python(files: Iterable[SourceFile], report: Report) -> None:
    """Report MF522 for every module of the artifact that is not valid Python."""
    for file in files:
        if file.path.endswith(".py") and file.size <= _MAX_BYTES:
            problem = _syntax(file)
            if problem is not None:
                report.add(problem)


def _syntax(file: SourceFile) -> Diagnostic | None:
    path = shown(file.source)
    try:
        ast.parse(file.source.read_bytes(), filename=path)
    except SyntaxError as error:
        line, column = error.lineno or 1, error.offset or 1
        snippet = (error.text or "").rstrip("\n")
        end = error.end_offset if error.end_lineno == error.lineno and error.end_offset else column + 1
        return Diagnostic("MF522", f"{error.msg}", SourceRange(path, line, column, max(end, column + 1), snippet))
    except (ValueError, RecursionError, MemoryError) as error:
        return Diagnostic("MF522", f"cannot be parsed: {error}", SourceRange(path))
    return None
