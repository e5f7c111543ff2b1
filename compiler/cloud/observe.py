"""Read what is live: lists for everything, records only for what the plan depends on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

from compiler.cloud.connect.connection import Connection
from compiler.cloud.connect.errors import RequestError
from compiler.cloud.datascience.deployments import list_deployments, read_deployment
from compiler.cloud.datascience.models import list_models, read_model
from compiler.cloud.datascience.version_sets import list_version_sets
from compiler.planning import tags
from compiler.planning.canonical import Body
from compiler.planning.desired.types import Desired
from compiler.planning.live.observed import LiveResource, Observed
from compiler.planning.plan.planner import Draft, Options

T = TypeVar("T")
ROUNDS = 4
"""A record may show that another one is needed (an artifact that is gone), a few times at most."""

READERS = 8
"""Records read side by side."""


def observe(connection: Connection, desired: Sequence[Desired], options: Options | None = None) -> Observed:
    """What `plan` must know of the target; as `observe_and_compare`."""
    return observe_and_compare(connection, desired, options).observed


def observe_and_compare(connection: Connection, desired: Sequence[Desired], options: Options | None = None) -> Draft:
    """The comparison with what is live, which lacks no record; with `options.deep` it has those of all that is ours.

    Sends list requests only where nothing is to change. Raises `RequestError`.
    """
    place, deep = connection.place, options is not None and options.deep
    # A page of a list is known when the one before has come, so that the three are asked for side by side.
    with ThreadPoolExecutor(max_workers=3) as pool:
        models = _listed(pool, list_models, connection)
        deployments = _listed(pool, list_deployments, connection)
        version_sets = _listed(pool, list_version_sets, connection)
    observed = Observed(models.result(), deployments.result(), version_sets=version_sets.result(), deep=deep)
    names = options.deep_names if options else frozenset()
    if deep or names:
        ours = (
            live for live in (*observed.models, *observed.deployments) if place.owns(live.tags) and not live.deleted
        )
        looked_at = [live.id for live in ours if deep or live.tags.get(tags.NAME) in names]
        observed = observed.with_reads(read(connection, looked_at, observed))
    draft = Draft(desired, observed, place, options)
    for _ in range(ROUNDS):
        ids = draft.needs
        if not ids:
            break
        by_id = sorted({item.model_id for item in desired if item.model_id} & ids)
        shown = _in_parallel(lambda model: _in_catalog(connection, model), by_id)
        named = dict(zip(by_id, shown, strict=True))
        resources = [live for live in named.values() if live]
        observed = observed.with_reads([*read(connection, sorted(ids.difference(by_id)), observed), *resources])
        observed = replace(observed, catalog={**observed.catalog, **named})
        draft = Draft(desired, observed, place, options)
    return draft


def _listed(
    pool: ThreadPoolExecutor, items: Callable[[Connection], Iterator[Body]], connection: Connection
) -> Future[tuple[LiveResource, ...]]:
    return pool.submit(lambda: tuple(LiveResource(body) for body in items(connection)))


def _in_catalog(connection: Connection, model: str) -> LiveResource | None:
    """The model, wherever it is; None when the service does not show it."""
    try:
        return read_model(connection, model)
    except RequestError as error:
        if error.status != 404:
            raise
        return None


def read(connection: Connection, ids: Iterable[str], observed: Observed) -> list[LiveResource]:
    """The full records of these models and deployments, in this order; the first problem ends it."""
    models = {live.id for live in observed.models}

    def record(item: str) -> LiveResource:
        return read_model(connection, item) if item in models else read_deployment(connection, item)

    return _in_parallel(record, ids)


def _in_parallel(look: Callable[[str], T], ids: Iterable[str]) -> list[T]:
    # What was not begun when one fails is not sent: `map` takes it back.
    with ThreadPoolExecutor(max_workers=READERS) as pool:
        return list(pool.map(look, ids))
