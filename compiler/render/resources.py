"""Resources of a target as lists show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from compiler.planning import tags
from compiler.planning.live.observed import Kind, LiveResource, title
from compiler.planning.summaries import deployment_summary
from compiler.render.lines import Line
from compiler.render.table import cut, table

if TYPE_CHECKING:
    from compiler.render.documents.resources import ListedDocument, OwnerDocument

_HEADS = {
    Kind.MODEL: ("MODEL", "VERSION", "STATE", "OWNER", "CREATED", "OCID"),
    Kind.DEPLOYMENT: ("DEPLOYMENT", "STATE", "SIZE", "OWNER", "CREATED", "OCID"),
    Kind.VERSION_SET: ("VERSION SET", "STATE", "OWNER", "CREATED", "OCID"),
}


@dataclass(frozen=True, slots=True)
class Resource:
    """A live resource and what it is."""

    kind: Kind
    live: LiveResource


def resource_lines(resources: Sequence[Resource], width: int | None) -> list[Line]:
    """A table for each kind, no wider than `width`."""
    lines: list[Line] = []
    for kind in _HEADS:
        of_kind = [item for item in resources if item.kind is kind]
        lines += _table(of_kind, width) if of_kind else []
    return lines


def _table(items: Sequence[Resource], width: int | None) -> list[Line]:
    rows = table(_HEADS[items[0].kind], [row(item) for item in items], width)
    lines = [Line(), Line(rows[0], "bold")]
    for item, text in zip(items, rows[1:], strict=True):
        lines.append(Line(text))
        if said := below(item):
            lines.append(Line(f"      {cut(said, (width or len(said) + 6) - 6)}"))
    return lines


def row(item: Resource) -> list[str]:
    """The cells of one resource."""
    live, body = item.live, item.live.body
    common = [owner_text(live), str(body.get("timeCreated", ""))[:16].replace("T", " "), live.id]
    if item.kind is Kind.MODEL:
        return [title(live), version_text(live), live.state, *common]
    if item.kind is Kind.DEPLOYMENT:
        return [title(live), live.state, deployment_summary(body), *common]
    return [title(live), live.state, *common]


def below(item: Resource) -> str:
    """What is said of a deployment below its row: where it answers, and what it serves."""
    if item.kind is not Kind.DEPLOYMENT:
        return ""
    url, model = item.live.body.get("modelDeploymentUrl"), served_model(item.live)
    return "  ".join(part for part in (f"{url}/predict" if url else "", f"serves {model}" if model else "") if part)


def listed_document(item: Resource) -> ListedDocument:
    """The same for programs."""
    live, body = item.live, item.live.body
    deployed = item.kind is Kind.DEPLOYMENT
    return {
        "kind": item.kind.value,
        "name": title(live),
        "id": live.id,
        "state": live.state,
        "owner": owner_document(live),
        "created": str(body.get("timeCreated", "")),
        "version": version_number(live),
        "versionLabel": body.get("versionLabel"),
        "versionSet": body.get("modelVersionSetName"),
        "size": deployment_summary(body) if deployed else None,
        "url": body.get("modelDeploymentUrl"),
        "model": served_model(live) if deployed else None,
    }


def owner_document(live: LiveResource) -> OwnerDocument | None:
    """The manifest that owns it, as its tags say."""
    project, target, name = (live.tags.get(key) for key in (tags.PROJECT, tags.TARGET, tags.NAME))
    if not (project and target and name):
        return None
    return {"project": project, "target": target, "name": name}


def owner_text(live: LiveResource) -> str:
    """`project/target/name`, or a dash."""
    owner = owner_document(live)
    return f"{owner['project']}/{owner['target']}/{owner['name']}" if owner else "-"


def version_number(live: LiveResource) -> int | None:
    """Number in its version set."""
    number = live.body.get("versionId")
    return int(number) if number is not None else None


def version_text(live: LiveResource) -> str:
    """`v3`, with its label; a dash for what is in no version set."""
    number, label = version_number(live), live.body.get("versionLabel")
    return " ".join(str(part) for part in (f"v{number}" if number is not None else "-", label) if part)


def served_model(live: LiveResource) -> str | None:
    """OCID of the model that a deployment serves; None where it serves a group."""
    details: dict[str, Any] = live.body.get("modelDeploymentConfigurationDetails") or {}
    model = (details.get("modelConfigurationDetails") or {}).get("modelId")
    return str(model) if model else None
