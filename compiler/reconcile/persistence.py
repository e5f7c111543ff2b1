"""Memory and status in a store: read at the start of a turn, written at its end, only what changed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from compiler.engine.store.protocol import Store
from compiler.planning.canonical import text
from compiler.reconcile.reporting.conditions import NameStatus, from_row
from compiler.reconcile.turn.memory import Memory

MEMORY = "memory.json"
PAGE = 500
"""Names a page of the fleet index."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a store held."""

    memory: Memory = field(default_factory=Memory)
    statuses: Mapping[str, NameStatus] = field(default_factory=dict)
    pages: Mapping[str, str] = field(default_factory=dict)
    """Text of each page of the index, by its key."""


def load(store: Store | None) -> Kept:
    """What is remembered; what is damaged or of another form counts as forgotten."""
    if store is None:
        return Kept()
    found = store.read(MEMORY)
    memory, count = _memory(found[0]) if found else (Memory(), 0)
    pages = {key: known[0].decode() for key in map(page_key, range(count)) if (known := store.read(key))}
    statuses = {status.name: status for page in pages.values() for status in _rows(page)}
    return Kept(memory, statuses, pages)


def save_memory(store: Store | None, memory: Memory, names: int) -> None:
    """Write the memory; `names` tells how many pages the index has."""
    if store is None:
        return
    content = text({**memory.to_json(), "pages": -(-names // PAGE)}).encode()
    if (known := store.read(MEMORY)) is None or known[0] != content:
        store.write(MEMORY, content)


def save_statuses(store: Store | None, before: Kept, statuses: Mapping[str, NameStatus]) -> None:
    """Write the pages of the index and the documents of names that changed, and remove those that are gone."""
    if store is None:
        return
    for name, status in statuses.items():
        known = before.statuses.get(name)
        if status.document is not None and (known is None or known.digest != status.digest):
            store.write(document_key(name), text(status.document).encode())
    for name in set(before.statuses) - set(statuses):
        store.delete(document_key(name))
    for key, page in pages_of(statuses).items():
        if before.pages.get(key) != page:
            store.write(key, page.encode())


def pages_of(statuses: Mapping[str, NameStatus]) -> dict[str, str]:
    """The fleet index: text of each page, by its key."""
    rows = [statuses[name].to_row() for name in sorted(statuses)]
    starts = range(0, len(rows), PAGE)
    return {page_key(number): _page(rows[start : start + PAGE]) for number, start in enumerate(starts)}


def document_of(store: Store, name: str) -> dict[str, Any] | None:
    """The document of one name, where there is one."""
    found = store.read(document_key(name))
    if found is None:
        return None
    document: dict[str, Any] = json.loads(found[0])
    return document


def page_key(number: int) -> str:
    """Key of a page of the index."""
    return f"index/{number:04}.json"


def document_key(name: str) -> str:
    """Key of the document of a name."""
    return f"names/{name}.json"


def _page(rows: Sequence[list[Any]]) -> str:
    return "[" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows) + "]\n"


def _memory(content: bytes) -> tuple[Memory, int]:
    try:
        document = json.loads(content)
        return Memory.from_json(document), int(document["pages"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return Memory(), 0


def _rows(page: str) -> list[NameStatus]:
    try:
        return [from_row(row) for row in json.loads(page)]
    except (ValueError, KeyError, TypeError):
        return []
