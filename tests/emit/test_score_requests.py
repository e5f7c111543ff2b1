"""Thousands of odd requests: each is answered, or refused with a ValueError that a caller can act on."""

from __future__ import annotations

import base64
import json
import random
from dataclasses import replace

import joblib
import numpy as np
import pytest
from sklearn.dummy import DummyRegressor

from compiler.ir import DataSchema, Field, ModelFacts
from testing.some import some

WHOLE = [0, 1, -1, 3.0, 3.5, 255, 256, 2**53 + 1, 2**63 - 1, -(2**63), 2**64, 10**400, "1", True, None]
MOMENTS = [
    *("2024-01-01", "2024-01-01T00:00:00Z", "2024-01-01 10:00", "2024-02-30", "0001-01-01", "2024-01-01T25:00"),
    *("9999-12-31T23:59:59.999999+14:00", "2024-01-01T00:00:00.123456789", "2024-01-01T00:00:00+99:99", "now", ""),
    *(0, 1_700_000_000_000, 1e20, 2**62, -1, None),
]
CELLS = {
    "int64": WHOLE,
    "uint8": WHOLE,
    "Int64": WHOLE,
    "float32": [0, 1.5, -1e38, 1e39, 2**70, 10**400, float("inf"), float("nan"), True, "1", None],
    "float64": [0, 1.5, 1e308, 10**400, float("-inf"), "", None],
    "Float64": [1.5, 1, None, "x"],
    "bool": [True, False, 0, 1, 1.0, 2, "yes", None],
    "boolean": [True, 0, 1.0, None, "no"],
    "object": ["a", "", 1, True, None, [1], {"a": 1}, "\ud800"],
    "string": ["a", None, 1],
    "str": ["a", None, 1],
    "category": ["a", 1, 2.5, True, None, [1]],
    "datetime64[ns]": MOMENTS,
    "datetime64[ns, UTC]": MOMENTS,
    "datetime64[us]": MOMENTS,
}
GOOD = {dtype: cells[0] for dtype, cells in CELLS.items()}
REQUIRED = ("int64", "float32", "object")


@pytest.fixture
def model(bench):
    path = bench.root / "model.joblib"
    joblib.dump(DummyRegressor(strategy="constant", constant=7).fit([[0]], [7]), path)
    fields = (Field(dtype, dtype, "", dtype in REQUIRED, dtype, order) for order, dtype in enumerate(CELLS))
    return replace(bench.model(path, ModelFacts("scikit-learn", "joblib")), input_schema=DataSchema(tuple(fields)))


def wild(chance: random.Random, depth: int = 0):
    """Any JSON at all, made of the pieces that requests are made of."""
    kind = chance.random() if depth < 4 else 0
    if kind < 0.5:
        return chance.choice([None, True, 0, 3.5, float("nan"), 10**400, "", "x", "[", '{"a"', '"a"', "\ud800"])
    length = chance.choice([0, 1, 2, len(CELLS)])
    if kind < 0.75:
        return [wild(chance, depth + 1) for _ in range(length)]
    return {chance.choice([*CELLS, "data", "data_type", "0"]): wild(chance, depth + 1) for _ in range(length)}


def nearly_good(chance: random.Random):
    """Rows that are right but for one or two columns."""
    odd = chance.sample(list(CELLS), 2)
    rows = [
        {**GOOD, **{dtype: chance.choice(CELLS[dtype]) for dtype in odd}} for _ in range(chance.choice([1, 1, 2, 3]))
    ]
    return chance.choice(
        [
            rows,
            rows[0],
            [list(row.values()) for row in rows],
            {dtype: [row[dtype] for row in rows] for dtype in CELLS},
            {"data": json.dumps(rows)},
            {"data": [{k: v for k, v in row.items() if chance.random() < 0.98} for row in rows]},
        ]
    )


def test_odd_requests_are_answered_or_refused_with_a_reason(bench, model):
    chance = random.Random(20)
    requests = [wild(chance) if number % 4 else nearly_good(chance) for number in range(400)]
    requests += [nearly_good(chance) for _ in range(1600)]
    requests += [{"data": wild(chance), "data_type": f"<class 'numpy.{kind}'>"} for kind in ("ndarray", "Tensor")]
    replies = bench.ask(model, requests).answers
    answered = [reply for reply in replies if "answer" in reply]
    refused = [reply for reply in replies if "error" in reply]
    assert len(answered) + len(refused) == len(requests)
    assert {reply["error"] for reply in refused} == {"ValueError"}
    assert all(set(reply["answer"]["prediction"]) == {7} for reply in some(answered))
    assert min(len(answered), len(refused)) > 300
    spoken = ("column ", "unknown column ", "row ", "the request holds no ", "'data' is not a base64")
    assert [reply["message"] for reply in refused if not reply["message"].startswith(spoken)] == []


def header(description: str) -> str:
    """An .npy file that promises what it does not hold, in base64."""
    text = description.encode() + b" " * (-(len(description) + 11) % 64) + b"\n"
    return base64.b64encode(b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + bytes(16)).decode()


def test_hostile_envelopes_are_refused(bench, model):
    npy = [
        f"{{'descr': {dtype}, 'fortran_order': False, 'shape': {shape}, }}"
        for dtype in ("'<f8'", "'O'", "'<U4'", "'V99999999999'", "[('a','O')]", "('" * 50, "(" * 3000)
        for shape in ("(9999999999999,)", "(-1,)", "(True,)", "('a',)", "(1a1,)", "()")
    ]
    requests = [{"data": header(text), "data_type": "<class 'numpy.ndarray'>"} for text in npy]
    tensor = {"__ads_torch_tensor__": 1, "data": [1], "dtype": "torch.float32", "shape": [1]}
    odd = ({"dtype": "torch.zzz"}, {"shape": "x"}, {"data": [[1], [1, 2]]}, {"data": [10**30], "dtype": "torch.int8"})
    requests += [{"data": {**tensor, **change}} for change in odd]
    requests += [{"data": {"__ads_torch_tensor__": 1}}, {"data": "PK\x03\x04", "data_type": "ndarray"}]
    requests += ["[" * 100_000, {"data": '{"a":' * 100_000}]
    for request, reply in zip(requests, bench.ask(model, requests).answers, strict=True):
        assert reply.get("error") == "ValueError", (str(request)[:200], reply)


def test_the_frame_has_the_dtypes_of_the_schema(bench, model):
    bench.extras["hooks.py"] = (
        "def pre_inference(frame):\n"
        "    assert all(n == str(d) or n in ('str', 'string') for n, d in frame.dtypes.items()), frame.dtypes\n"
        "    return frame\n"
    )
    hooked = bench.model(model.files[0].source, model.facts, score=replace(model.score, hooks="hooks.py"))
    sparse = {dtype: GOOD[dtype] for dtype in REQUIRED} | {"bool": True, "uint8": 1}
    answers = bench.predictions(replace(hooked, input_schema=model.input_schema), [GOOD, sparse])
    assert answers == [[7], [7]]
    assert np.isfinite(answers).all()
