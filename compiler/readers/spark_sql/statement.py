"""The one statement that the grammar has: a SELECT over the rows at hand."""

from __future__ import annotations

from compiler.readers.spark_sql.cursor import Cursor
from compiler.readers.spark_sql.expressions import Expressions


class Statement:
    """Recursive descent over the parts of a SELECT."""

    def __init__(self, cursor: Cursor, expressions: Expressions) -> None:
        self._cursor = cursor
        self._expressions = expressions

    def read(self) -> None:
        """The whole of it. Raises RefusedError."""
        self._cursor.need("select")
        self._cursor.take("distinct")
        self._cursor.listed(self._item)
        self._cursor.need("from")
        self._cursor.need("__this__")
        self._alias()
        if self._cursor.take("where"):
            self._expressions.expression()
        if self._cursor.take("group"):
            self._cursor.need("by")
            self._cursor.listed(self._expressions.expression)
        if self._cursor.take("having"):
            self._expressions.expression()
        self._expressions.ordered()
        if self._cursor.take("limit"):
            self._cursor.need_kind("number")
        while self._cursor.take(";"):
            pass
        self._cursor.end()

    def _alias(self) -> None:
        if self._cursor.take("as"):
            self._cursor.need_name()
        self._cursor.name()

    def _item(self) -> None:
        if not self._cursor.take("*"):
            self._expressions.expression()
            self._alias()
