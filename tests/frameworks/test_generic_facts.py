"""What no framework owns: the user's own classes, and any file when the manifest says `framework: other`."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from compiler.diagnostics import CompilerError
from compiler.frameworks import inspect_model


class Doubler:
    """A model of the user's own."""

    def predict(self, rows: list[float]) -> list[float]:
        return [2 * row for row in rows]


def test_a_pickle_of_an_own_class(tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(pickle.dumps(Doubler()))
    name = f"{Doubler.__module__}.Doubler"
    facts = inspect_model(tmp_path / "m")
    assert (facts.framework, facts.format, facts.algorithm, facts.unknown) == ("other", "pickle", "Doubler", (name,))
    assert inspect_model(tmp_path / "m", allow=frozenset({name})).unknown == ()


def test_any_file_when_the_manifest_says_so(tmp_path: Path) -> None:
    (tmp_path / "weights.dat").write_bytes(b"\x00\x01\x02 anything")
    with pytest.raises(CompilerError, match="MF202"):
        inspect_model(tmp_path / "weights.dat")
    facts = inspect_model(tmp_path / "weights.dat", framework="other")
    assert (facts.framework, facts.format, facts.version) == ("other", "unknown", None)
    (tmp_path / "folder").mkdir()
    assert inspect_model(tmp_path / "folder", framework="other").format == "unknown"


def test_saying_other_does_not_lift_a_denial(tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(b"cos\nsystem\n(S'true'\ntR.")
    with pytest.raises(CompilerError, match="MF204"):
        inspect_model(tmp_path / "m", framework="other")
