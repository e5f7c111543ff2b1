"""What lies in a checkout is believed only if this user put it there."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from compiler.compilation.compile import compile_manifest
from compiler.workspace.sealed import seal, unseal

MANIFEST = "apiVersion: manifact/v1\nkind: Model\nmetadata: {name: evil}\nspec: {model: {path: model.pkl}}\n"


class Evil:
    def __reduce__(self):
        return os.system, ("true",)


@pytest.fixture
def hostile(tmp_path, monkeypatch):
    """A project with a model that runs a command when it is loaded."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "model.yaml").write_text(MANIFEST)
    (folder / "model.pkl").write_bytes(pickle.dumps(Evil()))
    monkeypatch.chdir(folder)
    return folder


def entry_of(root: Path, manifest: Path) -> Path:
    return root / ".manifact" / "cache" / f"{hashlib.sha256(str(manifest).encode()).hexdigest()[:32]}.json"


def forged(wine: Path, hostile: Path) -> dict:
    """The record of an honest build, made to stand for the hostile one: no inputs, and outputs that are there."""
    build = compile_manifest(wine / "model.yaml")
    content = (entry_of(wine, wine / "model.yaml")).read_bytes()
    entry = json.loads(content[content.index(b"{") :])
    (hostile / "build").mkdir()
    build.directory.rename(hostile / "build" / "evil")
    document = {**entry["build"], "name": "evil"}
    return {**entry, "inputs": {}, "outputs": {}, "own": [False, False], "build": document}


@pytest.mark.parametrize("mac", [b"", b"\n", b"0" * 64 + b"\n"], ids=["none", "empty", "made up"])
def test_a_forged_record_is_not_used(wine, hostile, manifact, mac) -> None:
    place = entry_of(hostile, hostile / "model.yaml")
    place.parent.mkdir(parents=True)
    place.write_bytes(mac + json.dumps(forged(wine, hostile)).encode())
    done = manifact("compile", hostile)
    assert (done.code, "MF204" in done.err) == (1, True)


def test_a_record_of_another_place_is_not_used(wine, hostile, manifact) -> None:
    entry = json.dumps(forged(wine, hostile)).encode()
    elsewhere = entry_of(wine, wine / "model.yaml")
    assert seal(elsewhere, entry)
    place = entry_of(hostile, hostile / "model.yaml")
    place.parent.mkdir(parents=True)
    place.write_bytes(elsewhere.read_bytes())
    assert "MF204" in manifact("compile", hostile).err


def test_our_own_record_is_used(wine) -> None:
    compile_manifest(wine / "model.yaml")
    assert compile_manifest(wine / "model.yaml").unchanged


def test_a_forged_receipt_is_not_used(wine, manifact) -> None:
    """A verification that nobody made does not count."""
    from compiler.verify import environment_of, receipt_key

    build = compile_manifest(wine / "model.yaml")
    key = receipt_key(build.record.digest, build.golden, environment_of(build.facts.requires))
    (wine / ".manifact" / "receipts").mkdir()
    told = {"rows": 20, "compared": True, "max_difference": 0, "load_seconds": 1, "shapes": []}
    for isolation in ({"isolated": True}, {"isolation": [True, True, True]}):
        text = json.dumps({**told, **isolation})
        (wine / ".manifact" / "receipts" / f"{key}.json").write_text(text)
        done = manifact("status", "wine-cultivar", "--json")
        steps = {step["name"]: step["state"] for step in json.loads(done.out)["steps"]}
        assert steps["verified"] == "available"


@pytest.mark.parametrize("name", ["build", ".manifact"])
def test_a_symbolic_link_is_refused_and_nothing_is_written_behind_it(wine, tmp_path, manifact, name) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (wine / name).symlink_to(elsewhere)
    for command in ("compile", "plan"):
        done = manifact(command)
        assert (done.code, f"error[MF508]: '{name}' is a symbolic link" in done.err) == (1, True)
    assert list(elsewhere.iterdir()) == []


def test_a_link_after_an_honest_build_is_refused_too(wine, tmp_path, manifact) -> None:
    assert manifact("compile").code == 0
    (wine / "build").rename(tmp_path / "elsewhere")
    (wine / "build").symlink_to(tmp_path / "elsewhere")
    assert "MF508" in manifact("compile").err


def test_a_link_within_is_refused(wine, tmp_path, manifact) -> None:
    (tmp_path / "elsewhere").mkdir()
    (wine / ".manifact").mkdir()
    (wine / ".manifact" / "cache").symlink_to(tmp_path / "elsewhere")
    assert "holds the symbolic link 'cache'" in manifact("compile").err
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("name", ["build/wine-cultivar/artifact.json", ".manifact/local/store.sqlite"])
@pytest.mark.parametrize("worktree", [False, True])
def test_what_git_tracks_is_refused_until_the_hint_is_followed(wine, tmp_path, manifact, monkeypatch, name, worktree):
    def git(*words: str) -> None:
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b.example", *words], check=True, cwd=Path.cwd())

    (wine / name).parent.mkdir(parents=True)
    (wine / name).write_text("{}")
    git("init", "--quiet")
    git("add", "--force", "--all")
    git("commit", "--quiet", "--message", "all")
    folder = name.partition("/")[0]
    if worktree:
        git("worktree", "add", "--quiet", str(tmp_path / "tree"))
        monkeypatch.chdir(tmp_path / "tree")
    done = manifact("compile")
    assert (done.code, f"error[MF508]: '{folder}' is tracked by git ('{name}')" in done.err) == (1, True)
    git("rm", "-r", "--quiet", "--cached", folder)
    (Path.cwd() / name).unlink()
    assert manifact("compile").code == 0


@pytest.mark.parametrize("where", ["unwritable", "inside", "readable by others"])
def test_without_a_key_nothing_is_remembered_as_is_said_once(wine, tmp_path, manifact, monkeypatch, where) -> None:
    state = wine / "state" if where == "inside" else tmp_path / "state"
    if where == "unwritable":
        state.write_text("a file")
    elif where == "readable by others":
        (state / "manifact").mkdir(parents=True)
        (state / "manifact" / "key").write_bytes(bytes(32))
        (state / "manifact" / "key").chmod(0o644)
    monkeypatch.setenv("XDG_STATE_HOME", str(state))
    (wine / "manifact.yaml").write_text("apiVersion: manifact/v1\nkind: Project\nmetadata: {name: p}\n")
    for name in ("one", "two"):
        (wine / name).mkdir()
        text = MANIFEST.replace("evil", name).replace("model.pkl", "../model.joblib")
        (wine / name / "model.yaml").write_text(text)
    for _ in range(2):
        done = manifact("compile", "one", "two")
        assert (done.code, done.err.count("warning[MF509]"), "2 built, 0 unchanged" in done.out) == (0, 1, True)
    assert list((wine / ".manifact").glob("cache/*")) == []


def test_records_of_two_processes_share_one_key(tmp_path) -> None:
    """Both make a key at the same time; neither overwrites the other's."""
    program = (
        "import sys; from pathlib import Path; from compiler.workspace.sealed import seal\n"
        "sys.stdin.read(); print(seal(Path(sys.argv[1]), b'content'))"
    )
    places = [tmp_path / "checkout" / ".manifact" / "cache" / f"{number}.json" for number in range(4)]
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")}
    racing = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(place)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        for place in places
    ]
    assert [process.communicate("")[0].strip() for process in racing] == ["True"] * 4
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
        assert [unseal(place) for place in places] == [b"content"] * 4
