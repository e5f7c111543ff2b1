"""Logging Search: what the servers of deployments wrote, under the logs that the deployments name."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

from compiler.localcloud.http import errors
from compiler.localcloud.http.calls import Call, Route
from compiler.localcloud.http.messages import Response, json_response
from compiler.localcloud.http.paging import decode_page, encode_page, limit_of
from compiler.localcloud.http.validation import require, require_type
from compiler.localcloud.processes import log_path
from compiler.localcloud.store.records import JsonObject, Record, find, timestamp

_MOST = 1000  # OCI docs: limit of SearchLogs
_LINES = 10_000
"""Of each deployment, the last ones: its log is the file that its server writes to."""
_SEARCH = re.compile(r'\s*search\s+((?:"[^"]*"\s*,?\s*)+)(.*)', re.IGNORECASE | re.DOTALL)
_SOURCE = re.compile(r"where\s+source\s*=\s*'([^']*)'", re.IGNORECASE)
_SORT = re.compile(r"sort\s+by\s+datetime(?:\s+(asc|desc))?", re.IGNORECASE)


def search_logs(call: Call) -> Response:
    """`search "COMPARTMENT/GROUP/LOG", … | where source = '*OCID' | sort by datetime desc`; else it is refused."""
    body = call.json()
    require(body, "timeStart", "timeEnd", "searchQuery")
    require_type(body, str, "timeStart", "timeEnd", "searchQuery")
    streams, sources, backwards = _parsed(body["searchQuery"])
    begin, end = _moment(body["timeStart"]), _moment(body["timeEnd"])
    found = [entry for stream in streams for entry in _entries(call, stream, sources) if begin <= _time(entry) <= end]
    found.sort(key=_time, reverse=backwards)
    limit, start = limit_of(call, default=100, maximum=_MOST), int(decode_page(call) or 0)
    page = found[start : start + limit]
    headers = {"opc-next-page": encode_page(start + limit)} if start + limit < len(found) else {}
    summary = {"resultCount": len(page), "fieldCount": 0}
    return json_response(
        {"results": [{"data": entry} for entry in page], "fields": [], "summary": summary}, headers=headers
    )


def _parsed(query: str) -> tuple[list[list[str]], list[str], bool]:
    """Streams as parts of their path, wanted sources, and whether the newest come first."""
    parsed = _SEARCH.fullmatch(query)
    if parsed is None:
        raise errors.invalid_parameter('searchQuery must begin with: search "COMPARTMENT[/LOG_GROUP[/LOG]]"')
    sources, backwards = [], False
    for stage in filter(None, map(str.strip, parsed[2].split("|"))):
        if where := _SOURCE.fullmatch(stage):
            sources.append(where[1])
        elif sort := _SORT.fullmatch(stage):
            backwards = (sort[1] or "").lower() == "desc"
        else:
            raise errors.invalid_parameter(f"The embedded OCI does not know the stage '{stage}' of a search")
    return [stream.split("/") for stream in re.findall(r'"([^"]*)"', parsed[1])], sources, backwards


def _entries(call: Call, stream: list[str], sources: list[str]) -> Iterator[JsonObject]:
    rows = call.tx.execute("SELECT id FROM resources WHERE kind = 'deployment' ORDER BY id").fetchall()
    records = [record for (key,) in rows if (record := find(call.tx, "deployment", key))]
    for record in records:
        if all(record.id.endswith(source.lstrip("*")) for source in sources):
            for category, log in sorted((record.body.get("categoryLogDetails") or {}).items()):
                if log and _covers(stream, record.compartment, log):
                    yield from _lines(call, record, category, log)


def _covers(stream: list[str], compartment: str, log: JsonObject) -> bool:
    named = [compartment, log.get("logGroupId"), log.get("logId")]
    return all(part in (wanted, "") for part, wanted in zip(stream, named, strict=False)) and len(stream) <= len(named)


def _lines(call: Call, record: Record, category: str, log: JsonObject) -> Iterator[JsonObject]:
    """One entry a line. Lines carry no time of their own: each has that of the file's last change."""
    path = log_path(call.backend.root, record.id)
    if category != "predict" or not path.is_file():  # requests are not logged one by one
        return
    written = path.stat().st_mtime
    for number, line in _last_lines(path):
        content = {
            "id": f"{record.id}-{number}",
            "time": timestamp(written),
            "source": record.id,
            "subject": category,
            "type": f"com.oraclecloud.datascience.modeldeployment.{category}",
            "specversion": "1.0",
            "data": {"message": line},
            "oracle": {
                "compartmentid": record.compartment,
                "loggroupid": log.get("logGroupId"),
                "logid": log.get("logId"),
            },
        }
        yield {"datetime": int(written * 1000), "logContent": content}


def _last_lines(path: Path) -> list[tuple[int, str]]:
    lines = path.read_text("utf-8", errors="replace").splitlines()
    return list(enumerate(lines))[-_LINES:]


def _time(entry: JsonObject) -> float:
    return float(entry["datetime"]) / 1000


def _moment(text: str) -> float:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise errors.invalid_parameter("timeStart and timeEnd must be times as RFC 3339 writes them") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp()


ROUTES = (Route("POST", "/20190909/search", search_logs),)
