"""Which failed requests are sent again: only those that cannot do harm twice, and not for long.

The SDK's default strategy hides errors for a minute and a half, and its circuit breaker is shared by the whole process
(SDK 2.189); neither is used.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from oci._vendor.requests.exceptions import RequestException
from oci.exceptions import ServiceError
from oci.retry import NoneRetryStrategy

REPEATABLE = frozenset({"GET", "HEAD", "PUT", "DELETE"})
RETRY_HEADER = "opc-retry-token"
UNDONE = frozenset({429})
"""The service did nothing: any request may be sent again."""
DOUBTFUL = frozenset({500, 502, 503, 504})
"""The service may have done it: only repeatable requests are sent again."""
BUSY = frozenset({"IncorrectState", "LockConflict"})
"""Codes of 409 that pass by themselves; the service did nothing."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how long a request is tried; seconds."""

    attempts: int = 5
    total: float = 60.0
    first_pause: float = 0.5


class SafeRetries(NoneRetryStrategy):  # type: ignore[misc]  # the SDK is not typed; its clients ask for this class
    """The SDK's retry strategy of every client here.

    A subclass of `NoneRetryStrategy`, so that the SDK adds no random retry token of its own to a request.
    """

    def __init__(self, policy: RetryPolicy | None = None, sleep: Callable[[float], None] = time.sleep) -> None:
        self._policy = policy or RetryPolicy()
        self._sleep = sleep

    def make_retrying_call(self, func_ref: Callable[..., Any], *func_args: Any, **func_kwargs: Any) -> Any:
        """Call until it succeeds, until it fails for good, or until the policy allows no further attempt."""
        safe = _repeatable(func_kwargs)
        deadline = time.monotonic() + self._policy.total
        pause = self._policy.first_pause
        for left in range(self._policy.attempts - 1, -1, -1):
            try:
                return func_ref(*func_args, **func_kwargs)
            except (ServiceError, RequestException) as error:
                wait = max(pause * random.uniform(0.5, 1.0), _retry_after(error))  # noqa: S311 - no secret
                if not left or not _is_transient(error, safe=safe) or time.monotonic() + wait > deadline:
                    raise
                if not _rewound(func_kwargs.get("body")):
                    raise
                self._sleep(wait)
                pause *= 2
        raise AssertionError("the last attempt returns or raises")


def _repeatable(request: dict[str, Any]) -> bool:
    return request.get("method") in REPEATABLE or RETRY_HEADER in (request.get("header_params") or {})


def _is_transient(error: Exception, *, safe: bool) -> bool:
    if not isinstance(error, ServiceError):
        return safe  # no answer at all
    if error.status in UNDONE or (error.status == 409 and error.code in BUSY):
        return True
    return safe and error.status in DOUBTFUL


def _retry_after(error: Exception) -> float:
    headers = getattr(error, "headers", None) or {}
    value = str(headers.get("retry-after", ""))
    return float(value) if value.isdecimal() else 0.0


def _rewound(body: Any) -> bool:
    """Whether the body can be sent again from its beginning."""
    if body is None or isinstance(body, str | bytes | dict | list):
        return True
    if not hasattr(body, "seek"):
        return False
    body.seek(0)
    return True
