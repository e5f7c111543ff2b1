"""Tell transitions: to the listener, and to webhooks. An outage is told once, and so is its end."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from compiler.events import Event, Listener, Phase
from compiler.reconcile.reporting.events import fleet_event
from compiler.reconcile.reporting.webhooks import Receiver, Sender


class Teller:
    """What was told already, and to whom."""

    def __init__(self, listener: Listener, target: str) -> None:
        self._listener, self._target = listener, target
        self._sender = Sender()
        self._open: set[str] = set()
        self.receivers: Sequence[Receiver] = ()
        """Webhooks as of the last turn."""

    @property
    def dropped(self) -> int:
        """Webhooks that were not delivered."""
        return self._sender.dropped

    def tell(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Tell these transitions."""
        for event in events:
            self._listener(Event(Phase.TRANSITION, str(event["name"]), json.dumps(event, sort_keys=True), value=event))
        self._sender.send(self.receivers, events)

    def outage(self, kind: str, reason: str, message: str, revision: str) -> None:
        """A condition of the whole target does not hold: one event, whatever the message is next time."""
        if kind not in self._open:
            self._open.add(kind)
            self.tell([fleet_event(kind, "False", reason, message[:300], self._target, revision)])

    def recovered(self, kind: str, revision: str) -> None:
        """It holds again: one event."""
        if kind in self._open:
            self._open.discard(kind)
            self.tell([fleet_event(kind, "True", "Recovered", "", self._target, revision)])

    def close(self) -> None:
        """Send what is queued, for a little while."""
        self._sender.close()
