"""Show: one model, deployment or version set in full, whoever made it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from compiler.engine.checkout import Checkout
from compiler.engine.reference import loaded_manifest, name_or_ocid
from compiler.engine.result import Result
from compiler.engine.session import TargetRequest, open_session
from compiler.events import Listener, ignore

if TYPE_CHECKING:
    from compiler.planning.live.observed import Kind
    from compiler.render.documents.resources import ShowDocument
    from compiler.render.lines import Line


@dataclass(frozen=True, slots=True)
class ShowRequest:
    """What to show."""

    resource: str
    """OCID or its end, name of a manifest (also its file or folder), display name."""
    target: TargetRequest = field(default_factory=TargetRequest)
    kind: Kind | None = None
    """What the name is of; None: a model, else a deployment, else a version set."""
    version: int | None = None
    """This version of the model; None: the newest."""


@dataclass(frozen=True, slots=True)
class ShowResult(Result):
    """One resource, and what it is seen in."""

    document: ShowDocument

    def lines(self, width: int | None = None) -> list[Line]:  # noqa: ARG002 - not cut
        """A head line, then blocks of names and values."""
        from compiler.render.show import show_lines

        return show_lines(self.document)

    def to_json(self) -> ShowDocument:
        """What `show --json` prints."""
        return self.document


def show_resource(checkout: Checkout, request: ShowRequest, listener: Listener = ignore) -> ShowResult:
    """Read it, and everything around it that tells what it is for.

    Raises `CompilerError` MF761 when it is not there.
    """
    from compiler.cloud.datascience.lookup import ALL_KINDS, find, listed
    from compiler.planning import tags
    from compiler.render.documents.show import ResourceContext, show_document

    word, start = name_or_ocid(checkout, request.resource)
    kinds = (request.kind,) if request.kind else ALL_KINDS
    with open_session(checkout, request.target, listener, start) as session:
        observed = listed(session.connection)
        found = find(session.connection, word, observed, kinds, request.version)
        live = found.read(session.connection)
        place = session.connection.place
    name = live.tags.get(tags.NAME)
    manifest = loaded_manifest(checkout, name, start) if name and place.owns(live.tags) else None
    return ShowResult(show_document(found.kind, live, ResourceContext(observed, place, manifest)))
