"""Values as Python source, laid out as `ruff format` leaves them."""

from __future__ import annotations

from compiler.ir import Json

_WIDTH = 88  # the formatter's default, which users of the artifact have


def literal(value: Json, column: int = 0, indent: int = 0) -> str:
    """Python source of a value that begins at `column`: one line if it fits, else broken up."""
    line = _inline(value)
    if column + len(line) <= _WIDTH or not isinstance(value, list | dict) or not value:
        return line
    deeper = indent + 4
    pad = " " * deeper
    if isinstance(value, list):
        items = [literal(item, deeper + 1, deeper) for item in value]
        brackets = "[]"
    else:
        keys = {key: f"{_string(key)}: " for key in value}
        items = [keys[k] + literal(v, deeper + len(keys[k]) + 1, deeper) for k, v in value.items()]
        brackets = "{}"
    body = "".join(f"{pad}{item},\n" for item in items)
    return f"{brackets[0]}\n{body}{' ' * indent}{brackets[1]}"


def constant(value: Json, name: str, indent: int = 0) -> str:
    """An assignment of a value to a name."""
    return f"{name} = {literal(value, indent + len(name) + 3, indent)}"


def _inline(value: Json) -> str:
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_string(k)}: {_inline(v)}" for k, v in value.items()) + "}"
    return repr(value)


def _string(text: str) -> str:
    """In double quotes, unless the text holds some."""
    return repr(text) if '"' in text else f'"{repr(text)[1:-1]}"'
