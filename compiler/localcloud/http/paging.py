"""Lists: the filters, orders and pages that the service's list operations share."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Any

from compiler.localcloud.http import errors
from compiler.localcloud.http.calls import Call
from compiler.localcloud.http.messages import Response, json_response
from compiler.localcloud.store.records import JsonObject, Listing, Record, search

MAX_LIMIT = 100  # OCI docs: "limit 1..100" of the Data Science lists
DEFAULT_LIMIT = 100


def list_records(
    call: Call,
    kind: str,
    *,
    filters: Sequence[str],
    sort_by: Sequence[str] = ("timeCreated", "displayName"),
    summary: Callable[[Record], JsonObject] = lambda record: record.body,
) -> Response:
    """Answer a list operation: only `filters` select, only `sort_by` sort; times newest first, names in order."""
    listing = _listing(call, filters, sort_by)
    rows = search(call.tx, kind, required_query(call, "compartmentId"), listing)
    page, more = rows[: listing.limit], rows[listing.limit :]
    headers = {"opc-next-page": _token(page[-1], listing)} if more else {}
    return json_response([summary(record) for record in page], headers=headers)


def required_query(call: Call, name: str) -> str:
    """A query parameter that must be there."""
    value = call.query.get(name)
    if not value:
        raise errors.missing_parameter(name)
    return value


def limit_of(call: Call, *, default: int = DEFAULT_LIMIT, maximum: int = MAX_LIMIT) -> int:
    """The page size asked for, 1 to `maximum`."""
    text = call.query.get("limit", str(default))
    if not text.isdecimal() or not 1 <= int(text) <= maximum:
        raise errors.invalid_parameter(f"limit must be between 1 and {maximum}, not {text}")
    return int(text)


def encode_page(value: Any) -> str:
    """An opaque page token."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def decode_page(call: Call) -> Any:
    """What the request's page token holds, or None without one."""
    text = call.query.get("page")
    if not text:
        return None
    try:
        return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error):
        raise errors.invalid_parameter("page is not a token of this service") from None


def _listing(call: Call, filters: Sequence[str], sort_by: Sequence[str]) -> Listing:
    key = call.query.get("sortBy", sort_by[0])
    if key not in sort_by:
        raise errors.invalid_parameter(f"sortBy must be one of {', '.join(sort_by)}, not {key}")
    order = call.query.get("sortOrder", "DESC" if key == "timeCreated" else "ASC").upper()
    if order not in ("ASC", "DESC"):
        raise errors.invalid_parameter("sortOrder must be ASC or DESC")
    after = decode_page(call)
    if after is not None and not (isinstance(after, list) and len(after) == 2 and isinstance(after[1], str)):
        raise errors.invalid_parameter("page is not a token of this list")
    selected = {name: call.query[name] for name in filters if call.query.get(name)}
    return Listing(selected, key, order == "DESC", limit_of(call), tuple(after) if after else None)


def _token(record: Record, listing: Listing) -> str:
    key = record.created if listing.sort_by == "timeCreated" else record.body.get(listing.sort_by)
    return encode_page([key, record.id])
