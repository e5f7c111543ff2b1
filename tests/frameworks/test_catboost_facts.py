"""CatBoost files, made by the `make.py` beside them: what they say of themselves, and what damaged ones get."""

from __future__ import annotations

import contextlib
import gzip
import re
import shutil
import struct
from pathlib import Path

import joblib
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.diagnostics import CompilerError
from compiler.frameworks import inspect_model
from testing.command import Manifact
from testing.paths import OLD_MODELS

FILES = OLD_MODELS / "catboost"
HOMES = ("rooms", "area", "city")
KINDS = ("high", "low", "mid")
FACTS = {
    "classifier.cbm": ("CatBoostClassifier", HOMES, 3, KINDS, None),
    "classifier.json": ("CatBoostClassifier", HOMES, 3, KINDS, None),
    "leafwise.cbm": ("CatBoostRegressor", HOMES, 3, None, None),
    "leafwise.json": ("CatBoostRegressor", HOMES, 3, None, None),
    "truth.cbm": ("CatBoostClassifier", HOMES[:2], 2, (False, True), None),
    "unnamed.cbm": ("CatBoostClassifier", None, 2, (0, 1), None),
    "targets.cbm": ("CatBoostRegressor", HOMES[:2], 2, None, 2),
    "ranker.cbm": ("CatBoostRanker", HOMES[:2], 2, None, None),
}


@pytest.mark.parametrize("name", FACTS)
def test_facts(name: str) -> None:
    facts = inspect_model(FILES / name)
    found = (facts.algorithm, facts.feature_names, facts.feature_count, facts.classes, facts.outputs_per_row)
    assert found == FACTS[name]
    assert (facts.framework, facts.format) == ("catboost", f"catboost-{name.rpartition('.')[2]}")
    assert (facts.version, facts.requires, facts.unserved) == ("1.2.10", ("catboost", "numpy"), None)
    assert facts.details == {"trees": 4, **({"categorical": ["city"]} if facts.feature_count == 3 else {})}
    assert facts.methods == {"predict"} | ({"predict_proba"} if facts.classes else set())
    assert facts.hyperparameters is not None
    assert (facts.hyperparameters["iterations"], facts.hyperparameters["depth"]) == (4, 2)


@pytest.mark.parametrize("name", ["classifier", "leafwise"])
def test_both_formats_say_the_same(name: str) -> None:
    binary, text = (inspect_model(FILES / f"{name}.{suffix}") for suffix in ("cbm", "json"))
    assert (binary.hyperparameters, binary.details, binary.classes) == (
        text.hyperparameters,
        text.details,
        text.classes,
    )


def test_the_name_of_a_file_means_nothing(tmp_path: Path) -> None:
    for name in ("classifier.cbm", "classifier.json"):
        (tmp_path / "model.bin").write_bytes((FILES / name).read_bytes())
        assert inspect_model(tmp_path / "model.bin") == inspect_model(FILES / name)


def test_a_compressed_file_is_to_be_decompressed(tmp_path: Path) -> None:
    (tmp_path / "model.cbm.gz").write_bytes(gzip.compress((FILES / "classifier.cbm").read_bytes()))
    unserved = inspect_model(tmp_path / "model.cbm.gz").unserved
    assert unserved is not None
    assert "decompress" in unserved.instead


BROKEN = {
    "no length": b"CBM1",
    "shorter than it says": (FILES / "truth.cbm").read_bytes()[:3000],
    "no table": b"CBM1" + struct.pack("<I", 64) + bytes(64),
    "a vtable outside": b"CBM1" + struct.pack("<IIi", 64, 4, 2**31 - 1) + bytes(56),
    "no features in its JSON": b'{"features_info": 3, "oblivious_trees": []}',
    "no trees in its JSON": b'{"features_info": {}}',
    "a feature without a position": b'{"features_info": {"float_features": [{}]}, "oblivious_trees": []}',
    "features twice": b'{"features_info": {"float_features": [{"flat_feature_index": 0}, {"flat_feature_index": 0}]},'
    b' "oblivious_trees": []}',
    "no JSON": b'{"features_info": ',
}


@pytest.mark.parametrize("what", BROKEN)
def test_damaged_files_are_told(what: str, tmp_path: Path) -> None:
    (tmp_path / "model").write_bytes(BROKEN[what])
    with pytest.raises(CompilerError, match="MF203"):
        inspect_model(tmp_path / "model")


CONTENT = (FILES / "classifier.cbm").read_bytes()


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(8, len(CONTENT) - 1), st.binary(min_size=1, max_size=4)), min_size=1, max_size=4))
def test_whatever_bytes_change_the_file_is_read_or_refused(tmp_path: Path, changes: list[tuple[int, bytes]]) -> None:
    content = bytearray(CONTENT)
    for at, piece in changes:
        content[at : at + len(piece)] = piece
    (tmp_path / "model").write_bytes(content)
    assert answer(tmp_path / "model") in {"catboost", "MF203"}


def answer(path: Path) -> str | None:
    try:
        return inspect_model(path).framework
    except CompilerError as error:
        return error.diagnostics[0].code


PICKLED = {"classifier.pkl": "classifier.cbm", "leafwise.joblib": "leafwise.cbm"}


@pytest.mark.parametrize("name", PICKLED)
def test_the_advice_for_a_pickled_model_works(name: str, tmp_path: Path, manifact: Manifact) -> None:
    """It names `save_model`; the file of that method, of the same model, compiles."""
    manifest = "apiVersion: manifact/v1\nkind: Model\nmetadata: {name: homes}\nspec: {model: {path: FILE}}\n"
    shutil.copy(FILES / name, tmp_path / name)
    (tmp_path / "model.yaml").write_text(manifest.replace("FILE", name))
    refused = manifact("compile", str(tmp_path))
    advice = re.search(r"save it with (model\.save_model\('(model\.cbm)'\)) and name that file", refused.err)
    assert refused.code == 1
    assert advice is not None
    _follow(advice[1], name, tmp_path)
    (tmp_path / "model.yaml").write_text(manifest.replace("FILE", advice[2]))
    assert manifact("compile", str(tmp_path)).code == 0
    assert inspect_model(tmp_path / advice[2]).algorithm == inspect_model(FILES / name).algorithm


def _follow(advice: str, name: str, folder: Path) -> None:
    """What the advice says; without CatBoost, the file that `make.py` saved with it."""
    try:
        import catboost  # noqa: F401
    except ImportError:
        shutil.copy(FILES / PICKLED[name], folder / "model.cbm")
        return
    model = joblib.load(FILES / name)
    with contextlib.chdir(folder):
        exec(advice, {"model": model})
