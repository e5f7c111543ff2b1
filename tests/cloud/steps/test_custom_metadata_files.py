"""Files that hang on entries of the custom metadata."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from compiler.diagnostics import CompilerError
from testing.lab import Lab, Manifest, open_at
from testing.transports import PowerCut, cut_at


def attached(lab: Lab) -> dict[str, bytes]:
    (live,) = lab.models()
    items = [item["key"] for item in live.body["customMetadataList"] if item.get("hasArtifact")]
    read = lab.connection.data_science.get_model_custom_metadatum_artifact_content
    return {key: read(live.id, key).data.content for key in items}


def with_files(folder: Path, **content: str) -> Any:
    files, custom = {}, []
    for key, text in content.items():
        path = folder / f"{key}.html"
        path.write_text(text)
        files[path.name] = path
        custom.append({"key": key, "artifact": path.name, "category": "Reports"})
    return Manifest(catalog={"custom": custom}, files=files, deployment=None)


def test_attached_changed_and_taken_away(lab: Lab, tmp_path: Path) -> None:
    lab.settled(with_files(tmp_path, shap="<p>1"))
    assert attached(lab) == {"shap": b"<p>1"}
    lab.settled(with_files(tmp_path, shap="<p>2"))
    assert attached(lab) == {"shap": b"<p>2"}
    lab.settled(with_files(tmp_path, shap="<p>2", roc="<p>r"))
    assert attached(lab) == {"shap": b"<p>2", "roc": b"<p>r"}
    lab.settled(with_files(tmp_path, roc="<p>r"))
    assert attached(lab) == {"roc": b"<p>r"}
    lab.settled(Manifest(catalog={"description": "x"}, deployment=None))
    assert attached(lab) == {}


@pytest.mark.parametrize(
    ("name", "shown"),
    [("a b.html", "a b.html"), ("报告.html", "__.html"), ('a"b\\c.html', 'a"b\\c.html'), ("né.html", "n_.html")],
)
def test_a_file_may_have_any_name(name: str, shown: str, lab: Lab, tmp_path: Path) -> None:
    (tmp_path / name).write_text("<p>")
    custom = [{"key": "shap", "artifact": name, "category": "Reports"}]
    lab.settled(Manifest(catalog={"custom": custom}, files={name: tmp_path / name}, deployment=None))
    assert attached(lab) == {"shap": b"<p>"}
    (live,) = lab.models()
    head = lab.connection.data_science.head_model_custom_metadatum_artifact(live.id, "shap").headers
    assert head["content-disposition"] == f"attachment; filename={shown}"


def test_a_file_that_is_not_at_hand_stops_apply_before_anything_is_sent(lab: Lab, tmp_path: Path) -> None:
    wanted = with_files(tmp_path, shap="<p>1")
    made = lab.plan(wanted)
    with pytest.raises(CompilerError) as problem:
        lab.carry_out_with(made, dict([wanted.archive()]))
    assert problem.value.diagnostics[0].code == "MF724"
    assert lab.models() == []


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("first", [{}, {"shap": "<p>1", "old": "<p>o"}], ids=["create", "change"])
def test_each_request_is_cut_off(first: Any, after: bool, blank_store: Path, tmp_path: Path) -> None:
    wanted = with_files(tmp_path, shap="<p>2", roc="<p>r")
    cuts = 0
    while True:
        root = tmp_path / f"{cuts}"
        shutil.copytree(blank_store, root)
        with open_at(root) as lab:
            if first:
                elsewhere = tmp_path / "first"
                elsewhere.mkdir(exist_ok=True)
                lab.settled(with_files(elsewhere, **first))
            made = lab.plan(wanted)
            cut_at(lab, cuts + 1, after=after)
            try:
                assert lab.carry_out(made, wanted).complete
                break
            except PowerCut:
                cuts += 1
        with open_at(root) as lab:
            lab.settled(wanted)
            assert attached(lab) == {"shap": b"<p>2", "roc": b"<p>r"}
    assert cuts > 4
