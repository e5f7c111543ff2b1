"""Resource Search: the structured and free-text queries with which clients look for resources (Oracle ADS does)."""

from __future__ import annotations

import re

from compiler.localcloud.datascience.deployments.configuration import CONFIGURATION, MODEL
from compiler.localcloud.http import errors
from compiler.localcloud.http.calls import Call, Route
from compiler.localcloud.http.messages import Response, json_response
from compiler.localcloud.http.paging import decode_page, encode_page, limit_of
from compiler.localcloud.store.records import JsonObject, Record, find

MAX_LIMIT = 1000
TYPES = {
    "datasciencemodel": "model",
    "datasciencemodeldeployment": "deployment",
    "datasciencemodelversionset": "versionset",
    "datascienceproject": "project",
}
_NAMES = {kind: name for name, kind in TYPES.items()}
_QUERY = re.compile(r"query\s+(?P<type>\w+)\s+resources(?:\s+where\s+(?P<where>.+))?\Z", re.IGNORECASE | re.DOTALL)
_CONDITION = re.compile(r"\s*(?P<field>\w+)\s*(?P<operator>=|!=)\s*'(?P<value>[^']*)'\s*\Z")


def search(call: Call) -> Response:
    """The resources that match, newest first."""
    body = call.json()
    limit, start = limit_of(call, default=MAX_LIMIT, maximum=MAX_LIMIT), decode_page(call) or 0
    if not isinstance(start, int):
        raise errors.invalid_parameter("page is not a token of this list")
    found = _structured(call, str(body.get("query"))) if body.get("type") == "Structured" else _containing(call, body)
    items = [_summary(record) for record in found[start : start + limit]]
    headers = {"opc-next-page": encode_page(start + limit)} if len(found) > start + limit else {}
    return json_response({"items": items}, headers=headers)


def _structured(call: Call, query: str) -> list[Record]:
    match = _QUERY.match(query.strip())
    if match is None:
        raise errors.invalid_parameter(f"The query is not 'query TYPE resources where …': {query}")
    wanted = match["type"].lower()
    if wanted != "all" and wanted not in TYPES:
        return []
    kinds = tuple(TYPES.values()) if wanted == "all" else (TYPES[wanted],)
    conditions = [_condition(text) for text in re.split(r"&&|\band\b", match["where"] or "") if text.strip(" ()")]
    return [record for record in _records(call, kinds) if all(_holds(record, *parts) for parts in conditions)]


def _condition(text: str) -> tuple[str, str, str]:
    match = _CONDITION.match(text.strip().strip("()"))
    if match is None:
        raise errors.invalid_parameter(
            f"The embedded OCI only searches by FIELD = 'VALUE' and !=, joined by &&: {text}"
        )
    return match["field"].lower(), match["operator"], match["value"]


def _holds(record: Record, field: str, operator: str, value: str) -> bool:
    fields = {name.lower(): str(content) for name, content in _summary(record).items()}
    holder = record.body.get(CONFIGURATION) or {}
    fields["modelid"] = str((holder.get(MODEL) or {}).get("modelId", ""))
    return (fields.get(field, "").lower() == value.lower()) == (operator == "=")


def _containing(call: Call, body: JsonObject) -> list[Record]:
    text = str(body.get("text") or "").lower()
    records = _records(call, tuple(TYPES.values()))
    return [r for r in records if text in r.id or text in str(_summary(r)["displayName"]).lower()]


def _records(call: Call, kinds: tuple[str, ...]) -> list[Record]:
    marks = ", ".join("?" * len(kinds))
    statement = f"SELECT kind, id FROM resources WHERE kind IN ({marks}) ORDER BY created DESC"  # noqa: S608 - only marks
    rows = call.tx.execute(statement, *kinds).fetchall()
    return [record for kind, identifier in rows if (record := find(call.tx, kind, identifier)) is not None]


def _summary(record: Record) -> JsonObject:
    shown = ("compartmentId", "timeCreated", "lifecycleState", "freeformTags", "definedTags")
    return {
        "resourceType": _NAMES[record.kind],
        "identifier": record.id,
        "displayName": record.body.get("displayName") or record.body.get("name", ""),
        **{name: record.body[name] for name in shown if name in record.body},
    }


ROUTES = (Route("POST", "/20180409/resources", search),)
