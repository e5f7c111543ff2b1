"""The statement of an SQLTransformer, by a grammar: one SELECT over the rows at hand, of expressions that compute.

    SELECT expressions FROM __THIS__ [WHERE …] [GROUP BY …] [HAVING …] [ORDER BY …] [LIMIT n] [;]

Spark's SQL can do far more: read files (``FROM text.`/path` ``), run scripts (`TRANSFORM … USING`), call Java
(`java_method`), build names (`IDENTIFIER`), read the environment (`${env:NAME}`). So everything is refused that this
grammar does not have; it is a part of Spark's own (SqlBaseParser.g4 of Spark 3.0 to 4.3), read in the same way: text is
told apart from what is none by the same tokens, and whatever Spark might take apart differently is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Set

MAX_LENGTH = 100_000
MAX_DEPTH = 100
_TOKEN = re.compile(
    r"""[ \t\r\n]+
    | (?P<text>'(?:[^'\\]|\\.)*+' | "(?:[^"\\]|\\.)*+")
    | (?P<quoted>`(?:[^`]|``)*+`)
    | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?:BD|bd|[LlSsYyDdFf])?(?![A-Za-z0-9_.]))
    | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<sign><=>|<=|>=|<>|!=|==|->|\|\||::|[-+*/%=<>()\[\],.;&|^~!])""",
    re.VERBOSE | re.DOTALL,
)
# Words that no column, alias or function of ours is called by: operators, which Spark also takes for names where that
# makes sense of a statement, and what begins or joins parts that the grammar does not have.
_RESERVED = frozenset((
    "all", "and", "anti", "as", "asc", "between", "by", "case", "cluster", "cross", "desc", "distinct", "distribute",
    "div", "else", "end", "escape", "except", "from", "full", "group", "having", "identifier", "ilike", "in", "inner",
    "intersect", "into", "is", "join", "lateral", "left", "like", "limit", "map", "minus", "natural", "not", "on",
    "or", "order", "outer", "over", "partition", "pivot", "recordreader", "recordwriter", "reduce", "regexp", "right",
    "rlike", "row", "select", "semi", "serde", "sort", "table", "tablesample", "then", "union", "unpivot", "using",
    "values", "view", "when", "where", "window", "with",
))  # fmt: skip
_FUNCTIONS_OF_THEIR_OWN = frozenset(("left", "right", "map", "reduce"))
_COMPARISONS = frozenset(("=", "==", "<=>", "<>", "!=", "<", "<=", ">", ">="))
_BINARY = frozenset(("+", "-", "*", "/", "%", "||", "&", "|", "^"))
_TYPED = frozenset(("date", "timestamp", "timestamp_ntz", "timestamp_ltz"))
# Comments, hints, and what Spark replaces before it parses: the environment, its settings.
_MARKS = ("--", "/*", "${")
_END = ("end", "")


class _RefusedError(ValueError):
    """What the grammar does not have."""


def why_not(statement: str, functions: Set[str]) -> str | None:
    """What in a statement is beyond the grammar, or None. `functions` are those that it may call, in lower case."""
    try:
        _Parser(_tokens(statement), functions).statement()
    except _RefusedError as refused:
        return str(refused)
    return None


def _tokens(statement: str) -> list[tuple[str, str]]:
    if len(statement) > MAX_LENGTH:
        raise _RefusedError(f"a statement of more than {MAX_LENGTH:,} characters")
    for mark in _MARKS:
        if mark in statement:
            raise _RefusedError(f"'{mark}'")
    found, at = [], 0
    while at < len(statement):
        matched = _TOKEN.match(statement, at)
        if matched is None:
            raise _RefusedError(f"'{statement[at : at + 20]}'")
        kind = matched.lastgroup
        if kind == "text" and at and (statement[at - 1].isalnum() or statement[at - 1] == "_"):
            raise _RefusedError(f"a prefix of the text {matched.group()[:20]}")  # r'…': another way of ending a text
        if kind is not None:
            found.append((kind, matched.group()))
        at = matched.end()
    return found


class _Parser:
    """Recursive descent over the tokens of one statement."""

    def __init__(self, tokens: list[tuple[str, str]], functions: Set[str]) -> None:
        self._tokens = tokens
        self._functions = functions
        self._at = 0
        self._depth = 0

    def statement(self) -> None:
        """The whole of it."""
        self._need("select")
        self._take("distinct")
        self._listed(self._item)
        self._need("from")
        self._need("__this__")
        self._alias()
        if self._take("where"):
            self._expression()
        if self._take("group"):
            self._need("by")
            self._listed(self._expression)
        if self._take("having"):
            self._expression()
        self._ordered("order")
        if self._take("limit"):
            self._kind("number")
        while self._take(";"):
            pass
        if self._peek() != _END:
            raise self._refused()

    def _peek(self, ahead: int = 0) -> tuple[str, str]:
        at = self._at + ahead
        return self._tokens[at] if at < len(self._tokens) else _END

    def _refused(self) -> _RefusedError:
        text = " ".join(token for _, token in self._tokens[self._at : self._at + 3])
        return _RefusedError(f"'{text:.60}'" if text else "an end too early")

    def _is(self, *wanted: str) -> bool:
        kind, token = self._peek()
        return kind in {"word", "sign"} and token.lower() in wanted

    def _take(self, *wanted: str) -> bool:
        if self._is(*wanted):
            self._at += 1
            return True
        return False

    def _need(self, wanted: str) -> None:
        if not self._take(wanted):
            raise self._refused()

    def _kind(self, wanted: str) -> None:
        if self._peek()[0] != wanted:
            raise self._refused()
        self._at += 1

    def _listed(self, one: Callable[[], None]) -> None:
        one()
        while self._take(","):
            one()

    def _name(self) -> bool:
        """One part of a column's name, or an alias."""
        kind, token = self._peek()
        if kind == "quoted" or (kind == "word" and token.lower() not in _RESERVED):
            self._at += 1
            return True
        return False

    def _alias(self) -> None:
        if self._take("as") and not self._name():
            raise self._refused()
        self._name()

    def _item(self) -> None:
        if not self._take("*"):
            self._expression()
            self._alias()

    def _ordered(self, word: str) -> None:
        if self._take(word):
            self._need("by")
            self._listed(self._order)

    def _order(self) -> None:
        self._expression()
        self._take("asc", "desc")
        if self._take("nulls") and not self._take("first", "last"):
            raise self._refused()

    def _expression(self) -> None:
        """Operands with what joins them: which binds closer is no matter here."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _RefusedError(f"expressions more than {MAX_DEPTH} deep")
        self._operand()
        while self._joined():
            pass
        self._depth -= 1

    def _joined(self) -> bool:
        """One operator with its right side."""
        if self._take("and", "or", "div", *_BINARY, *_COMPARISONS):
            self._operand()
            return True
        if self._take("is"):
            self._take("not")
            if self._take("distinct"):
                self._need("from")
                self._operand()
            elif not self._take("null", "true", "false", "unknown"):
                raise self._refused()
            return True
        negated = self._take("not")
        if self._take("between"):
            self._operand()
            while not self._is("and") and self._joined():
                pass
            self._need("and")
            self._operand()
        elif self._take("in"):
            self._need("(")
            self._listed(self._expression)
            self._need(")")
        elif self._take("like", "ilike", "rlike", "regexp"):
            self._operand()
        elif negated:
            raise self._refused()
        else:
            return False
        return True

    def _operand(self) -> None:
        while self._take("not", "-", "+", "~", "!"):
            pass
        self._primary()
        while True:
            if self._take("["):
                self._expression()
                self._need("]")
            elif self._take("."):
                if not self._take("*") and not self._name():
                    raise self._refused()
            elif self._take("::"):
                self._type()
            else:
                return

    def _primary(self) -> None:
        kind, token = self._peek()
        if kind in {"number", "text"}:
            while self._peek()[0] == kind == "text":
                self._at += 1
            self._at += kind == "number"
        elif self._take("("):
            self._parenthesised()
        elif self._take("case"):
            self._case()
        elif kind == "word" and self._peek(1) == ("sign", "("):
            self._call(token.lower())
        elif kind == "word" and token.lower() in _TYPED and self._peek(1)[0] == "text":
            self._at += 2
        elif kind == "word" and token.lower() == "interval" and self._peek(1)[0] in {"text", "number"}:
            self._interval()
        elif not self._name() or self._peek() == ("sign", "("):  # a quoted name is none of a function
            raise self._refused()
        elif self._take("->"):
            self._expression()

    def _parenthesised(self) -> None:
        self._listed(self._expression)
        self._need(")")
        if self._take("->"):  # the arguments of a lambda
            self._expression()

    def _case(self) -> None:
        if not self._is("when"):
            self._expression()
        while self._take("when"):
            self._expression()
            self._need("then")
            self._expression()
        if self._take("else"):
            self._expression()
        self._need("end")

    def _interval(self) -> None:
        self._at += 1
        while self._peek()[0] in {"text", "number"}:
            self._at += 1
            if not self._name():
                break

    def _call(self, name: str) -> None:
        if name in {"cast", "try_cast"}:
            self._at += 2
            self._expression()
            self._need("as")
            self._type()
        elif name == "extract":
            self._at += 2
            if not self._name():
                raise self._refused()
            self._need("from")
            self._expression()
        elif name in self._functions and (name not in _RESERVED or name in _FUNCTIONS_OF_THEIR_OWN):
            self._at += 2
            self._take("distinct")
            if not self._take("*") and not self._is(")"):
                self._listed(self._expression)
        else:
            raise _RefusedError(f"the function {name}")
        self._need(")")
        self._window()

    def _window(self) -> None:
        if self._take("over"):
            self._need("(")
            if self._take("partition"):
                self._need("by")
                self._listed(self._expression)
            self._ordered("order")
            self._need(")")

    def _type(self) -> None:
        """A type: DECIMAL(10, 2), ARRAY<MAP<STRING, INT>>, STRUCT<a: INT> without its fields' names."""
        self._kind("word")
        if self._take("("):
            self._listed(lambda: self._kind("number"))
            self._need(")")
        elif self._take("<"):
            self._depth += 1
            if self._depth > MAX_DEPTH:
                raise _RefusedError("types too deep")
            self._listed(self._type)
            self._need(">")
            self._depth -= 1
