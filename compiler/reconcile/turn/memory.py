"""What files and live resources cannot tell: since when, how often, and what was begun. Losing it harms nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Tombstone:
    """An orphaned name that was seen; it may be pruned once it is due and was seen again."""

    revision: str
    first_seen: float
    due: float
    ids: tuple[str, ...] = ()
    turns: int = 1


@dataclass(frozen=True, slots=True)
class NameMemory:
    """What is remembered of one name; times in epoch seconds."""

    begun: str = ""
    """Digest of the wanted state towards which changes were begun and not finished."""
    differs_since: float | None = None
    failures: int = 0
    failed_wanted: str = ""
    """Digest of the wanted state that failed."""
    failed_reason: str = ""
    """`VerificationFailed` where the model answered wrongly."""
    retry_at: float = 0.0
    repairs: tuple[tuple[float, tuple[str, ...]], ...] = ()
    """When which paths were repaired."""
    done: str = ""
    """Digest of the wanted state that was reached last; remembered for an hour."""
    done_at: float = 0.0
    contested: tuple[str, ...] = ()
    contested_wanted: str = ""
    """Digest of the wanted state while which the paths were contested."""
    tombstone: Tombstone | None = None

    def to_json(self) -> dict[str, Any]:
        """Only what differs from a name of which nothing is remembered."""
        blank = asdict(NameMemory())
        return {key: value for key, value in asdict(self).items() if value != blank[key]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`; raises TypeError or KeyError for another form."""
        stone = data.get("tombstone")
        known = {
            **data,
            "repairs": tuple((float(at), tuple(paths)) for at, paths in data.get("repairs", ())),
            "contested": tuple(data.get("contested", ())),
            "tombstone": Tombstone(**{**stone, "ids": tuple(stone["ids"])}) if stone else None,
        }
        return cls(**known)


@dataclass(frozen=True, slots=True)
class Memory:
    """Everything that is remembered of one target."""

    revision: str = ""
    """The commit that was last reconciled."""
    project: str = ""
    origin: str = ""
    patterns: str = ""
    busy_until: float = 0.0
    """The service asked for fewer requests: no change begins before."""
    busy_pause: float = 0.0
    deep_at: float = 0.0
    """When records were last read on the round over the fleet."""
    names: Mapping[str, NameMemory] = field(default_factory=dict)

    def of(self, name: str) -> NameMemory:
        """What is remembered of a name."""
        return self.names.get(name, NameMemory())

    def with_names(self, names: Mapping[str, NameMemory]) -> Memory:
        """The same with these names; one of which nothing is to be remembered is dropped."""
        return replace(self, names={name: item for name, item in names.items() if item != NameMemory()})

    def to_json(self) -> dict[str, Any]:
        """JSON form."""
        found = {key: getattr(self, key) for key in ("revision", "project", "origin", "patterns")}
        times = {"busyUntil": self.busy_until, "busyPause": self.busy_pause, "deepAt": self.deep_at}
        return {"formatVersion": 1, **found, **times, "names": {n: item.to_json() for n, item in self.names.items()}}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`; raises KeyError or TypeError for another form."""
        return cls(
            data["revision"],
            data["project"],
            data["origin"],
            data["patterns"],
            float(data["busyUntil"]),
            float(data["busyPause"]),
            float(data.get("deepAt", 0)),
            {name: NameMemory.from_json(item) for name, item in data["names"].items()},
        )
