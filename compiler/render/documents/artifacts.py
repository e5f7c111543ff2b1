"""What `--json` prints of models, builds and artifacts on this machine."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

from compiler.emit.documents import FileDocument
from compiler.render.documents.problems import Problem


class Built(TypedDict):
    """One compiled manifest."""

    name: str
    """Name of the manifest."""
    manifest: str
    """Its file."""
    directory: str
    """The folder of the build: holds `artifact/`, `artifact.json` and `plan.json`."""
    unchanged: bool
    """Whether an earlier build was found to be what compiling would give."""
    digest: str | None
    """`sha256:…` over the artifact's files; null where a model of the catalog is deployed and nothing is built."""
    files: list[FileDocument]
    """Every file of the artifact."""
    framework: str | None
    """As ADS's taxonomy names it; null where nothing says."""
    frameworkVersion: str | None
    """null is "not recorded"."""
    algorithm: str | None
    """Class name of the estimator; null is "not recorded"."""
    diagnostics: list[Problem]
    """Warnings."""


class CompileDocument(TypedDict):
    """What `compile --json` prints."""

    formatVersion: Literal[1]
    """Version of this form."""
    builds: list[Built]
    """One for each manifest."""
    diagnostics: list[Problem]
    """What is wrong with the manifests that could not be compiled."""


class ValidateDocument(TypedDict):
    """What `validate --json` prints."""

    formatVersion: Literal[1]
    """Version of this form."""
    manifests: list[str]
    """The files of those that are valid."""
    diagnostics: list[Problem]
    """Problems and warnings of all."""


class InitDocument(TypedDict):
    """What `init --json` prints."""

    formatVersion: Literal[1]
    """Version of this form."""
    manifest: str
    """The file that was written."""
    name: str
    """Name of the model in it."""
    diagnostics: list[Problem]
    """What compile would say of it."""


class TensorDocument(TypedDict):
    """One named input or output of a model that records its signature."""

    name: str
    """Its name."""
    dtype: str
    """A numpy dtype name, or `string`."""
    shape: list[int | None] | None
    """null for an axis that varies; null altogether when the rank is not recorded."""


class InspectDocument(TypedDict):
    """What `inspect --json` prints: what a model file says of itself; null is "not recorded"."""

    formatVersion: Literal[1]
    """Version of this form."""
    framework: str | None
    """As ADS's taxonomy names it; null where nothing says."""
    format: str
    """The serialization."""
    version: str | None
    """The framework's version."""
    algorithm: str | None
    """Class name of the estimator."""
    hyperparameters: dict[str, Any] | None
    """Constructor parameters."""
    featureNames: list[str] | None
    """Names of the features, in order."""
    featureCount: int | None
    """Number of features."""
    classes: list[Any] | None
    """Labels of a classifier in the order of its probabilities."""
    categories: dict[str, list[Any] | None]
    """Feature (its position where features have no names) -> its categories in training order, null where the file
    does not record them."""
    outputsPerRow: int | None
    """Number of targets of a regressor with several."""
    inputs: list[TensorDocument]
    """Inputs of the recorded signature."""
    outputs: list[TensorDocument]
    """Outputs of the recorded signature."""
    methods: list[str]
    """What `spec.score.method` may name."""
    requires: list[str]
    """Distributions that loading the file needs."""
    versions: dict[str, str]
    """Versions of other distributions that the file records."""
    details: dict[str, Any]
    """What else its format records."""
    unknown: list[str]
    """Dotted names of code that are neither known nor denied."""
    places: dict[str, str]
    """Such a name -> where in the file it was first seen, for formats other than pickles."""
    servable: bool
    """False where the file is readable and holds no model to serve."""
    holds: str | None
    """What it holds then."""
    instead: str | None
    """What to save instead, or which field takes it."""


class CheckDocument(TypedDict):
    """One check of an artifact and its result."""

    key: str
    """Its name; ADS's where ADS has it."""
    category: str
    """What it is about."""
    description: str
    """What is checked."""
    error: str
    """What is said when it fails."""
    status: Literal["Passed", "Failed", "Skipped"]
    """Its result."""
    value: str | None
    """What was found, for checks that look at one value."""
    note: str
    """Why it was skipped."""
    ours: bool
    """Whether ADS does not know it."""


class IntrospectDocument(TypedDict):
    """What `introspect --json` prints."""

    formatVersion: Literal[1]
    """Version of this form."""
    passed: bool
    """Whether no check failed."""
    checks: list[CheckDocument]
    """ADS's checks first, in ADS's order, then ours."""


class IsolationDocument(TypedDict):
    """How far the process that ran the model was isolated; an aspect is false where the machine cannot enforce it."""

    network: bool
    """Whether it reached no network but a loopback interface of its own."""
    files: bool
    """Whether it saw only the files it needs to run, and wrote only in its scratch folder."""
    processes: bool
    """Whether it reached no other process."""


class VerificationDocument(TypedDict):
    """A verification that succeeded."""

    rows: int
    """Golden rows that were sent."""
    compared: bool
    """Whether the answers were compared: false without an output sample."""
    maxDifference: float
    """Greatest difference, relative above 1."""
    loadSeconds: float
    """How long the model took to load."""
    isolated: bool
    """Whether the process was isolated completely: network, files and processes."""
    isolation: IsolationDocument
    """Which aspect of the isolation held."""
    shapes: list[str]
    """The payload shapes that were answered alike."""


class VerifyDocument(TypedDict):
    """What `verify --json` prints."""

    formatVersion: Literal[1]
    """Version of this form."""
    name: str
    """Name of the manifest."""
    verification: VerificationDocument | None
    """null: there are no samples to verify with."""
