"""The first page: state at a glance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from compiler.localcloud.console.data import metrics_of, newest
from compiler.localcloud.console.plots import course, total
from compiler.localcloud.console.words import IN_PROGRESS, tone
from compiler.localcloud.datascience.deployments.configuration import CONFIGURATION, model_of
from compiler.localcloud.http.calls import Backend
from compiler.localcloud.store.database import Transaction
from compiler.localcloud.store.records import JsonObject


def overview_page(backend: Backend, tx: Transaction, search: str) -> Mapping[str, Any]:
    """Deployments, models and projects that are not deleted and match the search."""
    deployments, models = newest(tx, "deployment", search), newest(tx, "model", search)
    by_id = {body["id"]: body for body in (models if not search else newest(tx, "model"))}
    states = Counter(body["lifecycleState"] for body in deployments)
    return {
        "title": "Models and deployments",
        "search": search,
        "counts": [(state, states[state], tone(state)) for state in sorted(states)],
        "deployments": [_card(backend, body, by_id) for body in deployments],
        "models": models,
        "projects": newest(tx, "project"),
        "refresh": any(state in IN_PROGRESS for state in states),
    }


def _card(backend: Backend, body: JsonObject, models: Mapping[str, JsonObject]) -> Mapping[str, Any]:
    slices = metrics_of(backend, body["id"]).get("history", [])
    return {
        "body": body,
        "model": models.get(model_of(body[CONFIGURATION])),
        "plot": course(slices, "requests", f"Requests of {body['displayName']}") if slices else None,
        "requests": total(slices, "requests"),
        "errors": total(slices, "errors"),
    }
