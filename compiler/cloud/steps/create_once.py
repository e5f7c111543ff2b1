"""Make a resource once, and make sure that it is there."""

from __future__ import annotations

from collections.abc import Callable

from compiler.cloud.connect.responses import Reply
from compiler.cloud.steps.context import Work
from compiler.diagnostics import failure
from compiler.planning.canonical import Body
from compiler.planning.live.observed import GONE

REPLAYS = 100
"""How often a name can be destroyed and made anew within the 24 hours that a retry token lives (OCI docs)."""


def create_once(
    work: Work, body: Body, create: Callable[[str], Reply], read: Callable[[str], Reply]
) -> tuple[Reply, Reply]:
    """The answer of the creation, and the record as it was read after it.

    The retry token makes a creation whose answer was lost the same one when it is sent again. It may also replay one
    that was deleted since, and that no list shows any more: the next token then hangs on that one, and so on.
    """
    seen = work.change.seen
    for _ in range(REPLAYS):
        reply = create(work.token(body, seen))
        found = read(str(reply.data["id"]))
        if found.data["lifecycleState"] not in GONE:
            return reply, found
        seen = str(found.data["id"])
    raise failure("MF716", f"'{work.change.name}' was made and deleted {REPLAYS} times today", hint="wait a day")
