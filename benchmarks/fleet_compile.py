"""`compile --all` and `plan --all` of many manifests, and how they grow: whole processes.

    python benchmarks/fleet_compile.py [COUNT...]

10, 100 and 1,000 copies of the scikit-learn example by default, each with a model of its own bytes. Exits with 1 when
1,000 take longer than their budgets: cold 12 s, unchanged 0.8 s, the plan against an empty target 3 s by the clock.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

from measure import Figures, measure

EXAMPLE = Path(__file__).parent.parent / "manifests" / "sklearn-wine"
BUDGETS = {"compile, cold": 12.0, "compile, nothing changed": 0.8, "plan, empty target": 3.0}
"""Seconds for 1,000 manifests."""
COLD = (
    "import shutil, sys; shutil.rmtree('.manifact', True); shutil.rmtree('build', True); "
    "from compiler.cli.main import main; sys.exit(main(['compile', '--all']))"
)


def main() -> int:
    """Measure each size; whether the budgets of 1,000 hold."""
    counts = [int(word) for word in sys.argv[1:]] or [10, 100, 1000]
    held = True
    for count in counts:
        with tempfile.TemporaryDirectory(prefix="manifact-fleet-") as folder:
            make(Path(folder), count)
            for name, figures in measured(Path(folder)).items():
                within = count != 1000 or figures.wall <= BUDGETS[name]
                print(f"{count:6} {name:26} {figures} {'' if count != 1000 else 'ok' if within else 'MISSED'}")
                held &= within
    return 0 if held else 1


def make(root: Path, count: int) -> None:
    """A project of `count` manifests."""
    (root / "manifact.yaml").write_text("apiVersion: manifact/v1\nkind: Project\nmetadata: {name: fleet}\n")
    text = (EXAMPLE / "model.yaml").read_text(encoding="utf-8")
    rows = json.dumps({"note": "samples differ, so that nothing is shared"})
    for number in range(count):
        folder = root / "models" / f"wine-{number}"
        shutil.copytree(EXAMPLE, folder)
        (folder / "model.yaml").write_text(text.replace("wine-cultivar", f"wine-{number}") + f"# {number} {rows}\n")
        lines = (folder / "samples" / "input.csv").read_text().splitlines()
        cells = lines[1].split(",")
        cells[0] = f"{float(cells[0]) + number / 1000:.4f}"
        (folder / "samples" / "input.csv").write_text("\n".join([lines[0], ",".join(cells), *lines[2:]]) + "\n")


def measured(root: Path) -> dict[str, Figures]:
    """The three, one after the other."""
    cli = [sys.executable, "-m", "compiler"]
    runs = 1 if sum(1 for _ in (root / "models").iterdir()) > 100 else 3
    return {
        "compile, cold": measure([sys.executable, "-c", COLD], cwd=root, runs=runs, warm=0),
        "compile, nothing changed": measure([*cli, "compile", "--all"], cwd=root, runs=runs),
        "plan, empty target": measure([*cli, "plan", "--all"], cwd=root, runs=runs),
    }


if __name__ == "__main__":
    sys.exit(main())
