"""The packages that an `environment.yaml` asks for."""

from __future__ import annotations

import re
from pathlib import Path

from compiler.passes.packages import Packages, canonical
from compiler.source import read_document
from compiler.workspace.root import shown

# conda: `channel::numpy >=1.3,<1.6 build`, `numpy=1.26`, `numpy=1.26.4=py311h_0`, `numpy 1.26.*`.
_CONDA = re.compile(r"\s*(?:[\w./-]+::)?([A-Za-z0-9][\w.-]*)\s*(.*)")
_PIP = re.compile(r"\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*([^;@#]*)")
_EXACT = re.compile(r"={1,3}\s*(\d[\w.+!]*)")
_PARTS = 3
"""Numbers from which conda's `=` means one release: `numpy=1.26.4`."""


def listed_packages(path: Path) -> Packages:
    """What conda's list and the pip list in it ask for; `.complete` unless they refer to other files or addresses.

    Raises as `read_document`.
    """
    document = read_document(path, shown=shown(path)).data
    listed = document.get("dependencies") if isinstance(document, dict) else None
    items = listed if isinstance(listed, list) else []
    pip = [word for item in items if isinstance(item, dict) for word in item.get("pip") or [] if isinstance(word, str)]
    found = [_conda(word) for word in items if isinstance(word, str)] + [_pip(word) for word in pip]
    known = dict(item for item in found if item is not None)
    pins = {name: match.group(1) for name, text in known.items() if (match := _EXACT.fullmatch(text))}
    ranges = {name: text for name, text in known.items() if name not in pins}
    return Packages(pins, ranges, complete=bool(items) and None not in found)


def _conda(word: str) -> tuple[str, str] | None:
    matched = _CONDA.fullmatch(word)
    if matched is None:
        return None
    name, rest = canonical(matched.group(1)), matched.group(2).strip()
    return name, ",".join(map(_conda_part, _without_build(rest).split(","))) if rest else ""


def _without_build(rest: str) -> str:
    """The version alone: a build stands behind a second `=`, or behind a space."""
    joined = re.sub(r"\s*([<>=!~,])\s*", r"\1", rest)
    version = joined.split()[0]
    return re.sub(r"(?<=[\w*])=.*", "", version)


def _conda_part(part: str) -> str:
    """One condition as PEP 440 has it: `1.5.*` and `=1.5` mean any release that begins so."""
    if part[:1] == "=" and part[1:2] != "=":
        return _begins(part[1:])
    return _begins(part) if part[:1].isdigit() else part


def _begins(version: str) -> str:
    plain = version.removesuffix("*").removesuffix(".")
    return f"=={plain}" if version[-1:] != "*" and plain.count(".") + 1 >= _PARTS else f"=={plain}.*"


def _pip(word: str) -> tuple[str, str] | None:
    matched = _PIP.match(word)
    if word.lstrip().startswith("-") or matched is None or "://" in word:
        return None
    return canonical(matched.group(1)), matched.group(2).strip().replace(" ", "")
