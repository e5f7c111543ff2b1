"""What one manifest wants in the catalog and as its endpoint: plain JSON bodies, ready to be compared and sent.

This is what compile leaves in `build/<name>/` and what the planner works from, without pydantic. It says nothing of
the target: compartment, project and owner tags join at plan time; `${var.NAME}` stays until `substitute`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, Literal, Self, TypeAlias

from compiler.planning.canonical import Body, Path, comparable, config_digest, leaves, text
from compiler.planning.concealment import conceal

State: TypeAlias = Literal["active", "inactive", "absent"]


@dataclass(frozen=True, slots=True)
class ArtifactFacts:
    """What planning must know of a compiled artifact."""

    digest: str
    """`sha256:…` over the artifact's files."""
    size: int
    """Bytes of its zip."""
    input_schema: str | None = None
    """Text of input_schema.json."""
    output_schema: str | None = None
    custom_metadata: tuple[Body, ...] = ()
    """OCI `Metadata` objects read from the artifact."""
    defined_metadata: tuple[Body, ...] = ()


@dataclass(frozen=True, slots=True)
class Staging:
    """The bucket a large artifact goes through."""

    namespace: str
    bucket: str
    prefix: str
    keep: bool = False
    always: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that hangs on an entry of the custom metadata."""

    key: str
    path: str
    """Relative to the manifest's folder."""
    sha256: str


@dataclass(frozen=True, slots=True)
class DesiredModel:
    """One version in the catalog."""

    artifact: str
    """Digest: the identity of a version."""
    size: int
    body: Body
    """CreateModelDetails without compartmentId, projectId, modelVersionSetId and our own tags."""
    provenance: Body
    """CreateModelProvenanceDetails; only trainingScript and trainingId are ever compared."""
    version_set: str
    """Name of the model version set; `own_set` says whether the manifest chose it."""
    own_set: bool = True
    keep_versions: int | None = None
    """None: all."""
    staging: Staging | None = None
    attachments: tuple[Attachment, ...] = ()
    by_reference: bool = False
    """Whether the files stay in the bucket of `staging`, and the catalog only points to them."""

    @property
    def settings(self) -> Body:
        """What may be changed on a version without new bytes: the schemas are part of the artifact."""
        return {**self.settings_body, "provenance": diffed_provenance(self.provenance), **self._more()}

    @property
    def settings_body(self) -> Body:
        """`body` without the schemas: UpdateModelDetails as far as the manifest sets them."""
        return {key: value for key, value in self.body.items() if key not in ("inputSchema", "outputSchema")}

    @property
    def owned_paths(self) -> frozenset[Path]:
        """Paths of the version's settings that the manifest sets."""
        provenance = {"provenance": diffed_provenance(self.provenance)}
        return frozenset(leaves(comparable({**self.settings_body, **provenance})))

    @property
    def config(self) -> str:
        """The value of the tag `manifact-config`."""
        return config_digest(self.settings)

    def _more(self) -> Body:
        more: Body = {"attachments": {item.key: item.sha256 for item in self.attachments}}
        if self.by_reference and self.staging and self.staging.keep:
            more["keep"] = True
        return more if self.own_set else {**more, "versionSet": self.version_set}


@dataclass(frozen=True, slots=True)
class SmokeTest:
    """What is asked of the endpoint once it is up, and what it must answer."""

    request: Any
    """JSON payload of one request."""
    expected: tuple[Any, ...] = ()
    """One prediction a row; empty: any answer of status 200 passes."""
    tolerance: float = 1e-6
    """|a-b| <= tolerance * max(1, |b|)"""
    batch: int = 1
    """Rows that a request must have a multiple of; 0 for a request of the user's own, which is not taken apart."""
    form: str = ""
    """The form in which its rows are sent (`passes.samples.request_forms`); empty: as `request` is."""


