"""Where mutants are tried: a copy of the repository, and what is known of which test covers which line."""

from __future__ import annotations

import contextlib
import enum
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from mutants import Mutant  # noqa: TC002 - beside this file, as light as it

_LEFT_OUT = shutil.ignore_patterns(
    ".git", "build", ".manifact", ".venv*", "__pycache__", ".hypothesis", ".*_cache", "dist"
)
_QUIET = ("-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--no-header", "--tb=no", "-m", "not slow")
_LONGEST = 400
"""Seconds for the tests of one change."""
_MAX_TESTS = 300


_NONE_COLLECTED = 5
"""Exit code of pytest; the others but 0 mean that something failed, if only on import."""


class Outcome(enum.Enum):
    """What the tests said of a change."""

    NOTICED = "noticed"
    TOO_LONG = "too long"
    """They did not come to an end: that is noticed, too."""
    SURVIVED = "SURVIVED"


class Workshop:
    """A copy of the repository, with an interpreter that imports the package from there and all else from ours."""

    def __init__(self, root: Path) -> None:
        self.kept = root / "build" / "mutation"
        self._scratch = tempfile.TemporaryDirectory(prefix="manifact-mutation-")
        self.copy = Path(self._scratch.name).resolve() / "copy"
        self.python = self.copy.parent / "python" / "bin" / "python"
        shutil.copytree(root, self.copy, ignore=_LEFT_OUT, symlinks=True)
        self._seconds = float(_LONGEST)
        self._make_interpreter()

    def _make_interpreter(self) -> None:
        folder = self.python.parent.parent
        venv.create(folder, with_pip=False, symlinks=True)
        packages = next(folder.glob("lib/python*/site-packages"))
        others = [path for path in sys.path if "site-packages" in path]
        (packages / "copy.pth").write_text("\n".join([str(self.copy), *others]) + "\n")
        command = self.python.with_name("manifact")
        command.write_text(f"#!{self.python}\nimport sys\nfrom compiler.cli.main import main\nsys.exit(main())\n")
        command.chmod(0o755)

    def __enter__(self) -> Workshop:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._scratch.cleanup()

    def judge(self, mutant: Mutant, tests: list[str]) -> Outcome:
        """Run these tests with the change; the first that fails has noticed it."""
        if not tests:
            return Outcome.SURVIVED
        with self._changed(mutant):
            try:
                chosen = self.copy.parent / "tests.json"
                chosen.write_text(json.dumps(tests))
                code = self.run(str(Path(__file__).resolve()), "run", str(chosen), seconds=self._seconds)
            except subprocess.TimeoutExpired:
                return Outcome.TOO_LONG
        if code == _NONE_COLLECTED:
            raise RuntimeError(f"no test was found to run on {mutant}: measure again with --fresh")
        return Outcome.SURVIVED if code == 0 else Outcome.NOTICED

    @contextlib.contextmanager
    def _changed(self, mutant: Mutant) -> Iterator[None]:
        path = self.copy / mutant.file
        source = path.read_bytes()
        try:
            self._write(path, mutant.apply(source))
            yield
        finally:
            self._write(path, source)

    @staticmethod
    def _write(path: Path, content: bytes) -> None:
        """Also without what Python has compiled: two versions of one size within a second look alike to it."""
        path.write_bytes(content)
        for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*"):
            compiled.unlink()

    def run(self, *arguments: str, seconds: float | None = None) -> int:
        """The exit code of a Python process in the copy. Raises subprocess.TimeoutExpired."""
        quiet = subprocess.DEVNULL
        environment = {
            **os.environ,
            "PYTHONDONTWRITEBYTECODE": "",
            "PATH": f"{self.python.parent}:{os.environ['PATH']}",
        }
        with subprocess.Popen(
            [str(self.python), *arguments], cwd=self.copy, env=environment, stdout=quiet, start_new_session=True
        ) as process:
            try:
                return process.wait(seconds)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                raise


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which tests pass without a change, how long each takes, and which lines it runs."""

    seconds: dict[str, float]
    lines: dict[str, dict[str, list[int]]]
    """File -> test -> lines; lines that run on import belong to no test."""

    @classmethod
    def of(cls, workshop: Workshop, folders: tuple[str, ...], *, fresh: bool) -> Coverage:
        """What these folders of tests cover; measured where it is not known."""
        found = cls({}, {})
        for folder in folders:
            if not (workshop.copy / folder).is_dir():
                continue
            data = _measured(workshop, folder, fresh=fresh)
            found.seconds.update(data["seconds"])
            for file, tests in data["lines"].items():
                found.lines.setdefault(file, {}).update(tests)
        return found

    def tests(self, mutant: Mutant, budget: float) -> list[str]:
        """The tests that run a changed line; for what runs on import those that run any line of the file; or all."""
        of_file = self.lines.get(mutant.file, {})
        covered = range(mutant.line, mutant.end + 1)
        near = [test for test, lines in of_file.items() if any(line in covered for line in lines)]
        wide = near or list(of_file) or list(self.seconds)
        chosen, spent = [], 0.0
        for test in sorted(wide, key=self.seconds.__getitem__):
            spent += self.seconds[test]
            if spent > budget or len(chosen) == _MAX_TESTS:
                break
            chosen.append(test)
        return chosen


def _measured(workshop: Workshop, folder: str, *, fresh: bool) -> dict[str, Any]:
    path = workshop.kept / f"{hashlib.sha256(folder.encode()).hexdigest()[:12]}.json"
    if fresh or not path.is_file():
        workshop.kept.mkdir(parents=True, exist_ok=True)
        print(f"measuring what {folder} covers", flush=True)
        workshop.run(str(Path(__file__).resolve()), "measure", folder, str(path))
    data: dict[str, Any] = json.loads(path.read_text())
    return data


class _Recorder:
    """A plugin of pytest: tells coverage which test runs, and notes how long each takes and whether it passes."""

    def __init__(self, coverage: Any) -> None:
        self.seconds: dict[str, float] = {}
        self.failed: set[str] = set()
        self._coverage = coverage

    def pytest_runtest_protocol(self, item: Any) -> None:
        self._coverage.switch_context(item.nodeid)

    def pytest_runtest_logreport(self, report: Any) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration
        if report.outcome != "passed":
            self.failed.add(report.nodeid)


def _measure(folder: str, target: Path) -> None:
    """In a process of its own, in the copy: run the test files right in a folder, or all below a room's folder."""
    import coverage
    import pytest

    measuring = coverage.Coverage(data_file=None, source=["compiler"], config_file=False)
    recorder = _Recorder(measuring)
    flat = folder in {"tests/cli", "tests/engine"}
    files = sorted(str(path) for path in Path(folder).glob("test_*.py" if flat else "**/test_*.py"))
    measuring.start()
    pytest.main([*_QUIET, *files], plugins=[recorder])
    measuring.stop()
    passed = {test: spent for test, spent in recorder.seconds.items() if test not in recorder.failed}
    lines: dict[str, dict[str, list[int]]] = {}
    data = measuring.get_data()
    for file in data.measured_files():
        name = str(Path(file).relative_to(Path.cwd()))
        for line, contexts in data.contexts_by_lineno(file).items():
            for test in contexts:
                if test in passed:
                    lines.setdefault(name, {}).setdefault(test, []).append(line)
    target.write_text(json.dumps({"seconds": passed, "lines": lines}))


class _Chosen:
    """A plugin of pytest that keeps some tests: their names are no arguments, as they may hold anything."""

    def __init__(self, tests: list[str]) -> None:
        self._tests = frozenset(tests)

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        items[:] = [item for item in items if item.nodeid in self._tests]


def _run(tests: list[str]) -> int:
    """In a process of its own, in the copy: the exit code of pytest. A name without `::` stands for a whole file."""
    import pytest

    files = sorted({test.partition("::")[0] for test in tests})
    plugins = [_Chosen(tests)] if any("::" in test for test in tests) else []
    return int(pytest.main(["-x", *_QUIET, *files], plugins=plugins))


def main() -> int:
    """`measure FOLDER TARGET` or `run FILE`, a JSON list of tests."""
    if sys.argv[1] == "run":
        return _run(json.loads(Path(sys.argv[2]).read_text()))
    _measure(sys.argv[2], Path(sys.argv[3]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
