"""A place between the tokens of a statement: what comes next, and whether it is what the grammar wants."""

from __future__ import annotations

from collections.abc import Callable

from compiler.readers.spark_sql.tokens import RefusedError

# Words that no column, alias or function of ours is called by: operators, which Spark also takes for names where that
# makes sense of a statement, and what begins or joins parts that the grammar does not have.
RESERVED = frozenset((
    "all", "and", "anti", "as", "asc", "between", "by", "case", "cluster", "cross", "desc", "distinct", "distribute",
    "div", "else", "end", "escape", "except", "from", "full", "group", "having", "identifier", "ilike", "in", "inner",
    "intersect", "into", "is", "join", "lateral", "left", "like", "limit", "map", "minus", "natural", "not", "on",
    "or", "order", "outer", "over", "partition", "pivot", "recordreader", "recordwriter", "reduce", "regexp", "right",
    "rlike", "row", "select", "semi", "serde", "sort", "table", "tablesample", "then", "union", "unpivot", "using",
    "values", "view", "when", "where", "window", "with",
))  # fmt: skip
_END = ("end", "")


class Cursor:
    """The tokens that are left."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0

    def peek(self, ahead: int = 0) -> tuple[str, str]:
        """Kind and text of a token that is still to come; ("end", "") behind the last."""
        at = self._at + ahead
        return self._tokens[at] if at < len(self._tokens) else _END

    def skip(self, count: int = 1) -> None:
        """Go on, whatever stands there."""
        self._at += count

    def end(self) -> None:
        """Raises RefusedError where more follows."""
        if self.peek() != _END:
            raise self.refused()

    def refused(self) -> RefusedError:
        """What to raise at a token that the grammar does not have here."""
        text = " ".join(token for _, token in self._tokens[self._at : self._at + 3])
        return RefusedError(f"'{text:.60}'" if text else "an end too early")

    def sees(self, *wanted: str) -> bool:
        """Whether one of these words or signs is next."""
        kind, token = self.peek()
        return kind in {"word", "sign"} and token.lower() in wanted

    def take(self, *wanted: str) -> bool:
        """Whether one of them was next; then it is behind."""
        if self.sees(*wanted):
            self.skip()
            return True
        return False

    def need(self, wanted: str) -> None:
        """Go past a word or sign. Raises RefusedError where it is not next."""
        if not self.take(wanted):
            raise self.refused()

    def need_kind(self, wanted: str) -> None:
        """Go past a token of a kind. Raises RefusedError where none is next."""
        if self.peek()[0] != wanted:
            raise self.refused()
        self.skip()

    def listed(self, one: Callable[[], object]) -> None:
        """One or more of something, with commas between."""
        one()
        while self.take(","):
            one()

    def name(self) -> bool:
        """Whether one part of a column's name, or an alias, was next; then it is behind."""
        kind, token = self.peek()
        if kind == "quoted" or (kind == "word" and token.lower() not in RESERVED):
            self.skip()
            return True
        return False

    def need_name(self) -> None:
        """Go past a name. Raises RefusedError where none is next."""
        if not self.name():
            raise self.refused()
