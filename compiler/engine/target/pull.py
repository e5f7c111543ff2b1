"""Pull: bring the artifact of a model, or of what a deployment serves, back into a directory."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.engine.checkout import Checkout
from compiler.engine.reference import name_or_ocid
from compiler.engine.result import Result
from compiler.engine.session import TargetRequest, open_session
from compiler.engine.target.planning import transferring
from compiler.events import Listener, ignore
from compiler.render.lines import Line

if TYPE_CHECKING:
    from compiler.cloud.connect.connection import Connection
    from compiler.cloud.pull import Pulled
    from compiler.render.documents.targets import PullDocument


@dataclass(frozen=True, slots=True)
class PullRequest:
    """What to bring, and where to."""

    model: str
    """Name of a manifest (what its deployment serves, else its newest version), display name, or OCID."""
    directory: Path
    """Made, empty or not there yet."""
    target: TargetRequest = field(default_factory=TargetRequest)
    version: int | None = None
    """This version of the model."""


@dataclass(frozen=True, slots=True)
class PullResult(Result):
    """What came."""

    pulled: Pulled
    directory: Path

    def lines(self, width: int | None = None) -> list[Line]:  # noqa: ARG002 - never long
        """Which model it is, whether it was checked, and where it is."""
        from compiler.render.words import count, digest, size

        pulled = self.pulled
        checked = "checked against the digest it was saved with" if pulled.checked else "nothing to check it against"
        return [
            Line(f"  {pulled.model}  {digest(pulled.digest)}  {checked}"),
            Line(f"  wrote {self.directory}  {count(pulled.files, 'file')}, {size(pulled.size)}"),
        ]

    def to_json(self) -> PullDocument:
        """What `pull --json` prints."""
        return {
            "formatVersion": 1,
            "model": self.pulled.model,
            "directory": str(self.directory),
            "digest": self.pulled.digest,
            "checked": self.pulled.checked,
        }


def pull_artifact(checkout: Checkout, request: PullRequest, listener: Listener = ignore) -> PullResult:
    """Download and check. Raises `CompilerError` MF751 for a directory that is not empty, MF761 for an unknown name."""
    from compiler.cloud.pull import pull

    word, start = name_or_ocid(checkout, request.model)
    with open_session(checkout, request.target, listener, start) as session:
        identifier = _identifier(session.connection, word, request.version)
        directory = checkout.path(request.directory)
        pulled = pull(session.connection, identifier, directory, transferring(word, listener))
    return PullResult(pulled, request.directory)


def _identifier(connection: Connection, word: str, version: int | None) -> str:
    """OCID of what is meant: of a manifest, what serves it rather than what was saved last."""
    from compiler.cloud.datascience.lookup import find, kind_of, listed
    from compiler.planning.live.observed import Kind

    if kind_of(word):
        return word
    observed = listed(connection, (Kind.MODEL, Kind.DEPLOYMENT))
    owner = connection.place.owner(word).items()
    serves = any(owner <= live.tags.items() and not live.deleted for live in observed.deployments)
    kinds = (Kind.DEPLOYMENT, Kind.MODEL) if serves else (Kind.MODEL, Kind.DEPLOYMENT)
    return find(connection, word, observed, kinds, version).id
