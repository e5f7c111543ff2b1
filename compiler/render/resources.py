"""Resources of a target as lists show them."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from compiler.planning.live.observed import of_kind, title
from compiler.planning import tags
from compiler.planning.live.observed import Kind
from compiler.planning.live.observed import LiveResource, Observed
from compiler.planning.tags import Scope
from compiler.planning.summaries import deployment_summary

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


def chosen(observed: Observed, kinds: Iterable[Kind], place: Scope, arguments: argparse.Namespace) -> list[Resource]:
    """What the filters of `list` leave, kind by kind, by name, oldest first."""
    found = []
    for kind in kinds:
        lives = sorted(of_kind(observed, kind), key=lambda live: (title(live), live.age))
        found += [Resource(kind, live) for live in lives if _fits(live, place, arguments)]
    return found


def head(kind: Kind) -> tuple[str, ...]:
    """The names of the columns."""
    return _HEADS[kind]


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
    url, model = item.live.body.get("modelDeploymentUrl"), item.live.model_id
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
        "model": live.model_id or None if deployed else None,
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


def _fits(live: LiveResource, place: Scope, arguments: argparse.Namespace) -> bool:
    if not arguments.all and (live.deleted or live.body.get("projectId") != place.project_id):
        return False
    if arguments.ours and not place.owns(live.tags):
        return False
    if arguments.state and live.state not in {state.upper() for state in arguments.state}:
        return False
    names = f"{title(live)}\n{live.tags.get(tags.NAME, '')}".lower()
    return not arguments.name or arguments.name.lower() in names