@dataclass(frozen=True, slots=True)
class DesiredDeployment:
    """The endpoint. `modelId` in its body is the reference `${model.id}` unless the manifest names a model."""

    state: State
    body: Body
    """CreateModelDeploymentDetails without compartmentId, projectId and our own tags."""
    protect: bool = False
    ignore: tuple[str, ...] = ()
    """Manifest names of the fields whose live value is left alone after creation."""
    sensitive: tuple[str, ...] = ()
    """Names of environment variables whose value must never be seen."""
    smoke: SmokeTest | None = None

    def config(self, serves: str) -> str:
        """The value of `manifact-config`; `serves` is the artifact's digest or the model's OCID."""
        return config_digest({**comparable(self.body), "serves": serves, "state": self.state})

    def test_digest(self, serves: str) -> str:
        """The value of `manifact-failed`: these settings, under this test."""
        smoke = self.smoke
        # Not `asdict`: a copy of all golden rows takes longer than their digest.
        # The form is found by asking, and is no part of what is asked for.
        test = {f.name: getattr(smoke, f.name) for f in fields(smoke) if f.name != "form"} if smoke else None
        return config_digest({"config": self.config(serves), "test": text(test)})


@dataclass(frozen=True, slots=True)
class Desired:
    """Everything one manifest asks of a target."""

    name: str
    model: DesiredModel | None
    """None: the catalog is left alone (`spec.modelId`)."""
    deployment: DesiredDeployment | None
    """None: unmanaged, left alone."""
    model_id: str | None = None
    """OCID of the model in the catalog that is to be deployed."""
    renamed_from: str | None = None
    suspend: bool = False
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Values of sensitive environment variables by their name: only in memory, in no file, view or digest."""
    concealed: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    """Texts filled in from the environment -> what the manifest says there: only in memory, and shown instead."""

    @property
    def serves(self) -> str:
        """What the deployment serves: an artifact's digest, or the OCID of a model."""
        return self.model.artifact if self.model else (self.model_id or "")

    def to_json(self) -> Body:
        """JSON form; without the secrets, and with the manifest's text where a value came from the environment."""
        names = [field.name for field in fields(self) if field.name not in ("secrets", "concealed")]
        return {name: conceal(_plain(getattr(self, name)), self.concealed) for name in names}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`; raises KeyError or TypeError when `data` is of another form."""
        model, deployment = data["model"], data["deployment"]
        return cls(
            name=data["name"],
            model=_model(model) if model else None,
            deployment=_deployment(deployment) if deployment else None,
            model_id=data["model_id"],
            renamed_from=data["renamed_from"],
            suspend=data["suspend"],
        )


def names_of(desired: Iterable[Desired]) -> frozenset[str]:
    """The names under which something may be live for these manifests."""
    active = [item for item in desired if not item.suspend]
    return frozenset(item.name for item in active) | {item.renamed_from for item in active if item.renamed_from}


def diffed_provenance(provenance: Mapping[str, Any]) -> Body:
    """The part of the provenance that the manifest sets: git facts are recorded once and never compared."""
    return {key: provenance[key] for key in ("trainingScript", "trainingId") if provenance.get(key)}


def _plain(value: Any) -> Any:
    """Our own values as JSON has them; unlike `asdict` without a copy of every golden row."""
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return tuple(map(_plain, value)) if isinstance(value, tuple) and value and is_dataclass(value[0]) else value


def _model(data: Mapping[str, Any]) -> DesiredModel:
    staging = Staging(**data["staging"]) if data["staging"] else None
    attachments = tuple(Attachment(**item) for item in data["attachments"])
    return DesiredModel(**{**data, "staging": staging, "attachments": attachments})


def _deployment(data: Mapping[str, Any]) -> DesiredDeployment:
    smoke = data["smoke"]
    known = SmokeTest(**{**smoke, "expected": tuple(smoke["expected"])}) if smoke else None
    lists = {key: tuple(data[key]) for key in ("ignore", "sensitive")}
    return DesiredDeployment(**{**data, **lists, "smoke": known})
