"""Expressions of Spark's SQL that compute: operators, columns, literals, CASE, lambdas, windows, listed functions."""

from __future__ import annotations

from collections.abc import Set

from compiler.readers.spark_sql.cursor import RESERVED, Cursor
from compiler.readers.spark_sql.tokens import RefusedError
from compiler.readers.spark_sql.types import read_type

_MAX_DEPTH = 100
_FUNCTIONS_OF_THEIR_OWN = frozenset(("left", "right", "map", "reduce"))
_COMPARISONS = frozenset(("=", "==", "<=>", "<>", "!=", "<", "<=", ">", ">="))
_BINARY = frozenset(("+", "-", "*", "/", "%", "||", "&", "|", "^"))
_TYPED = frozenset(("date", "timestamp", "timestamp_ntz", "timestamp_ltz"))


class Expressions:
    """Recursive descent over the tokens of expressions. Every method raises RefusedError for what is none."""

    def __init__(self, cursor: Cursor, functions: Set[str]) -> None:
        self._cursor = cursor
        self._functions = functions
        self._depth = 0

    def expression(self) -> None:
        """Operands with what joins them: which binds closer is no matter here."""
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise RefusedError(f"expressions more than {_MAX_DEPTH} deep")
        self._operand()
        while self._joined():
            pass
        self._depth -= 1

    def _joined(self) -> bool:
        """One operator with its right side."""
        if self._cursor.take("and", "or", "div", *_BINARY, *_COMPARISONS):
            self._operand()
            return True
        if self._cursor.take("is"):
            self._cursor.take("not")
            if self._cursor.take("distinct"):
                self._cursor.need("from")
                self._operand()
            elif not self._cursor.take("null", "true", "false", "unknown"):
                raise self._cursor.refused()
            return True
        negated = self._cursor.take("not")
        if self._cursor.take("between"):
            self._operand()
            while not self._cursor.sees("and") and self._joined():
                pass
            self._cursor.need("and")
            self._operand()
        elif self._cursor.take("in"):
            self._cursor.need("(")
            self._cursor.listed(self.expression)
            self._cursor.need(")")
        elif self._cursor.take("like", "ilike", "rlike", "regexp"):
            self._operand()
        elif negated:
            raise self._cursor.refused()
        else:
            return False
        return True

    def _operand(self) -> None:
        while self._cursor.take("not", "-", "+", "~", "!"):
            pass
        self._primary()
        while True:
            if self._cursor.take("["):
                self.expression()
                self._cursor.need("]")
            elif self._cursor.take("."):
                if not self._cursor.take("*"):
                    self._cursor.need_name()
            elif self._cursor.take("::"):
                read_type(self._cursor)
            else:
                return

    def _primary(self) -> None:
        kind, token = self._cursor.peek()
        if kind in {"number", "text"}:
            while self._cursor.peek()[0] == kind == "text":
                self._cursor.skip()
            self._cursor.skip(kind == "number")
        elif self._cursor.take("("):
            self._parenthesised()
        elif self._cursor.take("case"):
            self._case()
        elif kind == "word" and self._cursor.peek(1) == ("sign", "("):
            self._call(token.lower())
        elif kind == "word" and token.lower() in _TYPED and self._cursor.peek(1)[0] == "text":
            self._cursor.skip(2)
        elif kind == "word" and token.lower() == "interval" and self._cursor.peek(1)[0] in {"text", "number"}:
            self._interval()
        elif not self._cursor.name() or self._cursor.peek() == ("sign", "("):  # a quoted name is none of a function
            raise self._cursor.refused()
        elif self._cursor.take("->"):
            self.expression()

    def _parenthesised(self) -> None:
        self._cursor.listed(self.expression)
        self._cursor.need(")")
        if self._cursor.take("->"):  # the arguments of a lambda
            self.expression()

    def _case(self) -> None:
        if not self._cursor.sees("when"):
            self.expression()
        while self._cursor.take("when"):
            self.expression()
            self._cursor.need("then")
            self.expression()
        if self._cursor.take("else"):
            self.expression()
        self._cursor.need("end")

    def _interval(self) -> None:
        self._cursor.skip()
        while self._cursor.peek()[0] in {"text", "number"}:
            self._cursor.skip()
            if not self._cursor.name():
                break

    def _call(self, name: str) -> None:
        if name in {"cast", "try_cast"}:
            self._cursor.skip(2)
            self.expression()
            self._cursor.need("as")
            read_type(self._cursor)
        elif name == "extract":
            self._cursor.skip(2)
            self._cursor.need_name()
            self._cursor.need("from")
            self.expression()
        elif name in self._functions and (name not in RESERVED or name in _FUNCTIONS_OF_THEIR_OWN):
            self._cursor.skip(2)
            self._cursor.take("distinct")
            if not self._cursor.take("*") and not self._cursor.sees(")"):
                self._cursor.listed(self.expression)
        else:
            raise RefusedError(f"the function {name}")
        self._cursor.need(")")
        self._window()

    def _window(self) -> None:
        if self._cursor.take("over"):
            self._cursor.need("(")
            if self._cursor.take("partition"):
                self._cursor.need("by")
                self._cursor.listed(self.expression)
            self.ordered()
            self._cursor.need(")")

    def ordered(self) -> None:
        """ORDER BY, where it stands."""
        if self._cursor.take("order"):
            self._cursor.need("by")
            self._cursor.listed(self._order)

    def _order(self) -> None:
        self.expression()
        self._cursor.take("asc", "desc")
        if self._cursor.take("nulls") and not self._cursor.take("first", "last"):
            raise self._cursor.refused()
