"""Samples beyond the limits: their first rows, in every format that has rows one after the other."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from compiler.diagnostics import CompilerError
from compiler.readers.samples import content, csv_text, json_text, npy, parquet, read_table
from testing.command import Manifact

ROWS = 3000
FRAME = pd.DataFrame({"a": np.arange(ROWS), "b": np.arange(ROWS) / 2, "c": [f"text {i}" for i in range(ROWS)]})
NUMBERS = np.ascontiguousarray(FRAME[["a", "b"]])
IMAGES = np.arange(ROWS * 4.0).reshape(ROWS, 2, 2)


def records(path: Path) -> None:
    path.write_text(json.dumps(FRAME.to_dict("records"), indent=1))


WRITERS: dict[str, Callable[[Path], object]] = {
    "s.csv": lambda path: FRAME.to_csv(path, index=False),
    "records.json": records,
    "rows.json": lambda path: path.write_text(json.dumps(FRAME.to_numpy().tolist())),
    "values.json": lambda path: path.write_text(json.dumps(FRAME["a"].tolist())),
    "s.jsonl": lambda path: FRAME.to_json(path, orient="records", lines=True),
    "s.parquet": lambda path: FRAME.to_parquet(path, row_group_size=500),
    "s.npy": lambda path: np.save(path, NUMBERS),
    "one.npz": lambda path: np.savez(path, x=NUMBERS),
    "packed.npz": lambda path: np.savez_compressed(path, x=IMAGES),
    "several.npz": lambda path: np.savez(path, x=IMAGES, y=FRAME["a"].to_numpy()),
}
LIMITS = {"MAX_VALUES": 1500, "MAX_BYTES": 20_000}


def limit(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for module in (content, csv_text, json_text, npy, parquet):
        monkeypatch.setattr(module, name, LIMITS[name], raising=False)
    monkeypatch.setattr(parquet, "_BATCH", 100)
    monkeypatch.setattr(csv_text, "BLOCK_CELLS", 300)


@pytest.mark.parametrize("name", LIMITS)
@pytest.mark.parametrize("file", WRITERS)
def test_the_first_rows_are_read(file: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    WRITERS[file](tmp_path / file)
    whole = read_table(tmp_path / file)
    limit(monkeypatch, name)
    table = read_table(tmp_path / file)
    if name == "MAX_BYTES" and (tmp_path / file).stat().st_size <= LIMITS[name] and file != "packed.npz":
        assert not table.cut
        return
    assert (whole.rows, whole.cut, table.cut) == (ROWS, False, True)
    assert 0 < table.rows < ROWS
    assert table.rows * len(table.columns) <= 2 * LIMITS["MAX_VALUES"] or name == "MAX_BYTES"
    for part, all_of_it in zip(table.columns, whole.columns, strict=True):
        assert (part.name, part.dtype, part.shape) == (all_of_it.name, all_of_it.dtype, all_of_it.shape)
        assert list(part.values) == list(all_of_it.values[: table.rows])


REFUSED: dict[str, Callable[[Path], object]] = {
    "columns.json": lambda path: path.write_text(json.dumps(FRAME.to_dict("list"))),
    "fortran.npy": lambda path: np.save(path, np.asfortranarray(NUMBERS)),
    "wide.npy": lambda path: np.save(path, NUMBERS.reshape(1, -1)),
    "wide.json": lambda path: path.write_text(json.dumps([NUMBERS.ravel().tolist()] * 2)),
    "sparse.npz": lambda path: sparse.save_npz(path, sparse.csr_matrix(NUMBERS)),
    "lists.parquet": lambda path: pd.DataFrame({"x": [NUMBERS.ravel()] * 2}).to_parquet(path),
}


@pytest.mark.parametrize("file", REFUSED)
def test_what_has_no_first_rows_is_told(file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    REFUSED[file](tmp_path / file)
    limit(monkeypatch, "MAX_VALUES")
    with pytest.raises(CompilerError, match="MF304"):
        read_table(tmp_path / file)


@pytest.mark.parametrize("content_", ['[{"a": 1}, {"a" 2}]', "[[1], [2,]", '[{"a": 1} {"a": 2}', "[1, 2"])
def test_what_is_no_json_stays_an_error(content_: str, tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text(content_)
    with pytest.raises(CompilerError, match="MF303"):
        read_table(tmp_path / "s.json")


def test_compile_says_of_how_many_rows_it_speaks(
    wine: Path, manifact: Manifact, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = wine / "model.yaml"
    name = next(line.split()[-1] for line in manifest.read_text().splitlines() if line.strip().startswith("input:"))
    frame = pd.read_csv(wine / name)
    pd.concat([frame] * 50).to_parquet(wine / "samples" / "many.parquet", index=False)
    lines = manifest.read_text().replace(name, "samples/many.parquet").splitlines()
    manifest.write_text("\n".join(line for line in lines if not line.strip().startswith("output:")) + "\n")
    limit(monkeypatch, "MAX_VALUES")
    compiled = manifact("compile")
    assert (compiled.code, "warning[MF304]" in compiled.err, "first" in compiled.err) == (0, True, True), compiled.err
