"""Facts of pickles whose every byte or opcode has to be looked at, against importing the framework and loading.

Run it from the project's root: `python benchmarks/read_pickles.py`. A forest of about 180 MB, plain and compressed, and
a vocabulary of a million words (three million opcodes). Exits with 1 when a budget is missed: 3x less CPU time, and
less memory than the peer needs.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from measure import measure, python, ratio

OURS = "from pathlib import Path; from compiler.frameworks import inspect_model; inspect_model(Path('model'))"
LOAD = "import joblib; joblib.load('model')"
FOREST = """
import joblib, numpy, pickle
from sklearn.ensemble import RandomForestClassifier
x = numpy.random.RandomState(0).rand(20000, 10)
model = RandomForestClassifier(300, random_state=0).fit(x, x.sum(1) * 3 % 2 > 1)
"""
WORDS = """
import joblib, pickle
from sklearn.feature_extraction.text import CountVectorizer
model = CountVectorizer()
model.vocabulary_ = {f"word{n}": n for n in range(1_000_000)}
"""
FILES = {
    "forest, zlib": FOREST + "joblib.dump(model, 'model', compress=3)",
    "forest, lz4": FOREST + "joblib.dump(model, 'model', compress='lz4')",
    "forest, plain joblib": FOREST + "joblib.dump(model, 'model')",
    "forest, pickle": FOREST + "pickle.dump(model, open('model', 'wb'))",
    "vocabulary, joblib": WORDS + "joblib.dump(model, 'model')",
    "vocabulary, pickle": WORDS + "pickle.dump(model, open('model', 'wb'))",
}


def main() -> int:
    """Measure, print, and say whether the budgets hold."""
    held = [_compare(name) for name in FILES]
    return 0 if all(held) else 1


def _compare(name: str) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(python(FILES[name]), cwd=folder, check=True)
        size = (Path(folder) / "model").stat().st_size >> 20
        ours = measure(python(OURS), cwd=Path(folder), runs=3)
        peer = measure(python(LOAD), cwd=Path(folder), runs=1)
    fast = ratio(f"{name}, {size} MiB", ours, peer, 3)
    print(f"  {peer.memory / ours.memory:.1f}x less memory")
    return fast and peer.memory > ours.memory


if __name__ == "__main__":
    sys.exit(main())
