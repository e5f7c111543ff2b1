"""Clients of the real SDK that talk to the embedded OCI within the process."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import oci
from oci._vendor import requests
from urllib3 import HTTPResponse

from compiler.localcloud import LocalCloud
from compiler.localcloud.http.messages import Request

ENDPOINT = "http://127.0.0.1:8600"


class InProcessAdapter(requests.adapters.BaseAdapter):  # type: ignore[misc]  # the SDK has no types
    """A transport for the SDK's session that calls the application directly."""

    def __init__(self, cloud: LocalCloud) -> None:
        super().__init__()
        self._cloud = cloud

    def send(self, request: Any, **_: Any) -> requests.Response:
        body = request.body
        if isinstance(body, str):
            body = body.encode()
        if isinstance(body, bytes):
            body = io.BytesIO(body)
        headers = {name.lower(): value for name, value in request.headers.items()}
        answer = self._cloud.handle(Request(request.method, request.path_url, headers, body))
        raw = HTTPResponse(
            io.BytesIO(b"".join(answer.body)),
            headers=answer.headers,
            status=answer.status,
            preload_content=False,
            request_method=request.method,
        )
        response = requests.adapters.HTTPAdapter().build_response(request, raw)
        response.headers = requests.structures.CaseInsensitiveDict(answer.headers)
        return response

    def close(self) -> None:
        pass


def make_client(cloud: LocalCloud, kind: Callable[..., Any]) -> Any:
    """A client of the SDK that talks to `cloud`, without retries and circuit breaker."""
    client = kind(
        cloud.sdk_config(),
        service_endpoint=ENDPOINT,
        retry_strategy=oci.retry.NoneRetryStrategy(),
        circuit_breaker_strategy=oci.circuit_breaker.NoCircuitBreakerStrategy(),
    )
    client.base_client.session.mount("http://", InProcessAdapter(cloud))
    return client
