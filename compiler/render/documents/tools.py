"""What `--json` prints of the tool itself: codes, conda packs, the embedded OCI."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from compiler.render.documents.artifacts import IsolationDocument
from compiler.render.documents.problems import Problem


class FindingDocument(TypedDict):
    """One thing that `doctor` looked at."""

    check: str
    """What: python, a library, java, isolation, project, store or a target."""
    state: Literal["good", "missing", "wrong"]
    """`missing` is what only some models need, `wrong` what does not work as it is."""
    detail: str
    """What was found."""
    mend: str | None
    """What to do about it; null where all is well."""


class DoctorDocument(TypedDict):
    """What `doctor --json` prints."""

    formatVersion: Literal[1]
    """Version of this form."""
    findings: list[FindingDocument]
    """In the order in which they were looked at."""


class CodeDocument(TypedDict):
    """One diagnostic code."""

    code: str
    """`MF102`, say."""
    title: str
    """What it is, in a few words."""
    explanation: str
    """What it means and what to do about it."""
    advice: str | None
    """The next step, where it does not depend on the place."""
    exitCode: int
    """The exit code it leads to."""


class ExplainDocument(TypedDict):
    """What `explain --json` prints."""

    formatVersion: Literal[1]
    """Version of this form."""
    codes: list[CodeDocument]
    """The code that was asked for, or all."""


class PackDocument(TypedDict):
    """One conda pack."""

    slug: str
    """Its name."""
    path: str
    """`oci://bucket@namespace/…`"""
    python: str
    """Version of Python in it."""


class LockDocument(TypedDict):
    """What `lock --json` prints."""

    formatVersion: Literal[1]
    """Version of this form."""
    lock: str | None
    """The file that was written; null with `--list`."""
    packs: list[PackDocument]
    """The packs that are locked, or with `--list` all of the index."""


class FetchedFile(TypedDict):
    """One file that a manifest names by `uri`."""

    uri: str
    """`oci://bucket@namespace/object`"""
    sha256: str
    """What the manifest says its bytes hash to."""
    path: str | None
    """Where it lies now; null when it could not be fetched."""
    fetched: bool
    """Whether this run brought it; false: it was here already, or it could not be fetched."""


class FetchDocument(TypedDict):
    """What `fetch --json` prints."""

    formatVersion: Literal[1]
    """Version of this form."""
    files: list[FetchedFile]
    """All files that the manifests name by `uri`."""
    diagnostics: list[Problem]
    """Why some could not be fetched."""


class ServeDocument(TypedDict):
    """What `serve --json` prints once the model answers."""

    formatVersion: Literal[1]
    """Version of this form."""
    name: str
    """Name of the manifest, the folder or the archive."""
    url: str
    """Where to POST to: `http://127.0.0.1:8080/predict`."""
    port: int
    """The loopback port."""
    workers: int
    """Processes that answer."""
    isolated: bool
    """Whether these processes are isolated completely: network, files and processes."""
    isolation: IsolationDocument
    """Which aspect of the isolation holds."""


class LocalServeDocument(TypedDict):
    """What `local serve --json` prints once the port is open."""

    formatVersion: Literal[1]
    """Version of this form."""
    url: str
    """Where the embedded OCI answers."""
    environment: dict[str, str]
    """Environment variables for other clients."""


class ServerDocument(TypedDict):
    """One model server that runs."""

    port: int
    """Its loopback port."""
    pid: int
    """Its process."""
    state: str
    """`serving`, say."""


class LocalStatusDocument(TypedDict):
    """What `local status --json` prints."""

    formatVersion: Literal[1]
    """Version of this form."""
    store: str
    """The store's folder."""
    url: str | None
    """Where `local serve` answers; null when no port is open."""
    servers: list[ServerDocument]
    """The model servers that run."""


class LocalStopDocument(TypedDict):
    """What `local stop --json` prints."""

    formatVersion: Literal[1]
    """Version of this form."""
    ended: int
    """How many servers of deployments were ended."""
    url: str | None
    """Where `local serve` still serves the store; null when no port is open."""


class LocalResetDocument(TypedDict):
    """What `local reset --json` prints."""

    formatVersion: Literal[1]
    """Version of this form."""
    deleted: str
    """The store's folder."""
