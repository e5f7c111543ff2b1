"""List: everything in the target's Data Science project, whoever made it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from compiler.engine.checkout import Checkout
from compiler.engine.result import Result
from compiler.engine.session import TargetRequest, open_session
from compiler.events import Listener, ignore
from compiler.planning import tags
from compiler.planning.live.observed import Kind, LiveResource, Observed
from compiler.planning.tags import Scope
from compiler.render.lines import Line
from compiler.render.resources import Resource

if TYPE_CHECKING:
    from compiler.render.documents.resources import ListDocument

ALL = (Kind.MODEL, Kind.DEPLOYMENT, Kind.VERSION_SET)


@dataclass(frozen=True, slots=True)
class ListRequest:
    """What to list."""

    kinds: tuple[Kind, ...] = ALL
    target: TargetRequest = field(default_factory=TargetRequest)
    managed: bool = False
    """Only what belongs to this project and target."""
    name: str | None = None
    """Only what has this text in its name, or in its manifest's."""
    states: tuple[str, ...] = ()
    """Only these lifecycle states; none: all."""
    everything: bool = False
    """Deleted resources and other Data Science projects as well."""

    @property
    def filtered(self) -> bool:
        """Whether something may be left out that was asked for."""
        return bool(self.managed or self.name or self.states)


@dataclass(frozen=True, slots=True)
class ListResult(Result):
    """What fits, kind by kind, by name, oldest first."""

    target: str
    resources: tuple[Resource, ...]
    filtered: bool

    def lines(self, width: int | None = None) -> list[Line]:
        """A table for each kind."""
        from compiler.render.resources import resource_lines

        nothing = Line("  nothing is there" + (" that fits" if self.filtered else ""))
        return resource_lines(self.resources, width) or [nothing]

    def to_json(self) -> ListDocument:
        """What `list --json` prints."""
        from compiler.render.resources import listed_document

        listed = [listed_document(item) for item in self.resources]
        return {"formatVersion": 1, "target": self.target, "resources": listed}


def list_resources(checkout: Checkout, request: ListRequest, listener: Listener = ignore) -> ListResult:
    """Send list requests only, and keep what the filters leave."""
    from compiler.cloud.datascience.lookup import listed

    with open_session(checkout, request.target, listener) as session:
        place = session.connection.place
        observed = listed(session.connection, request.kinds)
    return ListResult(place.target, tuple(_fitting(observed, place, request)), request.filtered)


def _fitting(observed: Observed, place: Scope, request: ListRequest) -> Iterable[Resource]:
    from compiler.planning.live.observed import of_kind, title

    for kind in request.kinds:
        for live in sorted(of_kind(observed, kind), key=lambda live: (title(live), live.age)):
            if _fits(live, title(live), place, request):
                yield Resource(kind, live)


def _fits(live: LiveResource, name: str, place: Scope, request: ListRequest) -> bool:
    if not request.everything and (live.deleted or live.body.get("projectId") != place.project_id):
        return False
    if request.managed and not place.owns(live.tags):
        return False
    if request.states and live.state not in {state.upper() for state in request.states}:
        return False
    names = f"{name}\n{live.tags.get(tags.NAME, '')}".lower()
    return not request.name or request.name.lower() in names
