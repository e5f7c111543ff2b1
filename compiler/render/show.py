"""One resource in full, for people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from compiler.planning.changes.by_reference import recorded_location
from compiler.planning.desired.variables import environment_variables
from compiler.planning.live.last_applied import OUR_METADATA
from compiler.planning.summaries import deployment_summary
from compiler.planning.tags import foreign
from compiler.render.lines import Line
from compiler.render.words import printable, size

if TYPE_CHECKING:
    from compiler.render.documents.resources import ShowDocument

_COLUMNS = 12
"""Columns of a schema that are named one by one."""
_VALUE = 200
_UNTOLD = (*OUR_METADATA, "ArtifactTestResults")
"""What `--json` alone shows: our own record, and the whole report of ADS's introspection."""


def show_lines(document: ShowDocument) -> list[Line]:
    """A head line, then blocks of names and values."""
    record = document["record"]
    version = f" v{record['versionId']}" if record.get("versionId") else ""
    head = f"  {document['kind']}  {document['name']}{version}  {document['state']}"
    schemas = (("input schema", "inputSchema"), ("output schema", "outputSchema"))
    served = [(d["state"], f"{d['name']}  {_url(d['url'])}  {d['id']}") for d in document["deployments"]]
    blocks = (
        ("", [*_common(document), *_of_model(document), *_of_deployment(document)]),
        *((side, _schema(record.get(key))) for side, key in schemas),
        ("taxonomy", _metadata(record.get("definedMetadataList") or ())),
        ("custom metadata", _metadata(record.get("customMetadataList") or ())),
        ("provenance", [(k, _short(v)) for k, v in (document["provenance"] or {}).items() if v]),
        ("environment variables", sorted(environment_variables(record).items())),
        ("serves" if document["kind"] == "deployment" else "versions", _models(document)),
        ("served by", served),
    )
    below = (line for title, rows in blocks for line in _block(title, rows))
    return [Line(printable(head), "bold"), Line(f"  {document['id']}"), *below]


def _block(title: str, rows: Sequence[tuple[str, str]]) -> Iterator[Line]:
    if not rows:
        return
    if title:
        yield Line(f"  {title}")
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        yield Line(printable(f"    {name:<{width}}  {value}").rstrip())


def _common(document: ShowDocument) -> list[tuple[str, str]]:
    record, owner = document["record"], document["owner"]
    tags = [*foreign(record.get("freeformTags") or {}).items(), *_defined(record.get("definedTags") or {})]
    return _some(
        ("details", record.get("lifecycleDetails")),
        (
            "owner",
            f"{owner['project']}/{owner['target']}/{owner['name']}"
            if owner
            else "nobody: made by hand, or by another tool",
        ),
        ("description", record.get("description")),
        ("tags", ", ".join(f"{key}={value}" for key, value in tags)),
        ("created", " by ".join(str(record[key]) for key in ("timeCreated", "createdBy") if record.get(key))),
    )


def _of_model(document: ShowDocument) -> list[tuple[str, str]]:
    record, artifact, ours = document["record"], document["artifact"], document["applied"]
    applied = (
        f"{len(ours['model'])} fields of the model, {len(ours['deployment'])} of the deployment are its manifest's"
        if ours
        else None
    )
    return _some(
        ("version set", record.get("modelVersionSetName")),
        ("version label", record.get("versionLabel")),
        ("backup", _settings(record.get("backupSetting"))),
        ("retention", _settings(record.get("retentionSetting"))),
        ("files", _by_reference(record)),
        ("artifact", _artifact(artifact, record) if artifact else "none" if document["kind"] == "model" else None),
        ("digest", artifact["digest"] if artifact else None),
        ("applied", applied),
    )


def _by_reference(record: Mapping[str, Any]) -> str | None:
    """Where the files of a by-reference model lie."""
    if not record.get("isModelByReference"):
        return None
    where = recorded_location(record)
    return f"by reference, in {where.uri}" if where else "by reference, in a bucket that its metadata do not name"


def _artifact(artifact: Mapping[str, Any], record: Mapping[str, Any]) -> str:
    recorded = artifact["recordedMd5"]
    same = "" if recorded is None else ", as recorded" if recorded == artifact["md5"] else ", NOT the one recorded"
    # Of files in a bucket it is a digest over what the service tells of each of them.
    kind = "sha256 over its files' md5" if record.get("isModelByReference") else "md5"
    return f"{size(artifact['size'])}, {kind} {artifact['md5'] or 'unknown'}{same}"


def _of_deployment(document: ShowDocument) -> list[tuple[str, str]]:
    record = document["record"]
    details = record.get("modelDeploymentConfigurationDetails")
    if details is None:
        return []
    model, environment = (
        details.get("modelConfigurationDetails") or {},
        details.get("environmentConfigurationDetails") or {},
    )
    instance = model.get("instanceConfiguration") or {}
    names = ("networkAccessType", "subnetId", "privateEndpointId")
    container = ("image", "imageDigest", "cmd", "entrypoint", "serverPort", "healthCheckPort")
    return _some(
        ("url", _url(record.get("modelDeploymentUrl"))),
        ("size", deployment_summary(record)),
        ("bandwidth", f"{model['bandwidthMbps']} Mbps" if model.get("bandwidthMbps") else None),
        *((name, instance.get(name)) for name in names),
        *((name, _short(environment[name])) for name in container if environment.get(name)),
        *((f"{name} log", log.get("logId")) for name, log in (record.get("categoryLogDetails") or {}).items() if log),
    )


def _schema(written: Any) -> list[tuple[str, str]]:
    """The columns of a schema; a text that is no schema of ADS's form is told by its size."""
    if not written:
        return []
    try:
        columns = [(str(item["name"]), str(item.get("dtype", ""))) for item in json.loads(written)["schema"]]
    except (ValueError, KeyError, TypeError, AttributeError):
        return [("text", size(len(str(written))))]
    more = [("…", f"{len(columns)} columns in all")] if len(columns) > _COLUMNS else []
    return [*columns[:_COLUMNS], *more]


def _metadata(items: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    shown = [
        item for item in items if item.get("key") not in _UNTOLD and (item.get("value") or item.get("hasArtifact"))
    ]
    return [(str(item["key"]), _entry(item)) for item in shown]


def _entry(item: Mapping[str, Any]) -> str:
    attached = "(a file is attached)" if item.get("hasArtifact") else ""
    category = f"[{item['category']}]" if item.get("category") else ""
    return "  ".join(part for part in (_short(item.get("value") or ""), attached, category) if part)


def _models(document: ShowDocument) -> list[tuple[str, str]]:
    numbered = ((f"v{m['version']}" if m["version"] is not None else "model", m) for m in document["models"])
    return [
        (number, "  ".join((m["state"], m["name"], m["id"], m["versionLabel"] or "")).rstrip())
        for number, m in numbered
    ]


def _settings(value: Mapping[str, Any] | None) -> str:
    return ", ".join(f"{key}={item}" for key, item in (value or {}).items() if item is not None)


def _defined(spaces: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, Any]]:
    return [(f"{space}.{key}", value) for space, values in spaces.items() for key, value in values.items()]


def _url(url: str | None) -> str:
    return f"{url}/predict" if url else ""


def _short(value: Any) -> str:
    words = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return words if len(words) <= _VALUE else f"{words[: _VALUE - 1]}…"


def _some(*rows: tuple[str, str | None]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in rows if value]
