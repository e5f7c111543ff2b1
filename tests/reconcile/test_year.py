"""A generated year of a repository: after every turn, live is what the rules say, and nothing was deleted unasked.

The default run has a model of each framework that is verified quickly, and a few commits; the seed is in the test's
name. `MANIFACT_YEAR=200,300 pytest tests/reconcile/test_year.py` makes it 200 models over all frameworks and 300
commits; `MANIFACT_YEAR_SEED=N` is another year.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from compiler.diagnostics import CompilerError
from testing.paths import MANIFESTS
from testing.shared_repository import Model, SharedRepository, name_of

HOUR, DAY = 3_600, 86_400
SIZE = os.environ.get("MANIFACT_YEAR", "")
SEEDS = [int(os.environ.get("MANIFACT_YEAR_SEED", "1"))] if SIZE else [1, 2]
QUICK_EXAMPLES = ("generic-rules", "lightgbm-diabetes", "onnx-iris", "sklearn-wine")
EXAMPLES = tuple(sorted(path.name for path in MANIFESTS.iterdir() if path.is_dir())) if SIZE else QUICK_EXAMPLES


@dataclass
class Year:
    """What manifests say, what was applied, and what is orphaned, by the rules of the documentation alone."""

    shared: SharedRepository
    random: random.Random
    wanted: dict[str, Model] = field(default_factory=dict)
    applied: dict[str, Model] = field(default_factory=dict)
    orphaned: dict[str, float] = field(default_factory=dict)
    """Name -> when a turn first saw that no manifest has it."""
    artifacts: dict[tuple[str, int], str] = field(default_factory=dict)
    """The digest of each content."""
    owners: dict[str, str] = field(default_factory=dict)
    """OCID -> name of everything that was live."""
    formers: dict[str, str] = field(default_factory=dict)
    """New name -> the one before."""
    before: dict[str, Model] | None = None
    """What manifests said before the last commit, where it can be reverted."""
    count: int = 0
    done: Counter[str] = field(default_factory=Counter)

    @property
    def now(self) -> float:
        return self.shared.repository.time  # type: ignore[no-any-return]

    # What people commit.

    def add(self) -> None:
        name = self._new_name()
        self._put(name, Model(EXAMPLES[self.count % len(EXAMPLES)]))

    def edit(self) -> None:
        self._change(bandwidth=self.random.choice([10, 20, 30]))

    def retrain(self) -> None:
        self._change(version=self.random.choice([1, 2, 3]))

    def break_one(self) -> None:
        self._change(broken=True)

    def mend(self) -> None:
        for name, model in self.wanted.items():
            if model.broken:
                self._put(name, replace(model, broken=False))

    def take_down(self) -> None:
        name = self._some()
        self._put(name, replace(self.wanted[name], absent=not self.wanted[name].absent))

    def suspend(self) -> None:
        name = self._some()
        self._put(name, replace(self.wanted[name], suspended=not self.wanted[name].suspended))

    def remove(self) -> None:
        if len(self.wanted) > 1:
            name = self._some()
            shutil.rmtree(self.shared.folder(name))
            del self.wanted[name]

    def bring_back(self) -> None:
        for name in sorted(set(self.orphaned) - set(self.wanted))[:1]:
            self._put(name, replace(self.applied[name], former=""))

    def rename(self) -> None:
        former = self._some()
        if former in self.applied and not self.wanted[former].former:
            name = self._new_name()
            self.shared.folder(former).rename(self.shared.folder(name))
            self.formers[name] = former
            self._put(name, replace(self.wanted.pop(former), former=former))

    # What happens beside commits; turns that are refused send nothing.

    def revert(self) -> None:
        if self.before is not None:
            self.shared.git("revert", "--no-edit", "HEAD")
            self.wanted, self.before = self.before, None

    def force_push(self) -> None:
        self.shared.git("checkout", "-q", "--orphan", "other")
        shutil.rmtree(self.shared.folder(self._some()))
        self.shared.commit("rewritten")
        self._is_refused("rewritten")
        self.shared.git("checkout", "-q", "-f", "main")
        self.shared.git("branch", "-q", "-D", "other")

    def run_an_old_job(self) -> None:
        self.shared.git("checkout", "-q", "HEAD~2")
        self._is_refused("older")
        self.shared.git("checkout", "-q", "main")

    def leave_a_file(self) -> None:
        left = self.shared.root / "left.txt"
        left.write_text("x")
        self._is_refused("not committed")
        left.unlink()

    def drift(self) -> None:
        if name := self._up():
            edit = {"displayName": "by hand"}
            self.shared.by_hand(name, lambda service, ocid: service.update_model_deployment(ocid, edit))

    def delete_by_hand(self) -> None:
        if name := self._up():
            self.shared.by_hand(name, lambda service, ocid: service.delete_model_deployment(ocid))

    def deactivate_by_hand(self) -> None:
        """An incident: turns meanwhile report it, and do not wake the deployment."""
        if name := self._up():
            self.shared.by_hand(name, lambda service, ocid: service.deactivate_model_deployment(ocid))
            self._allow()
            assert self.shared.turn(wait=True).states[name].state == "Drifted"
            self._account()
            (deployment,) = self.shared.deployments(name)
            assert deployment.state == "INACTIVE"
            self.shared.by_hand(name, lambda service, ocid: service.activate_model_deployment(ocid))

    def misspell_the_pattern(self) -> None:
        """A turn whose patterns match little deletes nothing out of sight, however old it is."""
        first = min(self.wanted)
        self.shared.project(f"models/{first}/model.yaml", "model/*/model.yaml")
        self.shared.commit("misspelt")
        self.shared.repository.pass_time(2 * DAY)
        known = self._live()
        self._see_orphans(self.now)
        self.shared.turn()
        gone, seen = set(known) - set(self._live()), self.wanted[first]
        # The one in sight is applied: renamed as it may be, or without its deployment.
        assert {known[item] for item in gone} <= ({first, seen.former} if seen.absent else set())
        self.shared.project()
        self.shared.commit("mended")

    # The rules.

    def commit(self, before: dict[str, Model]) -> None:
        self.shared.commit()
        self.before = before

    def check(self) -> None:
        """Turns until nothing is in progress; then live is what the rules say, and one more turn sends nothing."""
        self._allow()
        result = self.shared.turn(wait=True)
        self._account()
        for name, model in self.wanted.items():
            state = "Broken" if model.broken else "Suspended" if model.suspended else "InSync"
            assert result.states[name].state == state, (name, model, result.states[name])
        self._compare()
        again = self.shared.sent(self.shared.turn)
        assert not again, again

    def _allow(self) -> None:
        """Of which names the next turns may delete something: what is due, and what is to be absent."""
        self._seen = self.now
        due = {name for name, since in self.orphaned.items() if self.now - since >= DAY and name not in self.wanted}
        absent = {name for name, model in self.wanted.items() if model.absent}
        # The version set of a former name stays as long as the new name does.
        former = {self.formers[name] for name in due | absent if name in self.formers}
        self._allowed, self._due = due | absent | former, due
        self.shared.requests.clear()
        self._live_names()

    def _account(self) -> None:
        """What is applied and orphaned after turns; nothing was deleted that was not to be."""
        deleted = {line.rpartition("/")[2] for line in self.shared.requests if line.startswith("DELETE")}
        unasked = {self.owners.get(item, item) for item in deleted} - self._allowed
        assert not unasked, (unasked, self._allowed, self.wanted)
        for name, model in self.wanted.items():
            self.orphaned.pop(name, None)
            if not (model.broken or model.suspended):
                if name not in self.applied:
                    self.applied.pop(model.former, None)
                    self.orphaned.pop(model.former, None)
                self.applied[name] = model
        for name in self._due & set(self.orphaned):
            del self.applied[name], self.orphaned[name]
        self._see_orphans(self._seen)

    def _see_orphans(self, when: float) -> None:
        for name in set(self.applied) - set(self.wanted) - {model.former for model in self.wanted.values()}:
            self.orphaned.setdefault(name, when)

    def _compare(self) -> None:
        """Live and applied are the same."""
        observed = self.shared.observed()
        assert self._live_names() == set(self.applied)
        models = {live.id: live for live in observed.models}
        deployed = [live for live in observed.deployments if not live.deleted]
        assert Counter(map(name_of, deployed)) == Counter(n for n, model in self.applied.items() if not model.absent)
        for live in deployed:
            model, details = self.applied[name_of(live)], live.body["modelDeploymentConfigurationDetails"]
            assert live.body["displayName"] == name_of(live)
            assert details["modelConfigurationDetails"]["bandwidthMbps"] == model.bandwidth
            digest = models[live.model_id].tags["manifact-artifact"]
            assert self.artifacts.setdefault((model.example, model.version), digest) == digest

    # Tools.

    def _live_names(self) -> set[str]:
        return set(self._live().values())

    def _live(self) -> dict[str, str]:
        """OCID -> name of the models and deployments that are live."""
        found = self.shared.observed()
        everything = (*found.models, *found.deployments, *found.version_sets)
        self.owners.update({item.id: name_of(item) for item in everything})
        return {item.id: name_of(item) for item in (*found.models, *found.deployments) if not item.deleted}

    def _is_refused(self, why: str) -> None:
        def refused() -> None:
            with pytest.raises(CompilerError, match=why):
                self.shared.turn()

        assert not self.shared.sent(refused)

    def _put(self, name: str, model: Model) -> None:
        self.wanted[name] = model
        self.shared.put(name, model)

    def _change(self, **keys: Any) -> None:
        name = self._some()
        self._put(name, replace(self.wanted[name], **keys))

    def _new_name(self) -> str:
        self.count += 1
        return f"m{self.count}"

    def _some(self) -> str:
        return self.random.choice(sorted(self.wanted))

    def _up(self) -> str:
        """A name that is served as its manifest says."""
        names = [name for name, model in self.applied.items() if not model.absent and self.wanted.get(name) == model]
        return self.random.choice(sorted(names)) if names else ""


COMMITS = (Year.add, Year.edit, Year.edit, Year.retrain, Year.break_one, Year.mend, Year.take_down, Year.suspend,
           Year.remove, Year.bring_back, Year.rename)  # fmt: skip
EVENTS = (Year.drift, Year.delete_by_hand, Year.deactivate_by_hand, Year.misspell_the_pattern, Year.revert,
          Year.force_push, Year.run_an_old_job, Year.leave_a_file)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_a_year(repository: Any, seed: int) -> None:
    names, commits = (int(word) for word in (SIZE or "5,14").split(","))
    began, year = time.monotonic(), Year(SharedRepository(repository), random.Random(seed))
    for _ in range(names):
        year.add()
    year.commit({})
    year.before = None
    year.check()
    for number in range(commits):
        before = dict(year.wanted)
        steps = year.random.sample(COMMITS, 2)
        for step in steps:
            step(year)
        year.commit(before)
        event = year.random.choice(EVENTS)
        if number % 2:
            event(year)
            steps.append(event)
        year.done.update(step.__name__ for step in steps)
        repository.pass_time(year.random.choice([2 * HOUR, DAY, 2 * DAY]))
        year.check()
        if SIZE:
            tell(f"{number + 1} commits, {len(year.wanted)} models, {time.monotonic() - began:.0f} s")
    tell(f"seed {seed}: {dict(year.done)}")


def tell(text: str) -> None:
    """Seen with `-s`, and when the test fails."""
    sys.stderr.write(f"{text}\n")
