"""Mutation test: change the code in one place, run the tests that cover it, and list the changes that nobody notices.

`python scripts/mutate.py planning --seed 7 --count 15`. The tests run on a copy of the repository with an interpreter
of its own, so that also the processes which they start have the change. Which tests cover a line is measured first,
once for each folder of tests, and kept below `build/mutation`; `--fresh` measures again. Needs the extra `test`.
"""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path

from mutants import Mutant, mutants
from mutation_runs import Coverage, Outcome, Workshop

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = "tests/cli/commands"
CHANGES = "tests/engine/change"
ROOMS: dict[str, tuple[str, ...]] = {
    "cloud": ("tests/cloud", CHANGES, COMMANDS, "tests/cli"),
    "compilation": ("tests/compilation", "tests/cli", COMMANDS),
    "emit": ("tests/emit", "tests/compilation"),
    "engine": (CHANGES, "tests/engine", COMMANDS, "tests/cli"),
    "frameworks": ("tests/frameworks",),
    "introspection": ("tests/emit", "tests/compilation"),
    "localcloud": ("tests/localcloud", CHANGES, "tests/cloud"),
    "passes": ("tests/compilation", "tests/emit", "tests/readers/samples", "tests/cases"),
    "planning": ("tests/planning", CHANGES, "tests/cli", COMMANDS),
    "readers": ("tests/readers", "tests/frameworks"),
    "reconcile": ("tests/reconcile",),
    "render": ("tests/render", "tests/cli", COMMANDS),
    "serving": ("tests/serving", COMMANDS, "tests/verify"),
    "verify": ("tests/verify", COMMANDS),
    "workspace": ("tests/workspace", "tests/compilation", "tests/cli", COMMANDS),
}
"""The folders of tests that a room is measured by, nearest first; a folder stands for the test files right in it."""
GOAL = 90
"""Per cent of the changes that tests have to notice."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rooms", nargs="*", default=sorted(ROOMS), help="rooms, or files of compiler/ (default: all)")
    parser.add_argument("--seed", type=int, default=0, help="which changes are drawn (default 0)")
    parser.add_argument("--count", type=int, default=15, help="how many changes of each room (default 15)")
    parser.add_argument("--budget", type=float, default=120, help="seconds of tests for one change, as measured")
    parser.add_argument("--fresh", action="store_true", help="measure again which tests cover what")
    arguments = parser.parse_args()
    with Workshop(ROOT) as workshop:
        scores = [_room(workshop, name, arguments) for name in arguments.rooms]
    return 0 if all(score >= GOAL for score in scores) else 1


def _room(workshop: Workshop, name: str, arguments: argparse.Namespace) -> float:
    room = name.removeprefix("compiler/").partition("/")[0].removesuffix(".py")
    files = [name] if name.endswith(".py") else _files(room)
    coverage = Coverage.of(workshop, ROOMS[room], fresh=arguments.fresh)
    drawn = _draw(files, arguments.seed, arguments.count)
    outcomes = []
    for mutant in drawn:
        outcome = workshop.judge(mutant, coverage.tests(mutant, arguments.budget))
        outcomes.append(outcome)
        print(f"{outcome.value:9} {mutant}", flush=True)
    noticed = sum(outcome is not Outcome.SURVIVED for outcome in outcomes)
    score = 100 * noticed / len(outcomes) if outcomes else 100.0
    print(f"{name}: {noticed} of {len(outcomes)} noticed, {score:.0f} % (seed {arguments.seed})", flush=True)
    return score


def _files(room: str) -> list[str]:
    folder = ROOT / "compiler" / room
    found = sorted(folder.rglob("*.py")) if folder.is_dir() else [folder.with_suffix(".py")]
    return [str(path.relative_to(ROOT)) for path in found]


def _draw(files: list[str], seed: int, count: int) -> list[Mutant]:
    every = [mutant for file in files for mutant in mutants(ROOT, file)]
    return random.Random(seed).sample(every, min(count, len(every)))


if __name__ == "__main__":
    sys.exit(main())
