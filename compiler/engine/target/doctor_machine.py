"""What doctor finds on this machine: Python, libraries, extras, Java and isolation."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from itertools import groupby
from pathlib import Path
from typing import Literal

from compiler.diagnostics import CompilerError
from compiler.engine.checkout import Checkout

State = Literal["good", "missing", "wrong"]
_DISTRIBUTION = "manifact"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    check: str
    """What: `python`, `library numpy`, `target prod` and so on."""
    state: State
    """`missing` is what only some models or commands need; `wrong` is what does not work as it is."""
    detail: str
    mend: str | None = None
    """What to do about it; None where all is well."""


def machine_findings(checkout: Checkout) -> Iterator[Finding]:
    """Everything that can be told without a project."""
    yield Finding("python", "good", f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    yield from _libraries()
    yield from _extras()
    yield _java(checkout)
    yield _isolation()


def _libraries() -> Iterator[Finding]:
    """The libraries that models of the known frameworks need to be run here, each once: any of its builds will do."""
    from compiler.frameworks import libraries
    from compiler.verify.libraries import installed, missing_libraries

    by_module = sorted(libraries().items(), key=lambda item: (item[1], len(item[0])))
    for _module, builds in groupby(by_module, key=lambda item: item[1]):
        names = [name for name, _ in builds]
        check = f"library {names[0]}"
        if missing_libraries(names[:1]):
            yield Finding(check, "missing", "models that need it cannot run here", f"pip install {names[0]}")
        else:
            yield Finding(check, "good", ", ".join(installed(names)) or "installed")


def _extras() -> Iterator[Finding]:
    """The optional parts of this distribution that no framework is needed for."""
    from compiler.frameworks import libraries
    from compiler.verify.libraries import distribution, installed

    try:
        written = metadata.requires(_DISTRIBUTION) or []
    except metadata.PackageNotFoundError:  # it runs from a checkout
        return
    for extra in sorted(metadata.metadata(_DISTRIBUTION).get_all("Provides-Extra") or []):
        needed = {distribution(line) for line in written if f"extra == '{extra}'" in line.replace('"', "'")}
        if extra == "test" or needed & libraries().keys():
            continue
        found = installed(needed)
        if len(found) == len(needed):
            yield Finding(f"extra {extra}", "good", ", ".join(found))
        else:
            yield Finding(f"extra {extra}", "missing", f"needs {', '.join(sorted(needed))}", _install(extra))


def _install(extra: str) -> str:
    return f"pip install '{_DISTRIBUTION}[{extra}]'"


def _java(checkout: Checkout) -> Finding:
    home = checkout.environ.get("JAVA_HOME")
    path = shutil.which("java", path=str(Path(home) / "bin") if home else checkout.environ.get("PATH"))
    if path:
        return Finding("java", "good", path)
    where = f"JAVA_HOME ({home}) holds none" if home else "none on PATH"
    return Finding("java", "missing", f"{where}; models on the JVM cannot run here", "install a JDK, or set JAVA_HOME")


def _isolation() -> Finding:
    from compiler.verify.run import require_isolation

    try:
        require_isolation()
    except CompilerError as error:
        problem = error.diagnostics[0]
        return Finding("isolation", "missing", problem.message, "allow user namespaces, or verify in a container")
    return Finding("isolation", "good", "models run without network, other files and other processes")
