"""The smoke test: the golden rows, asked of the endpoint itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from oci._vendor.requests.exceptions import (
    ChunkedEncodingError,
    ConnectTimeout,
    ContentDecodingError,
    ProxyError,
    ReadTimeout,
    RequestException,
    SSLError,
)
from oci._vendor.requests.exceptions import ConnectionError as NoConnection
from urllib3.exceptions import ProtocolError, ReadTimeoutError

from compiler.cloud.connect.connection import Connection
from compiler.cloud.datascience.invoke import Answer, call_endpoint
from compiler.diagnostics import CompilerError, Diagnostic, Severity, failure
from compiler.passes.samples.request_forms import in_form
from compiler.planning.desired.types import SmokeTest
from compiler.verify.compare import compare
from compiler.verify.neighbours import Company, companies, dependence

NOT_ALLOWED = frozenset({401, 403, 404, 429})
"""This user may not ask, or not now: nothing is known of the model."""
PAUSES_LOCAL = (0.2, 0.5)
PAUSES_CLOUD = (2.0, 5.0, 10.0)
"""Seconds between tries of a 5xx: a load balancer may not know a fresh deployment yet."""

ROW_BY_ROW_SECONDS = 30.0
"""A slow model is asked fewer rows one by one: the deployment waits for its test."""


class SmokeTestError(CompilerError):
    """The endpoint answered, and wrongly."""


def smoke_test(
    connection: Connection,
    url: str,
    smoke: SmokeTest,
    pause: Callable[[float], None] = time.sleep,
    *,
    row_by_row: bool = True,
    now: Callable[[], float] = time.monotonic,
) -> Diagnostic | None:
    """Ask the golden rows; None when the answer is right, a warning (MF723) when the endpoint could not be asked.

    `pause` waits some seconds between two tries. `row_by_row` also asks at most 20 rows one by one and reversed, for as
    long as `now`, a clock in seconds, leaves time.

    Raises `SmokeTestError` (MF722) for a wrong answer, an error of the endpoint, or none once it has the request.
    """
    try:
        answer = _ask(connection, url, smoke, pause)
    except RequestException as error:
        return _untested(f"no connection ({type(error).__name__})")
    if isinstance(answer, str):
        raise SmokeTestError(Diagnostic("MF722", answer))
    if answer.status in NOT_ALLOWED:
        return _untested(f"it answers {answer.status}")
    if answer.status != 200:
        raise SmokeTestError(Diagnostic("MF722", f"the endpoint answers {answer.status}: {_excerpt(answer)}"))
    wrong = wrong_answer(answer, smoke)
    if wrong:
        raise SmokeTestError(Diagnostic("MF722", wrong))
    return _ask_row_by_row(connection, url, smoke, answer, now) if row_by_row and smoke.batch else None


def _ask_row_by_row(
    connection: Connection, url: str, smoke: SmokeTest, together: Answer, now: Callable[[], float]
) -> Diagnostic | None:
    """The golden rows in other company; raises `SmokeTestError` where an answer depends on it."""
    rows, ends = _predictions(together), now() + ROW_BY_ROW_SECONDS
    for other in companies(smoke.request, smoke.batch) if rows is not None else ():
        if now() > ends:
            break
        try:
            answer = _once(connection, url, replace(smoke, request=other.payload))
        except RequestException as problem:
            return _untested(f"no connection ({type(problem).__name__})")
        if isinstance(answer, Answer) and answer.status in NOT_ALLOWED:
            return _untested(f"it answers {answer.status} to {other.words}")
        if wrong := _wrong_alone(answer, other, rows or [], smoke.tolerance):
            raise SmokeTestError(Diagnostic("MF722", wrong))
    return None


def _wrong_alone(answer: Answer | str, other: Company, rows: list[Any], tolerance: float) -> str | None:
    if isinstance(answer, str):
        return answer
    if answer.status != 200:
        return f"the endpoint answers {answer.status} to golden {other.words}: {_excerpt(answer)}"
    answers = _predictions(answer)
    if answers is None or len(answers) != len(other.rows) or max(other.rows) >= len(rows):
        return f"the endpoint answers golden {other.words} with {_excerpt(answer)}"
    found = dependence(other, answers, rows, tolerance)
    return f"the endpoint's answers depend on the other rows: {found}" if found else None


def _predictions(answer: Answer) -> list[Any] | None:
    """The list in an answer, None where it is of another form."""
    try:
        found = answer.json()["prediction"]
    except (ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, list) else None


def wrong_answer(answer: Answer, smoke: SmokeTest) -> str | None:
    """What is wrong with an answer of status 200, or None."""
    if not smoke.expected:
        return None
    predictions = _predictions(answer)
    if predictions is None:
        return f'the endpoint\'s answer is not {{"prediction": [...]}}: {_excerpt(answer)}'
    if len(predictions) != len(smoke.expected):
        return f"the endpoint answers {len(smoke.expected)} rows with {_excerpt(answer)}"
    found = compare(predictions, smoke.expected, smoke.tolerance)
    if not found.differing:
        return None
    row = found.differing[0]
    return (
        f"the endpoint answers {len(found.differing)} of {len(smoke.expected)} golden rows wrongly: "
        f"row {row + 1} gives {predictions[row]!r}, expected {smoke.expected[row]!r}"
    )


def _ask(connection: Connection, url: str, smoke: SmokeTest, pause: Callable[[float], None]) -> Answer | str:
    """The answer, or why an endpoint that was reached gives none; raises `RequestException` where it was not."""
    answer = _once(connection, url, smoke)
    for seconds in PAUSES_LOCAL if connection.local else PAUSES_CLOUD:
        if isinstance(answer, Answer) and answer.status < 500:
            break
        pause(seconds)
        answer = _once(connection, url, smoke)
    return answer


def _once(connection: Connection, url: str, smoke: SmokeTest) -> Answer | str:
    try:
        return call_endpoint(connection, url, in_form(smoke.request, smoke.form))
    except RequestException as error:
        if not _reached(error):
            raise
        slow = isinstance(error, ReadTimeout) or isinstance(_cause(error), ReadTimeoutError)
        if slow:
            return "the endpoint did not answer the golden rows in time"
        return f"the endpoint closes the connection instead of answering the golden rows ({_name(error)})"


def _reached(error: RequestException) -> bool:
    """Whether a server took the request: one that ends while it answers is what a crash looks like from outside."""
    if isinstance(error, (ReadTimeout, ChunkedEncodingError, ContentDecodingError)):
        return True
    if isinstance(error, (ConnectTimeout, SSLError, ProxyError)):
        return False
    # `MaxRetryError` wraps what kept a connection from being made; whatever ends a made one comes by itself.
    return isinstance(error, NoConnection) and isinstance(_cause(error), (ProtocolError, ReadTimeoutError, OSError))


def _cause(error: RequestException) -> object:
    return error.args[0] if error.args else None


def _name(error: RequestException) -> str:
    """The innermost error's name: `RemoteDisconnected`, `ConnectionResetError`."""
    cause = _cause(error)
    inner = cause.args[-1] if isinstance(cause, ProtocolError) and cause.args else cause
    return type(inner if isinstance(inner, Exception) else error).__name__


def _untested(why: str) -> Diagnostic:
    found = failure("MF723", f"the endpoint could not be tested from here: {why}").diagnostics[0]
    return Diagnostic(
        found.code, found.message, hint="ask it yourself from where it can be reached", severity=Severity.WARNING
    )


def _excerpt(answer: Answer) -> str:
    text = answer.body[:300].decode(errors="replace").strip()
    return text or "nothing"
