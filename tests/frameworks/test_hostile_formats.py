"""Files made to use up time or memory: each is read or ends in a diagnostic, quickly and in a small process."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

READ = """
import sys, time
from pathlib import Path
from compiler.diagnostics import CompilerError
from compiler.frameworks import inspect_model
started = time.process_time()
try:
    inspect_model(Path(sys.argv[1]))
    print("read", end=" ")
except CompilerError as error:
    print(error.diagnostics[0].code, end=" ")
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(time.process_time() - started, int(peak.split()[1]) >> 10)
"""
SECONDS, MEGABYTES = 10, 300
ANSWERS = {"read", "MF202", "MF203", "MF206", "MF209", "MF220"}


def bombs() -> ModuleType:
    specification = importlib.util.spec_from_file_location("bombs", Path(__file__).with_name("bombs.py"))
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def cost(path: Path) -> tuple[str, float, int]:
    """The answer, CPU seconds, and megabytes at the peak of a process that inspects one model."""
    run = subprocess.run([sys.executable, "-c", READ, path], capture_output=True, text=True, check=False)
    assert run.returncode == 0, (path.name, run.stderr[-2000:])
    answer, seconds, megabytes = run.stdout.split()
    return answer, float(seconds), int(megabytes)


MAKERS = [maker.__name__ for maker in bombs().FILES]


@pytest.mark.slow
@pytest.mark.parametrize("maker", MAKERS)
def test_files_are_bounded(maker: str, tmp_path: Path) -> None:
    for name, content in getattr(bombs(), maker)().items():
        path = tmp_path / name.replace(" ", "-")
        path.write_bytes(content)
        assert len(content) < 32 << 20
        answer, seconds, megabytes = cost(path)
        path.unlink()
        assert (answer in ANSWERS, seconds < SECONDS, megabytes < MEGABYTES) == (True, True, True), (
            name, answer, seconds, megabytes,
        )  # fmt: skip


@pytest.mark.slow
def test_folders_are_bounded(tmp_path: Path) -> None:
    for name, members in bombs().folders().items():
        for inner, content in members.items():
            path = tmp_path / name.replace(" ", "-") / inner
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        answer, seconds, megabytes = cost(tmp_path / name.replace(" ", "-"))
        assert (answer in ANSWERS, seconds < SECONDS, megabytes < MEGABYTES) == (True, True, True), (
            name, answer, seconds, megabytes,
        )  # fmt: skip


def test_a_bomb_would_be_noticed(tmp_path: Path) -> None:
    """The measurement itself: a process that takes more than is allowed is seen to."""
    wasteful = READ.replace("inspect_model(Path(sys.argv[1]))", "b'x' * (400 << 20)")
    run = subprocess.run([sys.executable, "-c", wasteful, tmp_path], capture_output=True, text=True, check=True)
    assert int(run.stdout.split()[2]) > MEGABYTES
