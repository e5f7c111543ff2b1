"""A score.py of one's own: OCI calls load_model() once and predict(data) for every request."""

import json
from functools import lru_cache
from pathlib import Path

HERE = Path(__file__).parent


@lru_cache(maxsize=1)
def load_model(model_file_name="rules.json"):
    return json.loads((HERE / model_file_name).read_text(encoding="utf-8"))


def _price(row, rules):
    return rules["base"] + sum(rules["each"].get(name, 0) * value for name, value in row.items())


def predict(data, model=load_model()):
    rows = data["data"] if isinstance(data, dict) and "data" in data else data
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError('expected a list of records: [{"rooms": 3, "floor": 2}]')
    return {"prediction": [_price(row, model) for row in rows]}
