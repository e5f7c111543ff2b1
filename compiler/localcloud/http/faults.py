"""Faults on request, for tests of whatever talks to the service: `TARGET:EFFECT[xTIMES]`.

`POST /models:429x3` answers three creations with 429. The target is a method (or `*`) and a path without the API's
version, with `*` for any part; or the operation type of a work request. Effects on requests: a status, `delay=SECONDS`,
`drop` (the connection, before the act), `drop-after` (after it). Effects on work: `slow=SECONDS`, `fail`.
"""

from __future__ import annotations

import fnmatch
import re
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from compiler.localcloud.http.errors import ServiceError
from compiler.localcloud.http.messages import Request, Response

_RULE = re.compile(r"(?P<target>.+):(?P<effect>[a-z-]+|\d{3})(?:=(?P<seconds>\d+(?:\.\d+)?))?(?:x(?P<times>\d+))?\Z")
_VERSION = re.compile(r"\A/+20\d{6}(?=/)")
_CODES = {
    400: "InvalidParameter",
    401: "NotAuthenticated",
    404: "NotAuthorizedOrNotFound",
    409: "IncorrectState",
    412: "NoEtagMatch",
    413: "PayloadTooLarge",
    429: "TooManyRequests",
    500: "InternalServerError",
    501: "MethodNotImplemented",
    503: "ServiceUnavailable",
}
_WITH_SECONDS = ("delay", "slow")
_ON_REQUESTS = ("delay", "drop", "drop-after")
_ON_WORK = ("slow", "fail")


class ConnectionDroppedError(ConnectionResetError):
    """The connection is to be closed without an answer."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as it was written; `times` None means always."""

    text: str
    target: str
    effect: str
    seconds: float
    times: int | None


def parse_rule(text: str) -> Rule:
    """Read one rule. Raises ValueError that says what is wrong with it."""
    match = _RULE.match(text)
    if match is None:
        raise ValueError(f"'{text}' is not TARGET:EFFECT[xTIMES], such as 'POST /models:429x3'")
    effect, seconds, times = match["effect"], match["seconds"], match["times"]
    known = _ON_REQUESTS if "/" in match["target"] else _ON_WORK
    if effect not in known and not ("/" in match["target"] and effect.isdecimal() and int(effect) in _CODES):
        raise ValueError(f"'{effect}' in '{text}' is none of {', '.join(known)} or a known status")
    if (seconds is not None) != (effect in _WITH_SECONDS):
        raise ValueError(f"'{effect}' in '{text}' takes {'seconds, as delay=2' if seconds is None else 'no seconds'}")
    return Rule(text, match["target"], effect, float(seconds or 0), int(times) if times else None)


class Faults:
    """The rules of an opened store, each with the number of times it still applies."""

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self._left = {rule: rule.times for rule in rules}
        self._lock = threading.Lock()

    def around(self, request: Request, act: Callable[[], Response]) -> Response:
        """Answer the request with `act`, or as a rule says. Raises ConnectionDroppedError."""
        rule = self._take(lambda target: "/" in target and _matches(target, request))
        if rule is None:
            return act()
        if rule.effect.isdecimal():
            raise ServiceError(int(rule.effect), _CODES[int(rule.effect)], f"A fault as requested: {rule.text}")
        if rule.effect == "drop":
            raise ConnectionDroppedError(rule.text)
        time.sleep(rule.seconds)
        response = act()
        if rule.effect == "drop-after":
            raise ConnectionDroppedError(rule.text)
        return response

    def of_work(self, operation: str) -> Rule | None:
        """The rule for a work request of this operation type, if any."""
        return self._take(lambda target: target == operation)

    def _take(self, fits: Callable[[str], bool]) -> Rule | None:
        with self._lock:
            for rule, left in self._left.items():
                if left != 0 and fits(rule.target):
                    self._left[rule] = None if left is None else left - 1
                    return rule
        return None


def _matches(target: str, request: Request) -> bool:
    method, _, pattern = target.partition(" ")
    path = _VERSION.sub("", request.target.partition("?")[0])
    return method in ("*", request.method) and fnmatch.fnmatchcase(path, pattern.strip())
