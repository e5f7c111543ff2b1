"""What `import` takes over, and the files it writes for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from compiler.cloud.connect.watch import WaitOptions
from compiler.cloud.datascience.models import read_model
from compiler.cloud.stable import read_when_stable
from compiler.diagnostics import CompilerError, failure
from compiler.engine.session import Session
from compiler.planning import tags
from compiler.planning.importing.adoption import owner_of
from compiler.planning.importing.manifest_from_live import (
    ManifestFragment,
    catalog_from_live,
    deployment_from_live,
    use_case,
)
from compiler.planning.importing.yaml_text import mapping
from compiler.planning.live.observed import Kind, LiveResource, Observed, title

ARTIFACT = "artifact"
MOST_TAGS = 10
"""Free-form tags a resource (OCI docs, tagging limits)."""
_STATES = {Kind.MODEL: ("ACTIVE", "INACTIVE"), Kind.DEPLOYMENT: ("ACTIVE", "INACTIVE")}


@dataclass(frozen=True, slots=True)
class AdoptionSource:
    """The resource to import, read in full."""

    model: LiveResource
    deployment: LiveResource | None
    by_id: bool = False
    """The model stays whose it is: the manifest names its OCID, and only the deployment is adopted."""

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


def read_source(session: Session, kind: Kind, identifier: str, watch: WaitOptions, *, by_id: bool) -> AdoptionSource:
    """Read what the OCID names, once it rests. Raises `CompilerError` MF764 for what a manifest cannot describe."""
    connection = session.connection
    if kind is Kind.MODEL:
        if by_id:
            raise failure(
                "MF764", "--by-id is about a deployment, and this is a model", hint="say the deployment's OCID"
            )
        return AdoptionSource(read_model(connection, identifier), None)
    deployment = read_when_stable(connection, identifier, watch)
    details = deployment.body.get("modelDeploymentConfigurationDetails") or {}
    if details.get("deploymentType") != "SINGLE_MODEL":
        kind_of = details.get("deploymentType", "of an unknown type")
        raise failure("MF764", f"the deployment is {kind_of}: a manifest describes SINGLE_MODEL deployments")
    model = read_model(connection, str(details["modelConfigurationDetails"]["modelId"]))
    return AdoptionSource(model, deployment, by_id)


def check_source(source: AdoptionSource, name: str, observed: Observed, session: Session) -> None:
    """Raise MF760 for what somebody else owns, and for a name that is taken; MF764 for what cannot be adopted."""
    place = session.connection.place
    for kind, live in source.lives:
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
    if not source.by_id and source.model.body.get("isModelByReference"):
        hint = "--by-id takes over its deployment alone"
        raise failure("MF764", "the model is by reference: the API does not tell where its files lie", hint=hint)
    ids = {live.id for _, live in source.lives}
    # Other versions of one set stay what they are: a version whose tags were wiped comes back to them.
    version_set = source.model.body.get("modelVersionSetName")
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
class GeneratedManifest:
    """A manifest as it is to be written."""

    text: str
    notes: tuple[str, ...]
    variables: tuple[str, ...]
    new: bool
    """Whether there is none yet: what somebody has written stays."""


def manifest_for(source: AdoptionSource, name: str, files: Sequence[str], *, new: bool) -> GeneratedManifest:
    """The manifest that makes just what is live; `files` are those of the artifact."""
    catalog = (
        catalog_from_live(source.model.body, source.model.provenance) if not source.by_id else ManifestFragment({})
    )
    deployment = deployment_from_live(source.deployment.body) if source.deployment else None
    spec: dict[str, Any] = {"modelId": source.model.id} if source.by_id else _source(source, deployment, files)
    if not source.by_id:
        spec["catalog"] = catalog.fragment
    if deployment:
        spec["deployment"] = deployment.fragment
    notes = {"catalog": catalog.notes, "deployment": deployment.notes if deployment else ()}
    head = {"apiVersion": "manifact/v1", "kind": "Model", "metadata": {"name": name}}
    origin = f"# Imported: {' and '.join(live.id for _, live in source.lives)}\n"
    text = f"{origin}{mapping(head)}spec:\n{mapping(spec, notes, 2)}"
    every = tuple(note for found in notes.values() for note in found)
    return GeneratedManifest(text, every, deployment.variables if deployment else (), new)


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


def _source(source: AdoptionSource, deployment: ManifestFragment | None, files: Sequence[str]) -> dict[str, Any]:
    """`spec.artifact` and `spec.useCase`."""
    from typing import get_args

    from compiler.spec.source import UseCase

    container = "container" in deployment.fragment if deployment else not {"score.py", "runtime.yaml"} <= set(files)
    spec: dict[str, Any] = {"artifact": {"path": ARTIFACT, **({"contract": "container"} if container else {})}}
    case = use_case(source.model.body)
    return {**spec, "useCase": case} if case in get_args(UseCase) else spec


def directory_for(directory: Path | None, name: str, session: Session) -> Path:
    """Where the manifest goes: the folder that was said, or one where the project looks for manifests."""
    from compiler.workspace.project import open_workspace

    if directory is not None:
        return directory.resolve()
    root = session.root
    workspace = open_workspace(root, root)
    pattern = workspace.project.manifests[0] if workspace.project else ""
    before, star, _ = pattern.partition("/*/")
    return root / before / name if star and "*" not in before else session.checkout.start / name
