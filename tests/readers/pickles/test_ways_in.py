"""Each proven way in is denied, and an ordinary object beside it is not."""

from __future__ import annotations

import warnings
from pathlib import Path

import honest_objects
import pytest

from compiler.diagnostics import CompilerError
from compiler.readers.pickles import read_pickle

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from ways_in import ways_in

    WAYS = ways_in("canary-of-the-ways-in")


@pytest.mark.parametrize("name", WAYS)
def test_each_way_in_is_denied(name: str, tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(WAYS[name][0])
    with pytest.raises(CompilerError) as error:
        read_pickle(tmp_path / "m")
    assert error.value.diagnostics[0].code == "MF204"


def _ways_of_pickling() -> dict[str, object]:
    import io
    import pickle

    import cloudpickle
    import joblib

    def by_joblib(value: object) -> bytes:
        buffer = io.BytesIO()
        joblib.dump(value, buffer)
        return buffer.getvalue()

    return {
        "pickle 2": lambda value: pickle.dumps(value, 2),
        "pickle 5": lambda value: pickle.dumps(value, 5),
        "joblib": by_joblib,
        "cloudpickle": cloudpickle.dumps,
    }


# scipy keeps a module in this result: pickle refuses it, cloudpickle stores the import of a module as code.
HOLDS_A_MODULE = {"scipy: ttest"}


def test_ordinary_objects_are_known_by_every_way_of_pickling(tmp_path: Path) -> None:
    wrong = []
    count = 0
    for name, value in honest_objects.objects():
        for way, dumps in _ways_of_pickling().items():
            if name in HOLDS_A_MODULE:
                continue
            (tmp_path / "m").write_bytes(dumps(value))  # type: ignore[operator]
            count += 1
            try:
                if unknown := read_pickle(tmp_path / "m").unknown:
                    wrong.append(f"{name} {way}: {unknown}")
            except CompilerError as error:
                wrong.append(f"{name} {way}: {error}")
    assert wrong == []
    assert count > 350
