"""What `import` takes over, and the files it writes for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from compiler.engine.session import Session
from compiler.cloud.datascience.models import read_model
from compiler.planning.live.observed import title
from compiler.cloud.stable import read_when_stable
from compiler.cloud.connect.watch import WaitOptions
from compiler.diagnostics import CompilerError, failure
from compiler.planning import tags
from compiler.planning.importing.adoption import owner_of
from compiler.planning.live.observed import Kind
from compiler.planning.importing.manifest_from_live import (
    ManifestFragment,
    catalog_from_live,
    deployment_from_live,
    use_case,
)
from compiler.planning.importing.yaml_text import mapping
from compiler.planning.live.observed import LiveResource, Observed

ARTIFACT = "artifact"
MOST_TAGS = 10
"""Free-form tags a resource (OCI docs, tagging limits)."""
_STATES = {Kind.MODEL: ("ACTIVE", "INACTIVE"), Kind.DEPLOYMENT: ("ACTIVE", "INACTIVE")}


@dataclass(frozen=True, slots=True)
class Taken:
    """What is to be taken over, read in full."""

    model: LiveResource
    deployment: LiveResource | None
    by_id: bool = False
    """The model stays whose it is: the manifest names its OCID, and only the deployment is taken over."""

    @property
    def lives(self) -> tuple[tuple[Kind, LiveResource], ...]:
        """What gets our tags."""
        model = () if self.by_id else ((Kind.MODEL, self.model),)
        return (*model, *(((Kind.DEPLOYMENT, self.deployment),) if self.deployment else ()))

    @property
    def name(self) -> str:
        """The name that the manifest gets where none is given: that of its owner before, else the display name."""
        first = self.deployment or self.model
        return first.tags.get(tags.NAME) or title(first)


def take(session: Session, kind: Kind, identifier: str, watch: WaitOptions, *, by_id: bool) -> Taken:
    """Read what the OCID names, once it rests. Raises `CompilerError` MF764 for what a manifest cannot describe."""
    connection = session.connection
    if kind is Kind.MODEL:
        if by_id:
            raise failure(
                "MF764", "--by-id is about a deployment, and this is a model", hint="say the deployment's OCID"
            )
        return Taken(read_model(connection, identifier), None)
    deployment = read_when_stable(connection, identifier, watch)
    details = deployment.body.get("modelDeploymentConfigurationDetails") or {}
    if details.get("deploymentType") != "SINGLE_MODEL":
        kind_of = details.get("deploymentType", "of an unknown type")
        raise failure("MF764", f"the deployment is {kind_of}: a manifest describes SINGLE_MODEL deployments")
    model = read_model(connection, str(details["modelConfigurationDetails"]["modelId"]))
    return Taken(model, deployment, by_id)


def check(taken: Taken, name: str, observed: Observed, session: Session) -> None:
    """Raise MF760 for what somebody else owns, and for a name that is taken; MF764 for what cannot be taken over."""
    place = session.connection.place
    for kind, live in taken.lives:
        if live.body.get("projectId") != place.project_id or live.body.get("compartmentId") != place.compartment_id:
            raise failure("MF764", f"the {kind} is in another compartment or project than target '{place.target}'")
        if live.state not in _STATES[kind]:
            raise failure("MF764", f"the {kind} is {live.state}: it must be ACTIVE or INACTIVE")
        owner, wanted = owner_of(live), "/".join(place.owner(name).values())
        if owner is not None and owner != wanted:
            raise failure("MF760", f"the {kind} belongs to {owner}", hint="only what nobody owns can be taken over")
        count = len(tags.foreign(live.tags)) + (tags.MOST_OURS - (kind is Kind.MODEL))
        if count > MOST_TAGS:
            hint = f"take away {count - MOST_TAGS}; defined tags have room for 64"
            raise failure("MF764", f"the {kind} has too many free-form tags: there is room for {MOST_TAGS}", hint=hint)
    if not taken.by_id and taken.model.body.get("isModelByReference"):
        hint = "--by-id takes over its deployment alone"
        raise failure("MF764", "the model is by reference: the API does not tell where its files lie", hint=hint)
    ids = {live.id for _, live in taken.lives}
    # Other versions of one set stay what they are: a version whose tags were wiped comes back to them.
    version_set = taken.model.body.get("modelVersionSetName")
    models = [
        live
        for live in observed.named(observed.models, place, name)
        if version_set is None or live.summary.get("modelVersionSetName") != version_set
    ]
    for live in (*models, *observed.named(observed.deployments, place, name)):
        if not live.deleted and live.id not in ids:
            hint = "choose another name with --name"
            raise failure("MF760", f"'{name}' has {live.id} in target '{place.target}' already", hint=hint)


@dataclass(frozen=True, slots=True)
class Written:
    """A manifest as it is to be written."""

    text: str
    notes: tuple[str, ...]
    variables: tuple[str, ...]
    new: bool
    """Whether there is none yet: what somebody has written stays."""


def manifest_for(taken: Taken, name: str, files: Sequence[str], *, new: bool) -> Written:
    """The manifest that makes just what is live; `files` are those of the artifact."""
    catalog = catalog_from_live(taken.model.body, taken.model.provenance) if not taken.by_id else ManifestFragment({})
    deployment = deployment_from_live(taken.deployment.body) if taken.deployment else None
    spec: dict[str, Any] = {"modelId": taken.model.id} if taken.by_id else _source(taken, deployment, files)
    if not taken.by_id:
        spec["catalog"] = catalog.fragment
    if deployment:
        spec["deployment"] = deployment.fragment
    notes = {"catalog": catalog.notes, "deployment": deployment.notes if deployment else ()}
    head = {"apiVersion": "manifact/v1", "kind": "Model", "metadata": {"name": name}}
    origin = f"# Imported: {' and '.join(live.id for _, live in taken.lives)}\n"
    text = f"{origin}{mapping(head)}spec:\n{mapping(spec, notes, 2)}"
    every = tuple(note for found in notes.values() for note in found)
    return Written(text, every, deployment.variables if deployment else (), new)


def check_files(text: str, work: Path, root: Path) -> None:
    """Read the manifest and the artifact as compile will, in the folder `work` where they wait to be put in place.

    A folder with a manifest that does not compile would stop every plan of its project. Raises `CompilerError`.
    """
    from compiler.compilation.full_build import assembled

    manifest = work / "imported"  # no pattern of a project finds it here, whatever ends this process
    manifest.write_text(text, encoding="utf-8")
    try:
        with assembled(manifest, root):
            pass
    except CompilerError as problem:
        hint = "nothing was written; `manifact pull` brings the files as they are, --by-id takes a deployment alone"
        raise CompilerError(*(replace(d, where=None, hint=hint) for d in problem.diagnostics)) from None
    manifest.unlink()


def _source(taken: Taken, deployment: ManifestFragment | None, files: Sequence[str]) -> dict[str, Any]:
    """`spec.artifact` and `spec.useCase`."""
    from typing import get_args

    from compiler.spec.source import UseCase

    container = "container" in deployment.fragment if deployment else not {"score.py", "runtime.yaml"} <= set(files)
    source: dict[str, Any] = {"artifact": {"path": ARTIFACT, **({"contract": "container"} if container else {})}}
    case = use_case(taken.model.body)
    return {**source, "useCase": case} if case in get_args(UseCase) else source


def place_for(directory: Path | None, name: str, root: Path) -> Path:
    """Where the manifest goes: the folder that was said, or one where the project looks for manifests."""
    from compiler.workspace.project import open_workspace

    if directory is not None:
        return directory.resolve()
    workspace = open_workspace(root, root)
    pattern = workspace.project.manifests[0] if workspace.project else ""
    before, star, _ = pattern.partition("/*/")
    return root / before / name if star and "*" not in before else Path.cwd() / name
