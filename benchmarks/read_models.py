"""Facts of large model files against what a library does that needs them in memory: import the framework and load.

Run it from the project's root: `python benchmarks/read_models.py [MEGABYTES [FORMAT...]]` (500 by default and all
formats; each one's file is made, measured and removed in turn). Exits with 1 when a budget is missed: 20x less CPU
time, a tenth of the memory.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from measure import measure, python, ratio

OURS = "from pathlib import Path; from compiler.frameworks import inspect_model; inspect_model(Path('model'))"
TORCH = "import torch; n = MEGABYTES * 2**20 // 4 // 8; w = {f'layer{i}.weight': torch.zeros(n) for i in range(8)}; "
XGBOOST = """
import json, numpy, xgboost
x = numpy.random.default_rng(0).random((2000, 20))
booster = xgboost.train({"max_depth": 8}, xgboost.DMatrix(x, x[:, 0] * x[:, 1] + x[:, 2]), 20)
tree = json.loads(booster.save_raw("json"))
model = tree["learner"]["gradient_booster"]["model"]
times = MEGABYTES * 2**20 // len(json.dumps(model["trees"], separators=(",", ":"))) + 1
model["trees"] = [{**tree, "id": i * 20 + tree["id"]} for i in range(times) for tree in model["trees"]]
model["tree_info"] = [0] * len(model["trees"])
model["iteration_indptr"] = list(range(len(model["trees"]) + 1))
model["gbtree_model_param"]["num_trees"] = str(len(model["trees"]))
text = json.dumps(tree, separators=(",", ":"))
"""
LIGHTGBM = """
import lightgbm, numpy, re
x = numpy.random.default_rng(0).random((2000, 20))
data = lightgbm.Dataset(x, x[:, 0] * x[:, 1])
text = lightgbm.train({"num_leaves": 200, "verbose": -1}, data, 20).model_to_string()
head, trees, tail = re.split(r"(?=Tree=0\\n)|(?=end of trees)", text)
blocks = [block.partition("\\n")[2] for block in re.split(r"(?=Tree=\\d+\\n)", trees) if block]
count = MEGABYTES * 2**20 // len(trees) * 20
numbered = [f"Tree={i}\\n{blocks[i % 20]}" for i in range(count)]
head = re.sub(r"tree_sizes=.*", "tree_sizes=" + " ".join(str(len(tree)) for tree in numbered), head)
open("model", "w").write(head + "".join(numbered) + tail)
"""
FOREST = """
import joblib, numpy
from sklearn.ensemble import ExtraTreesRegressor
random = numpy.random.default_rng(0)
estimator = ExtraTreesRegressor(MEGABYTES * 10 // 28, max_features=1, random_state=0)
joblib.dump(estimator.fit(random.random((20000, 10)), random.random(20000)), "model")
"""
# What makes the file, and the peer that loads it.
FORMATS = {
    "PyTorch state_dict": (TORCH + "torch.save(w, 'model')", "import torch; torch.load('model', weights_only=True)"),
    "safetensors": (
        TORCH + "from safetensors.torch import save_file; save_file(w, 'model')",
        "import torch; from safetensors.torch import load_file; load_file('model')",
    ),
    "XGBoost JSON": (XGBOOST + "open('model', 'w').write(text)", "import xgboost; xgboost.Booster(model_file='model')"),
    "XGBoost UBJ": (
        XGBOOST + "xgboost.Booster(model_file=bytearray(text, 'ascii')).save_model('model.ubj'); "
        "import os; os.rename('model.ubj', 'model')",
        "import xgboost; xgboost.Booster(model_file='model')",
    ),
    "LightGBM text": (LIGHTGBM, "import lightgbm; lightgbm.Booster(model_file='model')"),
    "scikit-learn joblib": (FOREST, "import joblib; joblib.load('model')"),
}


def main() -> int:
    """Measure, print, and say whether the budgets hold."""
    megabytes, *formats = sys.argv[1:] or ["500"]
    held = [_compare(name, megabytes) for name in formats or FORMATS]
    return 0 if all(held) else 1


def _compare(name: str, megabytes: str) -> bool:
    make, load = FORMATS[name]
    with tempfile.TemporaryDirectory() as folder:
        # In a process of its own, so that its memory is not counted to those measured.
        subprocess.run(python(f"MEGABYTES = {int(megabytes)}\n{make}"), cwd=folder, check=True)
        size = (Path(folder) / "model").stat().st_size >> 20
        ours = measure(python(OURS), cwd=Path(folder), runs=3)
        peer = measure(python(load), cwd=Path(folder), runs=1, warm=0)
    fast = ratio(f"{name}, {size} MiB", ours, peer, 20)
    print(f"  {peer.memory / ours.memory:.1f}x less memory (budget: 10x)")
    return fast and peer.memory >= 10 * ours.memory


if __name__ == "__main__":
    sys.exit(main())
