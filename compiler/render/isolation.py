"""How far a model's process is isolated, for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.serving.isolation.result import Isolation

if TYPE_CHECKING:
    from compiler.render.documents.artifacts import IsolationDocument

_MISSING = {
    "network": "it can use the network",
    "files": "it can read and write your files",
    "processes": "it can reach your other processes",
}


def isolation_text(isolation: Isolation) -> str:
    """One line: that every aspect holds, or which does not."""
    if isolation.complete:
        return "isolated: no network, no files but those it needs, no other processes"
    return "note: not isolated on this machine: " + ", ".join(_MISSING[name] for name in isolation.missing)


def isolation_document(isolation: Isolation) -> IsolationDocument:
    """The `isolation` of `verify --json` and `serve --json`."""
    return {"network": isolation.network, "files": isolation.files, "processes": isolation.processes}
