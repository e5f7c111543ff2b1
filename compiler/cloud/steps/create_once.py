"""Make a resource once, and make sure that it is there."""

from __future__ import annotations

from collections.abc import Callable

from compiler.cloud.connect.responses import Response
from compiler.cloud.steps.context import ChangeContext
from compiler.diagnostics import failure
from compiler.planning.canonical import Body
from compiler.planning.live.observed import DELETED_STATES

REPLAYS = 100
"""How often a name can be destroyed and made anew within the 24 hours that a retry token lives (OCI docs)."""


def create_once(
    context: ChangeContext, body: Body, create: Callable[[str], Response], read: Callable[[str], Response]
) -> tuple[Response, Response]:
    """The answer of the creation, and the record as it was read after it.

    The retry token makes a creation whose answer was lost the same one when it is sent again. It may also replay one
    that was deleted since, and that no list shows any more: the next token then hangs on that one, and so on.
    """
    last_seen_id = context.change.last_seen_id
    for _ in range(REPLAYS):
        reply = create(context.token(body, last_seen_id))
        made = read(str(reply.data["id"]))
        if made.data["lifecycleState"] not in DELETED_STATES:
            return reply, made
        last_seen_id = str(made.data["id"])
    raise failure("MF716", f"'{context.change.name}' was made and deleted {REPLAYS} times today", hint="wait a day")
