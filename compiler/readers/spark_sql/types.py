"""A type in Spark's SQL: DECIMAL(10, 2), ARRAY<MAP<STRING, INT>>, STRUCT<a: INT> without its fields' names."""

from __future__ import annotations

from compiler.readers.spark_sql.cursor import Cursor
from compiler.readers.spark_sql.tokens import RefusedError

_MAX_DEPTH = 100


def read_type(cursor: Cursor, depth: int = 0) -> None:
    """Go past a type. Raises RefusedError."""
    if depth > _MAX_DEPTH:
        raise RefusedError("types too deep")
    cursor.need_kind("word")
    if cursor.take("("):
        cursor.listed(lambda: cursor.need_kind("number"))
        cursor.need(")")
    elif cursor.take("<"):
        cursor.listed(lambda: read_type(cursor, depth + 1))
        cursor.need(">")
