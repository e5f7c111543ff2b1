"""Prune: seen twice, due, within its limit, and never when not all manifests are in view."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from compiler.codes import ExitCode
from compiler.diagnostics import CompilerError
from testing.transports import refusal

DAY = 86_400


@pytest.fixture
def two(repository: Any) -> Any:
    repository.write("a")
    repository.write("b", factor=3)
    repository.settle()
    return repository


def both(repository: Any) -> bool:
    return repository.live() == {"a": (1, 1), "b": (1, 1)}


def test_an_orphaned_name_is_pruned_when_it_was_seen_twice_and_is_due(two: Any) -> None:
    two.remove("b")
    first = two.turn(prune=True, signal_changes=True)
    assert (first.states["b"].reason, first.exit_code) == ("PendingPrune", ExitCode.CHANGES)
    two.pass_time(DAY - 60)
    assert two.turn(prune=True).states["b"].reason == "PendingPrune"
    assert both(two)
    two.pass_time(120)
    assert two.turn().states["b"].reason == "PruneRefused"  # nobody asked
    two.settle(prune=True)
    assert two.live() == {"a": (1, 1)}
    assert two.states(prune=True) == {"a": "InSync"}


def test_a_name_that_comes_back_within_the_grace_is_untouched(two: Any) -> None:
    two.remove("b")
    two.turn(prune=True)
    two.write("b", factor=3)
    two.pass_time(2 * DAY)
    assert two.settle(prune=True).states["b"].state == "InSync"
    two.remove("b")
    assert two.turn(prune=True).states["b"].reason == "PendingPrune"
    assert both(two)


def test_a_share_beyond_the_limit_is_not_pruned_until_that_difference_is_approved(repository: Any) -> None:
    repository.project(limits={"perTurn": 50, "change": "100%"})
    names = [f"m{number}" for number in range(10)]
    for name in names:
        repository.write(name)
    repository.settle()
    repository.remove(*names[:4])
    repository.turn(prune=True)
    repository.pass_time(2 * DAY)
    blocked = repository.turn(prune=True)
    assert blocked.exit_code is ExitCode.REFUSED
    assert {state.reason for state in blocked.states.values()} == {"InSync", "LimitExceeded"}
    (key,) = {state.approve for state in blocked.states.values() if state.approve}
    assert repository.turn(prune=True, approve=frozenset({"0" * 16})).exit_code is ExitCode.REFUSED
    assert len(repository.live()) == 10
    repository.turn(prune=True, approve=frozenset({key}))
    assert len(repository.settle(prune=True).states) in (6, 10)


def project_renamed(repository: Any) -> None:
    repository.project("attic")


def glob_misspelt(repository: Any) -> None:
    repository.write_project(
        {
            "apiVersion": "manifact/v1",
            "kind": "Project",
            "metadata": {"name": "cellar"},
            "manifests": ["models/a/*.yaml", "model/*"],
        }
    )


def glob_of_nothing(repository: Any) -> None:
    repository.write_project(
        {"apiVersion": "manifact/v1", "kind": "Project", "metadata": {"name": "cellar"}, "manifests": ["modells/*"]}
    )


def glob_narrowed(repository: Any) -> None:
    repository.write_project(
        {
            "apiVersion": "manifact/v1",
            "kind": "Project",
            "metadata": {"name": "cellar"},
            "manifests": ["models/a/model.yaml"],
        }
    )


def cut_in_half(repository: Any) -> None:
    path = repository.root / "models" / "b" / "model.yaml"
    path.write_text(path.read_text()[:25])


def all_removed(repository: Any) -> None:
    repository.remove("a", "b")


def project_file_removed(repository: Any) -> None:
    (repository.root / "manifact.yaml").unlink()


def submodule_missing(repository: Any) -> None:
    (repository.root / ".gitmodules").write_text('[submodule "b"]\n\tpath = models/b\n\turl = https://example.org/b\n')
    repository.remove("b")
    (repository.root / "models" / "b").mkdir()


def protected(repository: Any) -> None:
    repository.write("b", factor=3, protect=True)
    repository.settle()
    repository.remove("b")


def renamed(repository: Any) -> None:
    repository.remove("b")
    path = repository.write("c", factor=3, metadata={"renamedFrom": "b"})
    document = json.loads(path.read_text())
    document["spec"]["useCase"] = "nonsense"
    path.write_text(json.dumps(document))


@pytest.mark.parametrize(
    "accident",
    [
        project_renamed,
        glob_misspelt,
        glob_of_nothing,
        glob_narrowed,
        cut_in_half,
        all_removed,
        project_file_removed,
        submodule_missing,
        protected,
        renamed,
    ],
)
def test_doubt_never_deletes(two: Any, accident: Callable[[Any], None]) -> None:
    accident(two)
    for _ in range(4):
        # A renamed project would make a fleet of its own, which is no deletion; it is not carried out here.
        with contextlib.suppress(CompilerError):
            two.turn(prune=True, plan_only=accident is project_renamed)
        two.pass_time(2 * DAY)
    assert both(two)


@pytest.mark.parametrize("path", ["/models", "/modelDeployments", "/modelVersionSets"])
@pytest.mark.parametrize("status", ["404 NotAuthorizedOrNotFound", "500 InternalServerError", "429 TooManyRequests"])
def test_a_list_that_cannot_be_read_to_its_end_is_no_empty_list(two: Any, path: str, status: str) -> None:
    two.remove("b")
    two.turn(prune=True)
    two.pass_time(2 * DAY)

    def refuse(connection: Any) -> None:
        session = connection.data_science.base_client.session
        inner = session.adapters["http://"]

        class Refusing:
            def send(self, request: Any, **options: Any) -> Any:
                if request.method == "GET" and request.path_url.partition("?")[0].endswith(path):
                    return refusal(request, *status.split())
                return inner.send(request, **options)

            def close(self) -> None:
                inner.close()

        session.adapters["http://"] = Refusing()

    two.patches.append(refuse)
    with pytest.raises(CompilerError) as stop:
        two.turn(prune=True)
    assert stop.value.exit_code is ExitCode.ENVIRONMENT
    two.patches.clear()
    assert both(two)


def test_an_orphaned_name_is_given_up_where_only_our_tags_are_to_go(two: Any) -> None:
    two.project(prune={"how": "orphan"})
    two.remove("b")
    two.turn(prune=True)
    two.pass_time(2 * DAY)
    assert two.settle(prune=True).exit_code is ExitCode.OK
    assert two.states(prune=True) == {"a": "InSync"}
    with two.lab() as lab:
        lab.wait()
        observed = lab.observe()
        left = [live for live in (*observed.models, *observed.deployments) if "manifact-name" not in live.tags]
        assert sorted(live.state for live in left) == ["ACTIVE", "ACTIVE"]
        assert not [live for live in observed.version_sets if live.tags.get("manifact-name") == "b"]
        assert not any(key.startswith("manifact-") for live in left for key in live.tags)
