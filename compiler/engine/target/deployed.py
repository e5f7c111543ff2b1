"""The deployment that a model has, and what to do where it has none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from compiler.diagnostics import did_you_mean, failure
from compiler.engine.reference import ModelReference, loaded_manifest, manifest_names, manifest_of
from compiler.engine.session import Session
from compiler.planning import tags
from compiler.planning.live.observed import LiveResource
from compiler.workspace.root import as_typed
from compiler.workspace.targets import LOCAL

if TYPE_CHECKING:
    from pathlib import Path


def deployment_of(session: Session, model: ModelReference) -> str:
    """OCID of the live deployment of a model. Raises `CompilerError` MF743, with the step that leads to one."""
    from compiler.cloud.datascience.deployments import list_deployments
    from compiler.cloud.datascience.invoke import find_deployment

    deployments = tuple(map(LiveResource, list_deployments(session.connection)))
    found = find_deployment(session.connection, deployments, model.name)
    if found is None:
        message = f"'{model.name}' has no deployment in target '{session.name}'"
        raise failure("MF743", message, hint=_next_step(session, model, deployments))
    return found


def _next_step(session: Session, model: ModelReference, deployments: Sequence[LiveResource]) -> str:
    path = model.manifest or manifest_of(session.checkout, model.name, model.start)
    return _known(session, model, path) if path else _unknown(session, model, deployments)


def _known(session: Session, model: ModelReference, path: Path) -> str:
    """What keeps the manifest `path` from being deployed."""
    shown = as_typed(path)
    target = "" if session.name == LOCAL else f" --target {session.name}"
    loaded = loaded_manifest(session.checkout, model.name, path.parent)
    if loaded is None:
        return f"its manifest is wrong: `manifact validate {shown}` says what to mend"
    deployment = loaded.manifest.spec.deployment
    if deployment is None:
        return (
            f"its manifest deploys nothing: add `deployment: {{}}` under `spec`, then `manifact apply {shown}{target}`"
        )
    if deployment.state == "absent":
        return f"its manifest says `state: absent`: take the line out, then `manifact apply {shown}{target}`"
    return f"deploy it: `manifact apply {shown}{target}`"


def _unknown(session: Session, model: ModelReference, deployments: Sequence[LiveResource]) -> str:
    """The name of no manifest: what it was probably meant to be."""
    place = session.connection.place
    live = {live.tags.get(tags.NAME, "") for live in deployments if place.owns(live.tags) and not live.deleted}
    names = {*manifest_names(session.checkout, model.start), *live} - {""}
    meant = did_you_mean(model.name, names)
    listed = f"there are: {', '.join(sorted(names)[:8])}" if names else "no manifest is here: name the folder of one"
    return meant or f"no manifest here is called so; {listed}"
