"""From a raw request target to an operation. Segments are split before they are decoded, so `%2F` stays in a name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, unquote

from compiler.localcloud.http.calls import Route
from compiler.localcloud.http.errors import ServiceError
from compiler.localcloud.http.messages import Request


class Router:
    """A table of routes."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = [(route, _segments(route.path)) for route in routes]

    def match(self, method: str, target: str) -> tuple[Route, Mapping[str, str], Mapping[str, str]]:
        """The route of a request with its path and query parameters; raises 404 or 405.

        Empty segments are dropped: a service endpoint with a trailing slash gives `//20190101/…` (SDK 2.189).
        """
        raw, _, query = target.partition("?")
        segments = _segments(raw)
        allowed = False
        for route, template in self._routes:
            path = _parameters(template, segments)
            if path is None:
                continue
            if route.method == method:
                return route, path, dict(parse_qsl(query, keep_blank_values=True))
            allowed = True
        if allowed:
            raise ServiceError(405, "MethodNotAllowed", f"{method} is not allowed on {raw}")
        raise ServiceError(404, "NotFound", f"The embedded OCI has no operation {method} {raw}")

    def may_be_unsigned(self, request: Request, *, strict: bool) -> bool:
        """Whether the request goes to an operation that takes unsigned requests; where `strict`, fewer do."""
        segments = _segments(request.target.partition("?")[0])
        return any(
            (route.carries_permission or (route.unsigned and not strict))
            and route.method == request.method
            and _parameters(template, segments) is not None
            for route, template in self._routes
        )


def _segments(path: str) -> list[str]:
    return [part for part in path.split("/") if part]


def _parameters(template: list[str], segments: list[str]) -> dict[str, str] | None:
    rest = bool(template) and template[-1].endswith("*}")
    if len(segments) < len(template) if rest else len(segments) != len(template):
        return None
    found: dict[str, str] = {}
    for index, (part, segment) in enumerate(zip(template, segments, strict=False)):
        if part.endswith("*}"):
            found[part[1:-2]] = unquote("/".join(segments[index:]))
        elif part.startswith("{"):
            found[part[1:-1]] = unquote(segment)
        elif part != segment:
            return None
    return found
