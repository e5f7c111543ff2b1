"""Messages between the command and a worker on a socket: a JSON header, then bytes (an Arrow stream, or none)."""

from __future__ import annotations

import json
import socket
import struct
from typing import Any

_LENGTHS = struct.Struct("<II")
"""Bytes of the header, bytes of the body."""


class ClosedError(Exception):
    """The other side is gone."""


def send(connection: socket.socket, header: dict[str, Any], body: Any = b"") -> None:
    """Send a message; `body` is anything with a buffer. Raises ClosedError."""
    text = json.dumps(header).encode()
    try:
        connection.sendall(_LENGTHS.pack(len(text), memoryview(body).nbytes) + text)
        connection.sendall(body)
    except (BrokenPipeError, ConnectionResetError):
        raise ClosedError from None


def receive(connection: socket.socket) -> tuple[dict[str, Any], bytearray]:
    """The next message. Raises ClosedError where there is none any more."""
    header, body = _LENGTHS.unpack(_exactly(connection, _LENGTHS.size))
    return json.loads(_exactly(connection, header)), _exactly(connection, body)


def _exactly(connection: socket.socket, count: int) -> bytearray:
    buffer = bytearray(count)
    view, done = memoryview(buffer), 0
    while done < count:
        try:
            received = connection.recv_into(view[done:])
        except ConnectionResetError:
            received = 0
        if not received:
            raise ClosedError
        done += received
    return buffer


def batch_bytes(batch: Any) -> Any:
    """A pyarrow RecordBatch as an Arrow stream, in a buffer."""
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return sink.getvalue()


def batch_from(content: bytearray) -> Any:
    """The RecordBatch in an Arrow stream."""
    import pyarrow as pa

    with pa.ipc.open_stream(pa.py_buffer(content)) as reader:
        return reader.read_next_batch()
