"""The statement of an SQLTransformer, by a grammar: one SELECT over the rows at hand, of expressions that compute.

    SELECT expressions FROM __THIS__ [WHERE …] [GROUP BY …] [HAVING …] [ORDER BY …] [LIMIT n] [;]

Spark's SQL can do far more: read files (``FROM text.`/path` ``), run scripts (`TRANSFORM … USING`), call Java
(`java_method`), build names (`IDENTIFIER`), read the environment (`${env:NAME}`). So everything is refused that this
grammar does not have; it is a part of Spark's own (SqlBaseParser.g4 of Spark 3.0 to 4.3), read in the same way: text is
told apart from what is none by the same tokens, and whatever Spark might take apart differently is refused.
"""

from __future__ import annotations

from collections.abc import Set

from compiler.readers.spark_sql.cursor import Cursor
from compiler.readers.spark_sql.expressions import Expressions
from compiler.readers.spark_sql.statement import Statement
from compiler.readers.spark_sql.tokens import RefusedError, tokens


def why_not(statement: str, functions: Set[str]) -> str | None:
    """What in a statement is beyond the grammar, or None. `functions` are those that it may call, in lower case."""
    try:
        cursor = Cursor(tokens(statement))
        Statement(cursor, Expressions(cursor, functions)).read()
    except RefusedError as refused:
        return str(refused)
    return None
