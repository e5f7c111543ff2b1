"""Conditions of a name: what is true of it, since when, and the documents that say so, within fixed sizes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from compiler.planning.canonical import digest, text
from compiler.planning.live.observed import Kind
from compiler.reconcile.turn.facts import NameFacts
from compiler.reconcile.turn.states import NameState, State

if TYPE_CHECKING:
    from compiler.render.documents.reconcile import ConditionDocument, NameDocument

Truth: TypeAlias = Literal["True", "False", "Unknown"]
TYPES = ("Compiled", "Verified", "Saved", "Deployed", "InSync", "Ready")
"""Conditions that every declared name has; `Ready` is the sum of the others."""
MESSAGE = 300
"""Most characters of a message."""
DOCUMENT = 8192
"""Most bytes of a name's document."""
HIDDEN = "(hidden)"
_LETTERS: Mapping[str, Truth] = {"T": "True", "F": "False", "U": "Unknown"}
_AT_REST = frozenset({State.IN_SYNC})
_UNKNOWN = frozenset({State.UNKNOWN, State.BROKEN})


@dataclass(frozen=True, slots=True)
class NameStatus:
    """The conditions of a name, as they are kept between turns."""

    name: str
    state: str
    reason: str
    truths: tuple[Truth, ...] = ()
    """In the order of `TYPES`; empty for an orphaned name."""
    since: tuple[int, ...] = ()
    """Epoch seconds, likewise; moves only with the status."""
    changed: int = 0
    """Epoch seconds since when the state is what it is."""
    document: NameDocument | None = field(default=None, repr=False)
    digest: str = ""
    """Start of the digest of the document: it is written when this changes."""

    def to_row(self) -> list[Any]:
        """The row of the fleet index: at most 250 bytes of JSON."""
        letters = "".join(truth[0] for truth in self.truths)
        return [self.name, self.state, self.reason[:32], letters, list(self.since), self.changed, self.digest]


def from_row(row: list[Any]) -> NameStatus:
    """The inverse of `to_row`, without the document. Raises KeyError, ValueError or TypeError for another form."""
    name, state, reason, letters, since, changed, known = row
    truths = tuple(_LETTERS[letter] for letter in letters)
    return NameStatus(name, state, reason, truths, tuple(since), changed, None, known)


def status_of(
    state: NameState, facts: NameFacts, former: NameStatus | None, now: float, secrets: Iterable[str] = ()
) -> NameStatus:
    """The conditions of a name after a turn; `secrets` are values that no message may hold."""
    truths = _truths(state, facts)
    since = tuple(
        former.since[index] if former and former.truths[index : index + 1] == (truth,) else int(now)
        for index, truth in enumerate(truths)
    )
    same = former is not None and former.state == state.state
    changed = former.changed if former and same else int(now)
    status = NameStatus(state.name, state.state.value, state.reason, truths, since, changed)
    document = _document(status, state, facts, frozenset(secrets))
    return replace(status, document=document, digest=digest(document)[:12])


def scrubbed(message: str, secrets: Iterable[str]) -> str:
    """A message without the values of sensitive variables, on one line, not longer than `MESSAGE`."""
    for value in sorted((value for value in secrets if value), key=len, reverse=True):
        message = message.replace(value, HIDDEN)
    flat = " ".join(message.split())
    return flat if len(flat) <= MESSAGE else f"{flat[: MESSAGE - 1]}…"


def _truths(state: NameState, facts: NameFacts) -> tuple[Truth, ...]:
    if not facts.manifest:
        return ()
    if state.state in _UNKNOWN:
        compiled: Truth = "False" if state.state is State.BROKEN else "Unknown"
        return (compiled, "Unknown", "Unknown", "Unknown", "Unknown", "False" if compiled == "False" else "Unknown")
    kinds = {change.kind for change in facts.changes}
    saved = _truth(not kinds & {Kind.MODEL, Kind.VERSION_SET} or state.state in _AT_REST)
    deployed = _truth(Kind.DEPLOYMENT not in kinds and not facts.in_progress and state.state is not State.FAILED)
    in_sync = _truth(not facts.changes and not facts.in_progress and state.state is not State.FAILED)
    in_sync = "True" if state.state in _AT_REST else in_sync
    verified = _verified(state, facts, saved)
    ready = _truth(all(truth == "True" for truth in (verified, saved, deployed, in_sync)) or state.state in _AT_REST)
    return ("True", verified, saved, "True" if state.state in _AT_REST else deployed, in_sync, ready)


def _verified(state: NameState, facts: NameFacts, saved: Truth) -> Truth:
    if state.state is State.FAILED or state.reason in ("VerificationFailed", "SmokeTestFailed"):
        return "False"
    # The artifact tag is written only after the model was verified or found not to be verifiable here.
    return "True" if saved == "True" or facts.artifact in facts.live_artifacts else "Unknown"


def _truth(value: bool) -> Truth:
    return "True" if value else "False"


def _document(status: NameStatus, state: NameState, facts: NameFacts, secrets: frozenset[str]) -> NameDocument:
    message = scrubbed(state.message, secrets)
    conditions: list[ConditionDocument] = [
        {
            "type": kind,
            "status": truth,
            "reason": state.reason,
            "message": message if truth != "True" else "",
            "since": at,
        }
        for kind, truth, at in zip(TYPES, status.truths, status.since, strict=False)
    ]
    conditions += [
        {"type": kind, "status": "True", "reason": state.reason, "message": message, "since": status.changed}
        for kind in only_when_true(status)
    ]
    document: NameDocument = {
        "name": state.name,
        "manifest": facts.manifest[:512],
        "state": state.state.value,
        "reason": state.reason,
        "message": message,
        "cause": state.cause,
        "paths": [],
        "wanted": facts.artifact,
        "version": facts.version,
        "endpoint": facts.endpoint[:512],
        "approve": state.approve,
        "nextTry": int(state.next_try) if state.next_try is not None else None,
        "conditions": conditions,
    }
    for path in state.paths:
        more: NameDocument = {**document, "paths": [*document["paths"], scrubbed(path, secrets)]}
        if len(text(more).encode()) > DOCUMENT:
            break
        document = more
    return document


def only_when_true(status: NameStatus) -> tuple[str, ...]:
    """The conditions that are only there when they hold."""
    rules = (
        ("Progressing", status.state in (State.IN_PROGRESS, State.ACTING, State.UNFINISHED)),
        ("Stalled", status.reason == "Stalled"),
        ("Contested", status.state == State.CONTESTED),
        ("PendingPrune", status.state == State.GONE and status.reason != "Pruned"),
    )
    return tuple(kind for kind, holds in rules if holds)
