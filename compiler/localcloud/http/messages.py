"""HTTP messages as values: the same whether they come over a socket or from within the process."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO


@dataclass(frozen=True, slots=True)
class Request:
    """A request. `target` is the raw path and query exactly as sent, because the signature covers it byte for byte."""

    method: str
    target: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: BinaryIO | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """A response; `body` is iterated once, chunk by chunk."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: Iterable[bytes] = ()


def json_response(value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """`value` as JSON, with its length."""
    content = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    head = {"content-type": "application/json", "content-length": str(len(content)), **(headers or {})}
    return Response(status, head, (content,))


def empty_response(status: int = 204, *, headers: Mapping[str, str] | None = None) -> Response:
    """A response without a body."""
    head = dict(headers or {})
    if status != 204:
        head.setdefault("content-length", "0")
    return Response(status, head)
