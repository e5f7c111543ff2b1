"""Scanners of pickles beside `manifact inspect`, on the project's hostile and honest files.

Run it from the project's root:

    python benchmarks/scanners.py [--environments DIR] [--tools picklescan,...] [--every N]

Makes an environment for each scanner below DIR, where there is none yet (a temporary folder by default), with the
releases of RELEASES. Prints a table in Markdown: hostile files caught and missed, honest files called dangerous (false
alarms) or not read, CPU seconds of all files and the memory of the largest process. A tool's own exit code decides. A
tool that needs more than `--seconds` of CPU for one file, or more than 4 GiB, has not read it. "unknown code"
of manifact counts as caught for hostile files and as a false alarm for honest ones.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import pickle
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent / "tests/readers/pickles"
MAX_BYTES = 1 << 20
RELEASES = {
    "picklescan": ("picklescan==1.0.5",),
    "fickling": ("fickling==0.1.12", "typing_extensions"),
    "modelscan": ("modelscan==0.8.8",),
    "modelaudit": ("modelaudit==0.2.54",),
}
"""Tool -> what is installed into its environment."""
OFFLINE = {"PROMPTFOO_DISABLE_TELEMETRY": "1", "NO_ANALYTICS": "1"}
"""ModelAudit would wait for its telemetry."""
CAUGHT, CLEAN, UNREAD = "caught", "clean", "unread"


@dataclass
class Tally:
    """What one tool said of all files."""

    caught: int = 0
    missed: int = 0
    unread_hostile: int = 0
    alarms: int = 0
    unread_honest: int = 0
    seconds: float = 0.0
    megabytes: int = 0


def corpora(folder: Path) -> tuple[list[Path], list[Path]]:
    """Hostile and honest files, written by a process of its own.

    A process counts the memory of the one that started it as its own until it has become another program, so this one
    has to stay small.
    """
    context = multiprocessing.get_context("spawn")
    writer = context.Process(target=write_corpora, args=(folder,))
    writer.start()
    writer.join()
    if writer.exitcode:
        raise SystemExit(f"the files were not written: exit code {writer.exitcode}")
    return sorted((folder / "hostile").iterdir()), sorted((folder / "honest").iterdir())


def write_corpora(folder: Path) -> None:
    """Write hostile and honest files."""
    sys.path.insert(0, str(TESTS))
    warnings.simplefilter("ignore")
    from honest_objects import objects
    from hostile_corpus import corpus
    from ways_in import ways_in

    hostile = {name: content for name, (content, _) in corpus("canary").items()}
    hostile |= {name: content for name, (content, _) in ways_in("canary").items()}
    honest = {name: pickle.dumps(value, 4) for name, value in objects() if _can(value)} | _models()
    _written(folder / "hostile", hostile)
    _written(folder / "honest", honest)


def _can(value: object) -> bool:
    try:
        pickle.dumps(value, 4)
    except TypeError:
        return False
    return True


def _models() -> dict[str, bytes]:
    import io

    import joblib
    import numpy as np
    from sklearn.utils import all_estimators

    x, found = np.abs(np.random.RandomState(0).rand(40, 4)), {}
    for name, cls in all_estimators():
        try:
            model = cls().fit(x, np.arange(40) % 2)
        except Exception:
            continue
        buffer = io.BytesIO()
        joblib.dump(model, buffer)
        found[name] = buffer.getvalue()
    return found


def _written(folder: Path, files: dict[str, bytes]) -> None:
    folder.mkdir()
    for number, content in enumerate(files.values()):
        if len(content) <= MAX_BYTES:
            # Scanners choose by the name's ending; these are the endings that people give.
            joblib = b"NumpyArrayWrapper" in content
            suffix = ".pt" if content[:2] == b"PK" else ".joblib" if joblib else ".pkl"
            (folder / f"{number:03}{suffix}").write_bytes(content)


def run(command: list[str], seconds: float) -> tuple[int, str, float, int]:
    """Exit code (-1: out of time), output, CPU seconds and MiB of one command."""
    before = time.monotonic()
    with tempfile.TemporaryFile("w+") as output:
        child = subprocess.Popen(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **OFFLINE},
            preexec_fn=_limit(seconds),  # noqa: PLW1509
        )
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read()
    late = time.monotonic() - before > 4 * seconds
    return (
        (-1 if late or child.returncode < 0 else child.returncode),
        text,
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss >> 10,
    )


def _limit(seconds: float) -> Callable[[], None]:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 1))
        resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))

    return limit


def manifact(code: int, text: str) -> str:
    if code == 0:
        return CAUGHT if json.loads(text).get("unknown") else CLEAN
    return CAUGHT if code == 1 else UNREAD


def picklescan(code: int, text: str) -> str:
    return CAUGHT if code == 1 else CLEAN if code == 0 and "ERROR" not in text else UNREAD


def fickling(code: int, text: str) -> str:
    return (
        CLEAN if code == 0 and "Traceback" not in text else CAUGHT if code == 1 and "Traceback" not in text else UNREAD
    )


def modelscan(code: int, _: str) -> str:
    return {0: CLEAN, 1: CAUGHT}.get(code, UNREAD)


def modelaudit(code: int, _: str) -> str:
    return {0: CLEAN, 1: CAUGHT}.get(code, UNREAD)


TOOLS: dict[str, tuple[list[str], Callable[[int, str], str]]] = {
    "manifact": (["manifact", "inspect", "--json", "FILE"], manifact),
    "picklescan": (["picklescan", "-p", "FILE"], picklescan),
    "fickling": (["fickling", "--check-safety", "FILE"], fickling),
    "modelscan": (["modelscan", "-p", "FILE"], modelscan),
    "modelaudit": (["modelaudit", "scan", "FILE"], modelaudit),
}


def measured(tool: str, folder: Path, hostile: list[Path], honest: list[Path], seconds: float) -> Tally:
    """One tool over all files, a process a file."""
    command, judge = TOOLS[tool]
    tally = Tally()
    for path in (*hostile, *honest):
        words = [str(folder / "bin" / command[0]), *(str(path) if word == "FILE" else word for word in command[1:])]
        code, text, cpu, memory = run(words, seconds)
        said = judge(code, text)
        tally.seconds += cpu
        tally.megabytes = max(tally.megabytes, memory)
        if path in hostile:
            tally.caught += said == CAUGHT
            tally.missed += said == CLEAN
            tally.unread_hostile += said == UNREAD
        else:
            tally.alarms += said == CAUGHT
            tally.unread_honest += said == UNREAD
    return tally


def environment(folder: Path, tool: str) -> Path:
    """The environment of a tool, which is made when it is not there."""
    if not (folder / "bin" / TOOLS[tool][0][0]).is_file():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        install = [str(folder / "bin/python"), "-m", "pip", "install", "-q", *RELEASES[tool]]
        subprocess.run(install, check=True, stdout=sys.stderr)
    return folder


def main() -> None:
    """Make the environments, measure, and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--environments", type=Path, help="folder of the scanners' environments")
    parser.add_argument("--tools", default=",".join(TOOLS))
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--every", type=int, default=1, help="take each n-th file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        homes = (options.environments or Path(name) / "environments").absolute()
        hostile, honest = (paths[:: options.every] for paths in corpora(Path(name)))
        heads = f"Caught of {len(hostile)} | Missed | Not read | False alarms of {len(honest)} | Not read | CPU s | MiB"
        print(f"| Tool | {heads} |")
        print("|---|---|---|---|---|---|---|---|")
        for tool in options.tools.split(","):
            home = environment(homes / tool, tool) if tool in RELEASES else Path(sys.prefix)
            t = measured(tool, home, hostile, honest, options.seconds)
            cells = (t.caught, t.missed, t.unread_hostile, t.alarms, t.unread_honest, round(t.seconds), t.megabytes)
            print(f"| {tool} | {' | '.join(map(str, cells))} |", flush=True)


if __name__ == "__main__":
    main()
