"""A process that compiles manifests for another: paths come in on standard input, problems go out on standard output.

What was built lies in `build/` and is remembered in the cache, where the other process takes it from.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from compiler.compilation.compile import compile_anew
from compiler.diagnostics import CompilerError


def main() -> None:
    """Answer a line of jobs, `[[manifest, root], …]`, with a line of what became of each, until the input ends."""
    for line in sys.stdin:
        print(json.dumps([_compiled(Path(path), Path(root)) for path, root in json.loads(line)]), flush=True)  # noqa: T201


def _compiled(path: Path, root: Path) -> dict[str, Any]:
    started = time.perf_counter()
    problems: list[dict[str, Any]] = []
    try:
        compile_anew(path, root=root)
    except CompilerError as error:
        problems = [problem.to_json() for problem in error.diagnostics]
    return {"problems": problems, "seconds": time.perf_counter() - started}
