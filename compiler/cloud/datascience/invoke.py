"""Ask a deployment: the data plane, over real HTTP, signed like any other request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from compiler.cloud.connect.connection import Connection
from compiler.cloud.connect.errors import no_answer
from compiler.cloud.datascience.deployments import get_deployment
from compiler.diagnostics import failure
from compiler.planning import tags
from compiler.planning.live.observed import LiveResource

TIMEOUT = (10.0, 70.0)
"""Seconds to connect and to answer: the service itself gives up after 60 (OCI docs: model-dep-invoke)."""

_NOT_ACTIVE = {
    "INACTIVE": "set `state: active` under `spec.deployment`, then apply",
    "CREATING": "wait until it is active: `manifact status` shows how far it is",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What an endpoint said."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    def json(self) -> Any:
        """The body as JSON; raises ValueError."""
        return json.loads(self.body)


def call_endpoint(connection: Connection, url: str, payload: Any) -> Answer:
    """POST `payload` (JSON, or bytes that are JSON already) to `{url}/predict`.

    Raises the vendored `requests` errors where there is no answer: `ConnectionError`, `Timeout`.
    """
    from oci._vendor.requests import Session

    body = payload if isinstance(payload, bytes) else json.dumps(payload, allow_nan=False).encode()
    headers = {"content-type": "application/json", "accept": "application/json"}
    with Session() as session:
        reply = session.post(
            f"{url}/predict", data=body, headers=headers, auth=connection.signer, timeout=TIMEOUT, allow_redirects=False
        )
        return Answer(reply.status_code, reply.content, {k.lower(): v for k, v in reply.headers.items()})


def predict(connection: Connection, deployment: str, payload: Any) -> Answer:
    """Ask the deployment of this OCID. Raises `CompilerError` MF743 when it is not active, MF714 without an answer."""
    from oci._vendor.requests.exceptions import RequestException

    record = get_deployment(connection, deployment).data
    state = str(record.get("lifecycleState"))
    if state not in ("ACTIVE", "UPDATING", "NEEDS_ATTENTION"):
        raise failure("MF743", f"deployment {deployment} is {state}", hint=_NOT_ACTIVE.get(state))
    try:
        return call_endpoint(connection, str(record["modelDeploymentUrl"]), payload)
    except RequestException as error:
        raise failure("MF714", f"the endpoint gave no answer: {no_answer(error)}") from None


def find_deployment(connection: Connection, deployments: tuple[LiveResource, ...], name: str) -> str | None:
    """OCID of the live deployment of a manifest; None when there is none."""
    place = connection.place
    ours = [live for live in deployments if place.owner(name).items() <= live.tags.items() and not live.deleted]
    marked = [live for live in ours if tags.CONFIG in live.tags]
    chosen = next(iter([*marked, *ours]), None)
    return chosen.id if chosen else None
