"""Hear the status of every answer of a target, whatever it was asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from compiler.cloud.connect.connection import Connection


def hear_responses(connection: Connection, told: Callable[[int], None]) -> None:
    """Call `told` with the HTTP status of each answer from now on, in the thread that asked."""

    def hear(answer: Any, *_: object, **__: object) -> None:
        told(int(answer.status_code))

    for client in (connection.data_science, connection.object_storage):
        client.base_client.session.hooks["response"].append(hear)
