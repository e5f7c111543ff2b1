"""Start-up and compile of one small model against what a notebook library must do at least: import and load.

Run it from the project's root: `python benchmarks/compile_speed.py`. Exits with 1 when a budget is missed.

The peer is the import of scikit-learn, pandas and joblib and the load of the same model: the least that a library
which needs the estimator in memory can do. Oracle ADS itself takes 3.1 to 6 s for import and `prepare()` (measured
elsewhere, on a machine of the same size).
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from measure import measure, python, ratio

EXAMPLE = Path(__file__).parent.parent / "manifests" / "sklearn-wine"
LOAD = "import sklearn, pandas, joblib; joblib.load('model.joblib')"
COLD = (
    "import shutil, sys; shutil.rmtree('.manifact', True); "
    "from compiler.cli.main import main; sys.exit(main(['compile']))"
)


def main() -> int:
    """Measure, print, and say whether the budgets hold."""
    manifact = shutil.which("manifact") or "manifact"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "wine"
        shutil.copytree(EXAMPLE, folder)
        peer = measure(python(LOAD), cwd=folder)
        cold = measure(python(COLD), cwd=folder)
        measure([manifact, "compile"], cwd=folder, runs=1)
        unchanged = measure([manifact, "compile"], cwd=folder)
    held = [
        ratio("manifact --help", measure([manifact, "--help"]), peer, 10),
        ratio("compile, cold", cold, peer, 4),
        ratio("compile, nothing changed", unchanged, peer, 10),
    ]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
