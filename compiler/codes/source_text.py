"""MF0xx: the text of a manifest."""

from __future__ import annotations

from compiler.codes.code import Code

SOURCE_TEXT: dict[str, Code] = {
    "MF001": Code(
        "file cannot be read",
        "The manifest, or a file it names, does not exist or may not be read. Check the path and its permissions.",
    ),
    "MF002": Code(
        "not valid YAML",
        "The text is not well-formed YAML 1.2. The position is where the parser gave up; the mistake is often one "
        "line above.",
    ),
    "MF003": Code(
        "duplicate key",
        "A mapping names the same key twice. YAML parsers elsewhere keep one of them silently; here it is an error.",
    ),
    "MF004": Code(
        "manifest too large",
        "A manifest is limited to 1 MiB, 64 levels of nesting, 100 aliases and 50,000 values after aliases are "
        "expanded, so that a hostile file cannot use up memory.",
    ),
    "MF005": Code(
        "unsupported YAML feature",
        "Tags (`!!python/...`), merge keys (`<<`) and several documents in one file are not supported. Share "
        "settings through `defaults:` in manifact.yaml.",
    ),
}
