"""opc-retry-token: the same request sent again within 24 hours gets the first answer again (OCI docs: API requests)."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable

from compiler.localcloud.http.errors import ServiceError
from compiler.localcloud.http.messages import Request, Response
from compiler.localcloud.store.database import Transaction

VALID_SECONDS = 24 * 3600


def once(tx: Transaction, request: Request, content_digest: bytes, act: Callable[[], Response]) -> Response:
    """`act()`, unless a request with this token was answered before; refused when that one was another request."""
    token = request.headers.get("opc-retry-token")
    if not token:
        return act()
    fingerprint = hashlib.sha256(f"{request.method} {request.target}\n".encode() + content_digest).hexdigest()
    tx.execute("DELETE FROM retry_tokens WHERE created < ?", time.time() - VALID_SECONDS)
    row = tx.execute("SELECT fingerprint, status, headers, body FROM retry_tokens WHERE token = ?", token).fetchone()
    if row is None:
        return _remembered(tx, token, fingerprint, act())
    if row[0] != fingerprint:
        message = "The retry token was already used for a request with other content"
        raise ServiceError(409, "InvalidatedRetryToken", message)
    return Response(row[1], json.loads(row[2]), (row[3],) if row[3] else ())


def _remembered(tx: Transaction, token: str, fingerprint: str, response: Response) -> Response:
    content = b"".join(response.body)
    values = (token, fingerprint, response.status, json.dumps(response.headers), content, time.time())
    tx.execute("INSERT INTO retry_tokens VALUES (?, ?, ?, ?, ?, ?)", *values)
    return Response(response.status, response.headers, (content,) if content else ())
