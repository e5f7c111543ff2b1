"""The packages that an `environment.yaml` pins."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from compiler.source import read_document
from compiler.workspace.root import shown

# conda: `numpy=1.26.4=py311h_0`, `numpy==1.26.4`; pip: `numpy==1.26.4`. Ranges pin nothing.
_PIN = re.compile(r"\s*(?:[\w.-]+::)?([A-Za-z0-9][\w.-]*)\s*={1,2}\s*(\d[\w.+!-]*)")


def pinned_libraries(path: Path) -> dict[str, str]:
    """Canonical distribution name -> version, from conda's list and the pip list in it. Raises as `read_document`."""
    document = read_document(path, shown=shown(path)).data
    listed = document.get("dependencies") if isinstance(document, dict) else None
    pins = (match for word in _words(listed) if (match := _PIN.match(word)))
    return {re.sub(r"[-_.]+", "-", pin.group(1)).lower(): pin.group(2) for pin in pins}


def _words(listed: Any) -> list[str]:
    words: list[str] = []
    for item in listed if isinstance(listed, list) else []:
        if isinstance(item, str):
            words.append(item)
        elif isinstance(item, dict):
            words += [word for word in item.get("pip") or [] if isinstance(word, str)]
    return words
