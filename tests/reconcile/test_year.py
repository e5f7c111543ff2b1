"""A generated year of a repository: after every turn, live is what the rules say, and nothing was deleted unasked.

The default run has a few names and commits. `MANIFACT_YEAR=200,300` makes it 200 models and 300 commits.
"""

from __future__ import annotations

import contextlib
import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from compiler.diagnostics import CompilerError

DAY = 86_400
EVERYTHING = {"perTurn": 500, "change": "100%", "destructive": "100%", "prune": "100%"}


@dataclass
class Model:
    """What the manifests of a name say now."""

    factor: int = 2
    bandwidth: int = 10
    absent: bool = False
    broken: bool = False
    good: bool = False
    """Whether it was ever applied."""


@dataclass
class Year:
    """A repository, the rules, and what must be live."""

    repository: Any
    random: random.Random
    models: dict[str, Model] = field(default_factory=dict)
    removed: dict[str, float] = field(default_factory=dict)
    """Orphaned name -> when it was removed."""
    deactivated: set[str] = field(default_factory=set)
    count: int = 0

    def write(self, name: str) -> None:
        model = self.models[name]
        more = {"state": "absent"} if model.absent else {"bandwidthMbps": model.bandwidth}
        path = self.repository.write(name, factor=model.factor, **more)
        if model.broken:
            path.write_text(path.read_text().replace('"kind": "Model"', '"kind": "Modell"'))

    def add(self) -> None:
        name = f"m{self.count}"
        self.count += 1
        self.models[name] = Model(factor=self.random.choice([2, 3]))
        self.write(name)

    def edit(self) -> None:
        self._change(lambda model: setattr(model, "bandwidth", self.random.choice([10, 20, 30])))

    def retrain(self) -> None:
        self._change(lambda model: setattr(model, "factor", self.random.choice([2, 3, 5])))

    def break_one(self) -> None:
        self._change(lambda model: setattr(model, "broken", True))

    def mend(self) -> None:
        for name, model in self.models.items():
            if model.broken:
                model.broken = False
                self.write(name)

    def take_down(self) -> None:
        self._change(lambda model: setattr(model, "absent", not model.absent))

    def remove(self) -> None:
        if (name := self._some()) and len(self.models) > 1:
            self.repository.remove(name)
            if self.models.pop(name).good:
                self.removed[name] = self.repository.time

    def bring_back(self) -> None:
        for name in list(self.removed)[:1]:
            del self.removed[name]
            self.models[name] = Model(good=True)
            self.write(name)

    def drift(self) -> None:
        if name := self._up():
            self.repository.edit_deployment(name, displayName="by hand")

    def delete_by_hand(self) -> None:
        if name := self._up():
            self.repository.act_on_deployment(name, "delete")

    def deactivate_by_hand(self) -> None:
        name = self._up()
        if name and not self.models[name].broken:
            self.repository.act_on_deployment(name, "deactivate")
            self.deactivated.add(name)
            # Activated again before the manifest changes: an incident that ends.
            self.repository.turn(prune=True)
            assert self.state(name) == "INACTIVE"
            self.repository.act_on_deployment(name, "activate")
            self.deactivated.discard(name)

    def misspell_the_pattern(self) -> None:
        """One turn with a project file whose patterns match little: nothing may go."""
        before = self.repository.live()
        known = {"apiVersion": "manifact/v1", "kind": "Project", "metadata": {"name": "cellar"}}
        self.repository.write_project({**known, "manifests": ["models/m0/model.yaml", "model/*/model.yaml"]})
        self.repository.pass_time(2 * DAY)
        with contextlib.suppress(CompilerError):  # no manifest at all is refused
            self.repository.turn(prune=True)
        self.repository.project(limits=EVERYTHING)
        after = self.repository.live()
        assert {name: before[name][1] for name in before} == {name: after[name][1] for name in before}

    def state(self, name: str) -> str:
        with self.repository.lab() as lab:
            return next(x.state for x in lab.deployments() if x.tags["manifact-name"] == name)

    def check(self) -> None:
        """After turns until nothing moves, live is what the rules say; and another turn sends nothing."""
        result = self.repository.settle(prune=True)
        live = self.repository.live()
        for name, model in self.models.items():
            if model.broken:
                assert result.states[name].state == "Broken"
                assert (name in live) == model.good
                continue
            assert result.states[name].state == "InSync", (name, result.states[name])
            assert live[name][1] == (0 if model.absent else 1)
            model.good = True
        for name, since in list(self.removed.items()):
            due = self.repository.time - since > DAY
            if due and name not in live:
                del self.removed[name]
            assert due or name in live
        assert set(live) == {name for name, model in self.models.items() if model.good} | (
            set(self.removed) & set(live)
        )
        again = self.repository.turn(prune=True)
        assert not [state for state in again.states.values() if state.begins]

    def _change(self, edit: Callable[[Model], None]) -> None:
        if name := self._some():
            edit(self.models[name])
            self.write(name)

    def _some(self) -> str:
        return self.random.choice(sorted(self.models)) if self.models else ""

    def _up(self) -> str:
        names = [name for name, m in self.models.items() if m.good and not m.absent and not m.broken]
        return self.random.choice(sorted(names)) if names else ""


COMMITS = (
    Year.add,
    Year.add,
    Year.edit,
    Year.edit,
    Year.retrain,
    Year.break_one,
    Year.mend,
    Year.take_down,
    Year.remove,
    Year.bring_back,
    Year.drift,
    Year.delete_by_hand,
    Year.deactivate_by_hand,
    Year.misspell_the_pattern,
)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_a_year(repository: Any, seed: int) -> None:
    names, commits = (int(text) for text in os.environ.get("MANIFACT_YEAR", "3,14").split(","))
    repository.project(limits=EVERYTHING)
    year = Year(repository, random.Random(seed))
    for _ in range(names):
        year.add()
    year.check()
    for _ in range(commits):
        for step in year.random.sample(COMMITS, 2):
            step(year)
        repository.pass_time(year.random.choice([600, DAY, 2 * DAY]))
        year.check()
