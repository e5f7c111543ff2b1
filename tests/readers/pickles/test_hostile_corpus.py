"""Hostile files are denied or bounded, and none of them is executed; a canary proves it, and that the payloads live."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hostile_corpus import corpus

from compiler.diagnostics import CompilerError
from compiler.frameworks import inspect_model

CANARY = "canary-of-the-hostile-corpus"
CORPUS = corpus(CANARY)
# Of files that run nothing, all that is not MF204 "denied": code -> the names of the files.
OTHERWISE = {
    "unknown": ("call builtins.type",),  # no crime, only code that nobody knows
    "MF202": ("persistent id as text", "protocol 6", "line without end"),  # too odd to be taken for a pickle
    "MF203": (
        *("BINUNICODE8 longer than the file", "BINBYTES8 longer than the file", "BYTEARRAY8 longer than the file"),
        *("BINBYTES longer than the file", "LONG4 longer than the file", "negative length", "huge array"),
    ),
    "MF206": ("deep tuples", "marks", "values", "names", "xz bomb", "bz2 bomb"),
    # Plain data that is no model is read in bounds, and said not to be one.
    "MF209": (
        *("billion laughs", "deep lists", "texts", "colliding keys", "long integer", "integer of digits", "zlib bomb"),
    ),
}
EXPECTED = {name: code for code, names in OTHERWISE.items() for name in names}
LOADERS = {
    "pickle": "import pickle; pickle.load(open('victim', 'rb'))",
    "joblib": "import joblib; joblib.load('victim')",
    "torch": "import torch; torch.load('victim', weights_only=False)",
}
READ_ALL = """
import json, resource, sys, time
from pathlib import Path
from compiler.diagnostics import CompilerError
from compiler.frameworks import inspect_model
folder = Path(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
slowest = 0.0
for file in sorted(folder.iterdir()):
    started = time.process_time()
    try:
        inspect_model(file)
    except CompilerError:
        pass
    slowest = max(slowest, time.process_time() - started)
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(json.dumps({"slowest": slowest, "grown": grown >> 10}))
"""


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_corpus_is_large_and_varied() -> None:
    assert len(CORPUS) >= 140
    assert sum(how != "none" for _, how in CORPUS.values()) >= 45


def verdict(path: Path) -> str:
    """What compile would say of a file: its refusal, MF209 for facts without a model to serve, or unknown code."""
    try:
        facts = inspect_model(path)
    except CompilerError as error:
        (problem,) = error.diagnostics
        return problem.code
    if facts.unknown:
        return "unknown"
    assert facts.unserved is not None
    return "MF209"


@pytest.mark.parametrize("name", CORPUS)
def test_denied_or_bounded_and_never_executed(name: str, tmp_path: Path) -> None:
    (tmp_path / "victim").write_bytes(CORPUS[name][0])
    assert verdict(tmp_path / "victim") == EXPECTED.get(name, "MF204")
    assert [entry.name for entry in tmp_path.iterdir()] == ["victim"]


def test_what_runs_something_is_denied() -> None:
    assert EXPECTED.keys() <= {name for name, (_, how) in CORPUS.items() if how == "none"}


@pytest.mark.parametrize("loader", LOADERS)
def test_the_payloads_live(loader: str, tmp_path: Path) -> None:
    """Each file that claims to run something does so when loaded carelessly; else its denial proves nothing."""
    code = [
        "import os, sys, time, traceback, json",
        "dead = []",
        "for name in sorted(os.listdir('cases')):",
        "    os.makedirs('box', exist_ok=True); os.chdir('box')",
        "    os.replace('../cases/' + name, 'victim')",
        "    pid = os.fork()",
        "    if not pid:",
        "        null = os.open(os.devnull, os.O_RDWR); [os.dup2(null, n) for n in (0, 1, 2)]",
        "        try:",
        f"            {LOADERS[loader]}",
        "        finally:",
        "            os._exit(0)",
        "    os.waitpid(pid, 0)",
        "    until = time.monotonic() + 10",  # Popen does not wait for what it starts
        f"    while not os.path.exists({CANARY!r}) and time.monotonic() < until: time.sleep(0.01)",
        f"    dead += [] if os.path.exists({CANARY!r}) else [name]",
        "    os.chdir('..'); os.system('rm -rf box')",
        "print(json.dumps(dead))",
    ]
    (tmp_path / "cases").mkdir()
    names = sorted(name for name, (_, how) in CORPUS.items() if how == loader)
    for number, name in enumerate(names):
        (tmp_path / "cases" / f"{number:03}").write_bytes(CORPUS[name][0])
    preload = {"pickle": "", "joblib": "import joblib, numpy\n", "torch": "import torch\n"}[loader]
    script = preload + "\n".join(code)
    environment = {**os.environ, "PYTHONWARNINGS": "ignore", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", script]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=True
    )
    assert [names[int(number)] for number in json.loads(done.stdout.splitlines()[-1])] == []


def test_reading_all_of_them_is_bounded(tmp_path: Path) -> None:
    folder = tmp_path / "cases"
    folder.mkdir()
    for number, (content, _) in enumerate(CORPUS.values()):
        (folder / str(number)).write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-c", READ_ALL, str(folder)], capture_output=True, text=True, timeout=300, check=True
    )
    cost = json.loads(done.stdout)
    assert cost["grown"] < 200
    assert cost["slowest"] < 10
