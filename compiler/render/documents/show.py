"""What `show` tells of one resource."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from compiler.planning import tags
from compiler.planning.canonical import Path
from compiler.planning.desired.variables import PLACEHOLDER, environment_variables, with_variables
from compiler.planning.live.last_applied import read_last_applied
from compiler.planning.live.observed import Kind, LiveResource, Observed, title
from compiler.planning.secret_detection import redacted
from compiler.planning.tags import Scope
from compiler.render.resources import Resource, listed_document, owner_document, served_model
from compiler.workspace.project import LoadedManifest

if TYPE_CHECKING:
    from compiler.render.documents.resources import (
        AppliedDocument,
        ArtifactFactsDocument,
        ListedDocument,
        ServingDocument,
        ShowDocument,
    )


@dataclass(frozen=True, slots=True)
class ResourceContext:
    """What a resource is seen in."""

    observed: Observed
    place: Scope
    manifest: LoadedManifest | None
    """Of the manifest that owns it, where it is of this project and at hand."""


def show_document(kind: Kind, live: LiveResource, context: ResourceContext) -> ShowDocument:
    """The document that `show --json` prints, and that its view is made of."""
    return {
        "formatVersion": 1,
        "target": context.place.target,
        "kind": kind.value,
        "id": live.id,
        "name": title(live),
        "state": live.state,
        "owner": owner_document(live),
        "record": _record(live, context) if kind is Kind.DEPLOYMENT else dict(live.body),
        "provenance": live.provenance,
        "artifact": _artifact(live),
        "applied": _applied(kind, live, context),
        "deployments": _serving(live.id, context.observed) if kind is Kind.MODEL else [],
        "models": _models(kind, live, context.observed),
    }


def _record(live: LiveResource, context: ResourceContext) -> dict[str, Any]:
    variables = environment_variables(live.body)
    return with_variables(live.body, redacted(variables, _sensitive(live, context))) if variables else dict(live.body)


def _sensitive(live: LiveResource, context: ResourceContext) -> Collection[str] | None:
    """The environment variables that the manifest fills from variables.

    Of a deployment that a manifest owns which is not at hand, nothing is known, and nothing is shown.
    """
    if owner_document(live) is None:
        return ()
    deployment = context.manifest.manifest.spec.deployment if context.manifest else None
    if deployment is None:
        return None
    written = deployment.environment_variables.items()
    return [name for name, value in written if not isinstance(value, str) or PLACEHOLDER.search(value)]


def _artifact(live: LiveResource) -> ArtifactFactsDocument | None:
    if live.head is None:
        return None
    return {
        "size": live.head.size,
        "md5": live.head.md5,
        "recordedMd5": live.md5,
        "digest": live.tags.get(tags.ARTIFACT),
    }


def _applied(kind: Kind, live: LiveResource, context: ResourceContext) -> AppliedDocument | None:
    found = read_last_applied(live.body) if kind is Kind.MODEL else None
    if found is None:
        return None
    config = next((item.tags.get(tags.CONFIG) for item in context.observed.deployments if _serves(item, live.id)), None)
    return {
        "artifact": found.artifact,
        "model": _dotted(found.model),
        "deployment": _dotted(found.for_deployment(config)),
    }


def _dotted(paths: Collection[Path]) -> list[str]:
    return sorted(".".join(path) for path in paths)


def _serving(model: str, observed: Observed) -> list[ServingDocument]:
    return [
        {"id": item.id, "name": title(item), "state": item.state, "url": item.body.get("modelDeploymentUrl")}
        for item in observed.deployments
        if _serves(item, model)
    ]


def _serves(deployment: LiveResource, model: str) -> bool:
    return not deployment.deleted and served_model(deployment) == model


def _models(kind: Kind, live: LiveResource, observed: Observed) -> list[ListedDocument]:
    if kind is Kind.MODEL:
        return []
    alive = sorted((item for item in observed.models if not item.deleted), key=lambda item: item.age)
    if kind is Kind.DEPLOYMENT:
        members = [item for item in alive if item.id == served_model(live)]
    else:
        members = [item for item in alive if item.body.get("modelVersionSetId") == live.id]
    return [listed_document(Resource(Kind.MODEL, item)) for item in members]
