"""A list that breaks off in the middle is no shorter list: nothing is called missing, and nothing is sent."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from oci._vendor.requests.exceptions import ConnectionError as NoConnection

from compiler.cloud.datascience import deployments, models, version_sets
from compiler.codes import ExitCode
from compiler.diagnostics import CompilerError
from testing.transports import refusal

DAY = 86_400
PAGES = 5
BREAKS = ("404 NotAuthorizedOrNotFound", "500 InternalServerError", "429 TooManyRequests", "no connection")


@pytest.mark.parametrize("path", ["/models", "/modelDeployments", "/modelVersionSets"])
@pytest.mark.parametrize("fault", BREAKS)
def test_a_list_that_breaks_on_page_3_of_5_has_nothing_called_missing(
    repository: Any, monkeypatch: pytest.MonkeyPatch, path: str, fault: str
) -> None:
    for number in range(PAGES):
        repository.write(f"m{number}", factor=2 + number)
    repository.settle()
    before = repository.live()
    assert len(before) == PAGES
    repository.remove("m3")
    repository.turn(prune=True)
    repository.pass_time(2 * DAY)
    for module in (models, deployments, version_sets):
        monkeypatch.setattr(module, "PAGE", 1)
    whole = Breaking(path, at=0, fault=fault)
    repository.patches.append(whole.mount)
    assert repository.turn(prune=True, plan_only=True).states["m0"].state == "InSync"
    assert whole.pages == PAGES
    repository.patches[:] = [(broken := Breaking(path, at=3, fault=fault)).mount]
    with pytest.raises(CompilerError) as stop:
        repository.turn(prune=True)
    assert stop.value.exit_code is ExitCode.ENVIRONMENT
    assert (broken.changes, broken.pages) == (0, 3)
    repository.patches.clear()
    assert repository.live() == before
    # Read to its end again, the list says what is orphaned, and that alone goes.
    assert repository.settle(prune=True).exit_code is ExitCode.OK
    assert set(repository.live()) == set(before) - {"m3"}


class Breaking:
    """A service whose list `path` does not get past its page number `at`, however often it is asked."""

    def __init__(self, path: str, at: int, fault: str) -> None:
        self.path, self.at, self.fault = path, at, fault
        self.tokens: list[str] = []
        self.changes = 0

    @property
    def pages(self) -> int:
        """How many pages were asked for; one that is asked for again counts once."""
        return len(self.tokens)

    def mount(self, connection: Any) -> None:
        session, outer = connection.data_science.base_client.session, self
        inner = session.adapters["http://"]

        class Transport:
            def send(self, request: Any, **options: Any) -> Any:
                refused = outer.refused(request)
                return inner.send(request, **options) if refused is None else refused  # a refusal is falsy

            def close(self) -> None:
                inner.close()

        session.adapters["http://"] = Transport()

    def refused(self, request: Any) -> Any:
        """The refusal of a request that is for the page in question; None for all others."""
        address = urlsplit(request.url)
        self.changes += request.method not in ("GET", "HEAD")
        if request.method != "GET" or not address.path.endswith(self.path):
            return None
        (token,) = parse_qs(address.query).get("page", ["first"])
        if token not in self.tokens:
            self.tokens.append(token)
        if not self.at or self.tokens.index(token) != self.at - 1:
            return None
        if self.fault == "no connection":
            raise NoConnection("there is no network")
        return refusal(request, *self.fault.split())
