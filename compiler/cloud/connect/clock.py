"""How far this machine's clock is from that of a service: a request whose date is 5 minutes off is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from compiler.cloud.connect.connection import TIMEOUT, Connection
from compiler.cloud.connect.errors import translate_errors

LIMIT = 300.0
"""Seconds; https://docs.oracle.com/iaas/Content/API/Concepts/signingrequests.htm#three: "within five minutes"."""


def clock_skew(connection: Connection) -> float | None:
    """Seconds that this clock is ahead of the service's, by the header `Date` of any answer; None without one.

    The request is not signed, so that a clock which is off does not matter. Raises `RequestError` without an answer.
    """
    client = connection.data_science.base_client
    with translate_errors("ask for the time"):
        answer = client.session.head(client.endpoint, timeout=TIMEOUT, allow_redirects=False)
    written = answer.headers.get("Date")
    if written is None:
        return None
    return (datetime.now(UTC) - parsedate_to_datetime(written)).total_seconds()
