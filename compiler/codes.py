"""Every diagnostic code, with the exit code it leads to and the text behind `manifact explain`.

Ranges: 0 source text, 1 manifest fields, 2 model files, 3 samples and schemas, 4 environments, 5 build and artifact,
6 verification, 7 plan, apply and cloud, 8 the embedded OCI and serving, 9 the command line and our own bugs.
A code is never reused for another meaning; `docs/diagnostics.md` is generated from this table.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


class ExitCode(enum.IntEnum):
    """Exit codes of the command, as DESIGN and `docs/exit-codes.md` list them."""

    OK = 0
    MANIFEST = 1
    CHANGES = 2
    ENVIRONMENT = 3
    VERIFICATION = 4
    INCOMPLETE = 5
    REFUSED = 6
    USAGE = 64
    BUG = 70
    INTERRUPTED = 130
    TERMINATED = 143


# When several kinds of problem meet in one run, the first of these that occurs decides the exit code.
PRECEDENCE = (
    ExitCode.BUG,
    ExitCode.INCOMPLETE,
    ExitCode.VERIFICATION,
    ExitCode.ENVIRONMENT,
    ExitCode.REFUSED,
    ExitCode.USAGE,
    ExitCode.MANIFEST,
    ExitCode.CHANGES,
)


@dataclass(frozen=True, slots=True)
class Code:
    """What one diagnostic code stands for."""

    title: str
    explanation: str
    exit_code: ExitCode = ExitCode.MANIFEST


CODES: dict[str, Code] = {
    # 0xx: the text of a manifest
    "MF001": Code(
        "file cannot be read",
        "The manifest, or a file it names, does not exist or may not be read. Check the path and its permissions.",
    ),
    "MF002": Code(
        "not valid YAML",
        "The text is not well-formed YAML 1.2. The position is where the parser gave up; the mistake is often one line above.",
    ),
    "MF003": Code(
        "duplicate key",
        "A mapping names the same key twice. YAML parsers elsewhere keep one of them silently; here it is an error.",
    ),
    "MF004": Code(
        "manifest too large",
        "A manifest is limited to 1 MiB, 64 levels of nesting, 100 aliases and 50,000 values after aliases are expanded, "
        "so that a hostile file cannot use up memory.",
    ),
    "MF005": Code(
        "unsupported YAML feature",
        "Tags (`!!python/...`), merge keys (`<<`) and several documents in one file are not supported. "
        "Share settings through `defaults:` in manifact.yaml.",
    ),
}
