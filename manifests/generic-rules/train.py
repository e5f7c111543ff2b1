"""Make the example: a model that no framework knows, a table of prices, with its own score.py.

Run it in this folder: `python train.py`. The files it makes are checked in.
"""

import csv
import json
from pathlib import Path

HERE = Path(__file__).parent

rules = {"base": 50.0, "each": {"rooms": 20.5, "floor": -1.25}}
(HERE / "rules.json").write_text(json.dumps(rules, indent=2) + "\n", encoding="utf-8")

flats = [(rooms, floor) for rooms in range(1, 6) for floor in range(4)]
prices = [rules["base"] + rules["each"]["rooms"] * rooms + rules["each"]["floor"] * floor for rooms, floor in flats]
for name, header, rows in (("input", ("rooms", "floor"), flats), ("output", ("price",), [(p,) for p in prices])):
    with (HERE / "samples" / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
