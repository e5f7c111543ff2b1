"""How far a process is shut in, told aspect by aspect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Isolation(NamedTuple):
    """What holds for a process that runs user code; each is False where this machine cannot enforce it."""

    network: bool
    """It reaches no network: it has a loopback interface of its own and nothing else."""
    files: bool
    """It sees what it needs to run and nothing else of the file system, and writes in its scratch folder alone."""
    processes: bool
    """It can neither see, read nor signal any other process."""

    @property
    def complete(self) -> bool:
        """Whether all of them hold."""
        return all(self)

    @property
    def missing(self) -> tuple[str, ...]:
        """The aspects that do not hold."""
        return tuple(name for name, holds in self._asdict().items() if not holds)


NONE = Isolation(network=False, files=False, processes=False)


def from_json(value: Mapping[str, object]) -> Isolation:
    """The isolation that was written as a mapping; what is not there does not hold."""
    return Isolation(*(value.get(name) is True for name in Isolation._fields))
