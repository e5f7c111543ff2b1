"""The page of one deployment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from compiler.localcloud.console.data import Rows, found, metrics_of, tail
from compiler.localcloud.console.plots import course, latency, total
from compiler.localcloud.console.words import IN_PROGRESS
from compiler.localcloud.datascience.deployments.configuration import CONFIGURATION, model_of
from compiler.localcloud.datascience.deployments.processes import folder_of
from compiler.localcloud.http.calls import Backend
from compiler.localcloud.store.database import Transaction
from compiler.localcloud.store.records import JsonObject
from compiler.serving.openapi.document import example_request
from compiler.serving.openapi.pretty import pretty
from compiler.serving.protocol import WORKER_LOG

LOG_BYTES = 16_384


def deployment_page(backend: Backend, tx: Transaction, identifier: str) -> Mapping[str, Any]:
    """One deployment: state, metrics, work, log, and a request to try."""
    deployment = found(tx, "deployment", identifier)
    model = found(tx, "model", model_of(deployment.body[CONFIGURATION]))
    reported = metrics_of(backend, deployment.id)
    log, end = deployment_log(backend, deployment.id, None)
    return {
        "title": deployment.body["displayName"],
        "deployment": deployment.body,
        "url": deployment.body.get("modelDeploymentUrl"),
        "model": model.body,
        "tags": list(deployment.body["freeformTags"].items()),
        "body": _request(reported.get("example"), model.details.get("inputSchema")),
        "metrics": _metrics(reported.get("workers", [])),
        "plots": _plots(reported.get("history", [])),
        "work": _work(tx, deployment.id),
        "log": log,
        "log_end": end,
        "refresh": deployment.state in IN_PROGRESS,
    }


def deployment_log(backend: Backend, deployment: str, start: int | None) -> tuple[str, int]:
    """What the workers wrote from byte `start` on (None: the end of it), and where the log ends."""
    return tail(folder_of(backend, deployment) / WORKER_LOG, start, LOG_BYTES)


def _request(example: str | None, schema: Any) -> str:
    """The smallest request that was answered, a golden row of the smoke test as a rule; else one of the right types."""
    text = schema.encode() if isinstance(schema, str) else None
    request = example_request(text, example)
    return pretty({"data": []} if request is None else request)


def _metrics(workers: list[dict[str, float]]) -> Rows:
    if not workers:
        return []
    requests, errors = (int(sum(worker[name] for worker in workers)) for name in ("requests", "errors"))
    seconds = sum(worker["seconds"] for worker in workers)
    return [
        ("Workers", len(workers)),
        ("Requests", requests),
        ("Errors", errors),
        ("Mean latency", f"{1000 * seconds / requests:.1f} ms" if requests else "none yet"),
        ("Longest", f"{1000 * max(worker['slowest'] for worker in workers):.1f} ms"),
    ]


def _plots(slices: list[dict[str, float]]) -> list[tuple[str, int | None, Any]]:
    """Title, total and plot of each metric."""
    if not slices:
        return []
    return [
        ("Requests", total(slices, "requests"), course(slices, "requests", "Requests")),
        ("Errors", total(slices, "errors"), course(slices, "errors", "Errors", tone="bad")),
        ("Mean latency", None, latency(slices)),
    ]


def _work(tx: Transaction, deployment: str) -> list[JsonObject]:
    statement = (
        "SELECT body FROM resources WHERE kind = 'workrequest' AND json_extract(body, '$.resourceId') = ? "
        "ORDER BY created DESC LIMIT 20"
    )
    return [json.loads(body) for (body,) in tx.execute(statement, deployment)]
