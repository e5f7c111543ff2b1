"""The gate of `spec.model` stands before every file that a framework would load: included ones, prebuilt artifacts."""

from __future__ import annotations

import io
import pickle
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from compiler import CompilerError, Project

HEAD = "apiVersion: manifact/v1\nkind: Model\nmetadata: {name: subject}\nspec:\n"
SCORE = "def load_model():\n    return 1\n\n\ndef predict(data, model=load_model()):\n    return {'prediction': [1]}\n"
ACTS = b"cos\nsystem\n(S'true'\ntR."
KEYS = b"\x80\x02cbuiltins\ndict\nctypes\nSimpleNamespace\n)R}X\x04\x00\x00\x00keysK\x01sb\x85R"
"""dict() of a namespace: a loader calls its `keys`. Without a STOP it is damaged, and acts before that is noticed."""
OTHERS = b"\x80\x02csome_library.models\nThing\n)\x81."
SCRIPT = b"\x80\x02c__main__\nThing\n)\x81."


def honest() -> bytes:
    return pickle.dumps(LinearRegression().fit(np.eye(2), [1.0, 2.0]), 4)


def in_torch_file(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("archive/data.pkl", data)
        archive.writestr("archive/version", "3\n")
    return buffer.getvalue()


def by_joblib() -> bytes:
    buffer = io.BytesIO()
    joblib.dump({"weights": np.array([LinearRegression()], dtype=object)}, buffer, compress=3)
    return buffer.getvalue()


HOSTILE = {
    "a command": ACTS,
    "a command, compressed": zlib.compress(ACTS),
    "a loader made to call": KEYS + b".",
    "a loader made to call, then damage": KEYS,
    "a command in a file of torch": in_torch_file(b"\x80\x02cos\nsystem\nX\x04\0\0\0true\x85R."),
    "more than is kept": b"\x80\x02" + b"(" * 3_000_000 + b".",
}
UNKNOWN = {"code of a library": (OTHERS, "MF212"), "code of a script": (SCRIPT, "MF212")}
NAMES = ("extra.pkl", "table.csv", "deep/in/folders/data", "notes.md")


def included(folder: Path, name: str, content: bytes, allow: str = "") -> None:
    """A model with the file beside it, in a folder that is included."""
    (folder / "model.pkl").write_bytes(honest())
    _place(folder / "more" / name, content)
    text = f"  model: {{path: model.pkl, allow: [{allow}]}}\n  include: [more]\n"
    (folder / "model.yaml").write_text(HEAD + text)


def artifact(folder: Path, name: str, content: bytes, allow: str = "") -> None:
    """An artifact made elsewhere with the file in it."""
    _place(folder / "made" / name, content)
    (folder / "made/score.py").write_text(SCORE)
    (folder / "made/runtime.yaml").write_text("MODEL_ARTIFACT_VERSION: '3.0'\n")
    (folder / "model.yaml").write_text(HEAD + f"  artifact: {{path: made, allow: [{allow}]}}\n")


def zipped(folder: Path, name: str, content: bytes, allow: str = "") -> None:
    """The same as an archive."""
    artifact(folder, name, content, allow)
    with zipfile.ZipFile(folder / "made.zip", "w") as archive:
        for path in sorted((folder / "made").rglob("*")):
            archive.write(path, path.relative_to(folder / "made").as_posix())
    (folder / "model.yaml").write_text(HEAD + f"  artifact: {{path: made.zip, allow: [{allow}]}}\n")


PLACES = (included, artifact, zipped)
Placing = Callable[..., None]


def _place(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _codes(folder: Path) -> list[str]:
    with pytest.raises(CompilerError) as error:
        Project(folder).compile()
    return [problem.code for problem in error.value.diagnostics]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_denied_in_a_model_is_denied_beside_it(what: str, place: Placing, tmp_path: Path) -> None:
    place(tmp_path, "extra.pkl", HOSTILE[what])
    assert _codes(tmp_path) == ["MF206" if what == "more than is kept" else "MF204"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_judged_by_its_content_whatever_it_is_called(name: str, place: Placing, tmp_path: Path) -> None:
    place(tmp_path, name, ACTS)
    assert _codes(tmp_path) == ["MF204"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("what", UNKNOWN)
def test_code_that_nobody_knows_is_named(what: str, place: Placing, tmp_path: Path) -> None:
    content, code = UNKNOWN[what]
    place(tmp_path, "extra.pkl", content)
    assert _codes(tmp_path) == [code]


@pytest.mark.parametrize("place", PLACES)
def test_the_hint_followed_lets_it_in(place: Placing, tmp_path: Path) -> None:
    place(tmp_path, "extra.pkl", OTHERS)
    with pytest.raises(CompilerError) as error:
        Project(tmp_path).compile()
    field = "spec.model.allow" if place is included else "spec.artifact.allow"
    assert f"{field}: [some_library.models.Thing]" in str(error.value.diagnostics[0].hint)
    place(tmp_path, "extra.pkl", OTHERS, "some_library.models.Thing")
    assert Project(tmp_path).compile()


@pytest.mark.parametrize("place", PLACES)
def test_allowing_a_name_lifts_nothing_that_is_denied(place: Placing, tmp_path: Path) -> None:
    place(tmp_path, "extra.pkl", ACTS, "os.system")
    assert _codes(tmp_path) == ["MF204"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("content", [honest(), by_joblib(), b"a,b\n1,2\n", b"(see below)\n", b"\x80\x04\x95damaged"])
def test_ordinary_files_are_let_in(content: bytes, place: Placing, tmp_path: Path) -> None:
    place(tmp_path, "extra.bin", content)
    assert Project(tmp_path).compile()
