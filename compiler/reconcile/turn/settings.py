"""The `reconcile` section of a project and a target, ready to be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from compiler.reconcile.turn.durations import percent_of, seconds_of

if TYPE_CHECKING:
    from compiler.spec.project import Reconcile, Target
    from compiler.workspace.project import Workspace

REPAIR, REPORT, IGNORE = "repair", "report", "ignore"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one turn may do; percentages of the live names, rounded down, at least one name."""

    prune: int = 5
    destructive: int = 10
    change: int = 30
    per_turn: int = 10
    """Names that begin to change."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a target is reconciled; durations in seconds."""

    store: str = ""
    """`local`, an `oci://` URI, or empty: there is none, and nothing is pruned."""
    drift: Mapping[str, str] = field(default_factory=dict)
    """Kind of drift -> repair, report or ignore."""
    deep: float = 0.0
    """How long a round of reading every record takes; 0: none."""
    prune_after: float = 86400.0
    prune_how: str = "delete"
    """`delete`, or `orphan`: only our tags go."""
    limits: Limits = field(default_factory=Limits)
    progress_deadline: float = 2700.0
    backoff_first: float = 30.0
    backoff_most: float = 3600.0
    verify: str = "off"
    """Signed commits: `off`, `head` or `range`."""
    allowed_signers: str = ""
    """File of ssh signers."""
    keyring: str = ""
    """File of gpg keys."""
    webhooks: tuple[tuple[str, str, tuple[str, ...]], ...] = field(default=(), repr=False)
    """URL, secret as written, types of conditions to send (none: all)."""


def settings_of(workspace: Workspace, name: str, target: Target) -> Settings:
    """The settings of a target: its own keys over those of the project. The target `local` keeps its store here."""
    found = merged(workspace.project.reconcile if workspace.project else None, target.reconcile)
    limits = Limits(
        percent_of(found.limits.prune),
        percent_of(found.limits.destructive),
        percent_of(found.limits.change),
        found.limits.per_turn,
    )
    return Settings(
        store=found.store or ("local" if name == "local" else ""),
        drift=found.drift.model_dump(),
        deep=seconds_of(found.deep) if found.deep else 0.0,
        prune_after=seconds_of(found.prune.after),
        prune_how=found.prune.how,
        limits=limits,
        progress_deadline=seconds_of(found.progress_deadline),
        backoff_first=seconds_of(found.backoff.first),
        backoff_most=seconds_of(found.backoff.most),
        verify=found.source.verify.mode,
        allowed_signers=found.source.verify.allowed_signers or "",
        keyring=found.source.verify.keyring or "",
        webhooks=tuple((item.webhook, item.secret, tuple(item.on)) for item in found.notify),
    )


def merged(project: Reconcile | None, target: Reconcile | None) -> Reconcile:
    """The keys of the target over those of the project."""
    from compiler.spec.project import Reconcile

    set_keys = [item.model_dump(exclude_unset=True, by_alias=True) for item in (project, target) if item is not None]
    result: dict[str, Any] = {}
    for keys in set_keys:
        result = _over(result, keys)
    return Reconcile.model_validate(result)


def _over(under: Any, over: Any) -> Any:
    if not (isinstance(under, dict) and isinstance(over, dict)):
        return over
    return {**under, **{key: _over(under.get(key), value) for key, value in over.items()}}
