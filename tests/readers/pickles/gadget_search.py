"""The gadget search: what the gate accepts is loaded and asked to predict, and nothing may come of it.

    python gadget_search.py --programs 2000 --seed 1 [--off RULE] [--stop WHY]

Prints one JSON document: programs, accepted, seconds, findings. A finding is a program that was accepted and then made
the loader use the probe, ended the interpreter, opened or changed a file, started a process, reached the network, took
longer than its alarm or more memory than its limit. Programs are loaded in a child process that an audit hook watches
and holds back; `--off` switches one rule of the judge off, which the search then has to notice.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import os
import pickle
import random
import resource
import signal
import sys
import time
import types
import warnings
from pathlib import Path
from typing import Any

os.environ.update(JOBLIB_MULTIPROCESSING="0", OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
sys.path[:0] = [str(Path(__file__).parent)]

from gadget_programs import CANARY, Composer, Mutator, honest_pickles  # noqa: E402

from compiler.readers.pickles import machine, names  # noqa: E402
from compiler.readers.pickles.faults import Fault  # noqa: E402
from compiler.readers.pickles.judging import judge as judging  # noqa: E402
from compiler.readers.pickles.judging import kinds, ranges  # noqa: E402
from compiler.readers.pickles.productions import Production  # noqa: E402
from compiler.readers.pickles.values import FORGOTTEN  # noqa: E402
from compiler.readers.pickles.window import Window  # noqa: E402

SECONDS = 4
MEMORY = 3 << 30
BATCH = 100
touched: list[str] = []


class Probe:
    """Takes down every use of itself by a loader."""

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__") and attribute not in {"__array_interface__", "__array__"}:
            raise AttributeError(attribute)
        touched.append(attribute)
        raise AttributeError(attribute)

    def __call__(self, *_: Any, **__: Any) -> Any:
        touched.append("__call__")

    def keys(self) -> Any:
        touched.append("keys")
        return []

    def __iter__(self) -> Any:
        touched.append("__iter__")
        return iter(())

    def __setstate__(self, state: Any) -> None:
        pass


def called(*_: Any, **__: Any) -> Any:
    """A function that is not inert."""
    touched.append("called")


def install_probe() -> None:
    """Make the probe importable, and known as an object of a library that nothing else is known of."""
    module = types.ModuleType("gadget_probe")
    module.Probe, module.called = Probe, called  # type: ignore[attr-defined]
    Probe.__module__ = "gadget_probe"
    sys.modules["gadget_probe"] = module
    known = {
        "Probe": Production(tags=frozenset({"probe"}), new="()", state="attributes"),
        "called": Production(),
    }
    real = names.lookup

    def lookup(file: str, module_: str, name: str) -> Production | None:
        return known.get(name) if module_ == "gadget_probe" else real(file, module_, name)

    names.lookup = lookup  # type: ignore[assignment]


def switch_off(rule: str) -> None:
    """Take one rule out of the judge."""
    judge = judging.Judge
    if rule == "arguments":
        judge._arguments = lambda *_: None  # type: ignore[method-assign]
    elif rule == "state":
        real = judge._state
        judge._state = lambda self, found, production: (  # type: ignore[method-assign]
            real(self, found, production) if production.state == "attributes" else None
        )
    elif rule == "families":
        judge.deep = lambda *_: True  # type: ignore[method-assign]
    elif rule == "slots":
        real_attributes = judge._attributes
        judge._attributes = lambda self, found, state: (  # type: ignore[method-assign]
            None if isinstance(state, tuple) else real_attributes(self, found, state)
        )
    elif rule == "texts":
        judging.check_text = lambda *_: None  # type: ignore[assignment]
    elif rule == "ranges":
        for name in ranges.CHECKS:
            ranges.CHECKS[name] = lambda _: None
        ranges.CLASSES.clear()
        from compiler.readers.pickles import joblib_array

        joblib_array.scan = lambda *_: None  # type: ignore[assignment]
    elif rule == "forgetting":
        machine.MAX_REMEMBERED = 0
        machine.Machine.fade = lambda _, value: (  # type: ignore[method-assign]
            FORGOTTEN if not isinstance(value, str) and "probe" in getattr(
                getattr(getattr(value, "cls", None), "production", None), "tags", ()) else value
        )  # fmt: skip
        kinds._WORDS["data"] = lambda walker, value: value is FORGOTTEN or walker.deep(value, frozenset())
    elif rule != "none":
        raise SystemExit(f"no such rule: {rule}")


def accepted(program: bytes) -> bool:
    """Whether the gate knows all of a pickle."""
    found = names.Globals()
    run = machine.Machine(Window(program), found, machine.Usage())
    try:
        value = run.run()
        judging.Judge().judge(run.usage.made, value)
    except Fault:
        return False
    return not found.unknown


DENIED = (
    "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.remove", "os.rename", "os.mkdir", "os.rmdir",
    "os.chmod", "os.chown", "os.link", "os.symlink", "os.truncate", "os.utime", "os.putenv", "os.listdir", "os.scandir",
    "subprocess.Popen", "socket.", "shutil.", "ctypes.dlopen", "tempfile.", "ftplib.", "urllib.",
    "sqlite3.", "pty.", "webbrowser.", "code.__new__", "gc.",
)  # fmt: skip
READABLE = tuple({sys.prefix, sys.base_prefix, "/usr", "/proc/self", "/sys/devices", *(p for p in sys.path if p)})
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
watching = False
events: list[str] = []


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """The audit hook: takes down what no honest model does, and holds it back."""
    if not watching:
        return
    if event == "open":
        path, _, flags = arguments
        reading = not (flags or 0) & WRITING
        if reading and isinstance(path, str) and str(Path(path).absolute()).startswith(READABLE):
            return
        events.append(f"open {path!r}"[:80])
        raise PermissionError(event)
    if event == "exec" and CANARY in repr(getattr(arguments[0], "co_consts", "")):
        events.append("exec")
        raise PermissionError(event)
    if event.startswith(DENIED):
        events.append(event)
        raise PermissionError(event)


METHODS = ("predict", "transform", "predict_proba", "decision_function", "rvs", "score", "__call__", "query")


def use(value: Any) -> None:
    """Ask a model as a server would."""
    import numpy as np

    for method in METHODS:
        found = getattr(value, method, None)
        for rows in ([[1.0, 2.0, 3.0]], ["a b"]):
            try:
                if callable(found):
                    found(np.array(rows) if method != "rvs" else 2)
            except (Exception, SystemExit):
                continue


def load(program: bytes) -> list[str]:
    """What loading and asking one program does."""
    global watching  # noqa: PLW0603 - the hook cannot be taken away again
    touched.clear()
    events.clear()
    signal.alarm(SECONDS)
    watching = True
    value = None
    try:
        value = pickle.loads(program)
        at_load = list(touched)
        if type(value) is Probe and b"__class__" in program:
            events.append("class swapped")
        elif type(value) is not Probe:
            use(value)
    except MemoryError:
        events.append("memory")
        at_load = list(touched)
    except (Exception, SystemExit):
        at_load = list(touched)
    finally:
        watching = False
        signal.alarm(0)
    called_ = [name for name in touched if name in {"called", "__call__"}]
    return [*events, *(f"probe {name}" for name in [*at_load, *called_])]


def child(programs: list[bytes], pipe: int) -> None:
    """Load a batch; each program's number is written before it is loaded."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    sys.addaudithook(watch)
    faulthandler.disable()
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    for number, program in enumerate(programs):
        os.write(pipe, json.dumps([number]).encode() + b"\n")
        if found := load(program):
            os.write(pipe, json.dumps([number, found[:5]]).encode() + b"\n")
    os.write(pipe, b"[-1]\n")
    os._exit(0)


def run_batch(programs: list[bytes]) -> list[tuple[bytes, list[str]]]:
    """Findings of a batch; a child that dies is a finding, and the rest goes to another one."""
    found: list[tuple[bytes, list[str]]] = []
    start = 0
    while start < len(programs):
        reading, writing = os.pipe()
        pid = os.fork()
        if not pid:
            child(programs[start:], writing)
        os.close(writing)
        with os.fdopen(reading) as stream:
            lines = [json.loads(line) for line in stream if line.endswith("\n")]
        _, status = os.waitpid(pid, 0)
        found += [(programs[start + line[0]], line[1]) for line in lines if len(line) == 2]
        if lines and lines[-1] == [-1]:
            return found
        last = lines[-1][0] if lines else 0
        found.append((programs[start + last], [f"ended by signal {os.WTERMSIG(status)}"]))
        start += last + 1
    return found


def search(count: int, seed: int, *, stop: str) -> dict[str, Any]:
    """Make programs, load those that are accepted, and gather what came of it."""
    source = random.Random(seed)
    composer = Composer(source)
    mutator = Mutator(source, honest_pickles(), composer.entries)
    waiting: list[bytes] = []
    findings: list[dict[str, Any]] = []
    taken, started = 0, time.monotonic()
    for number in range(count):
        try:
            program = (composer if number % 2 else mutator).program()
        except RecursionError:
            continue
        if accepted(program):
            waiting.append(program)
        if len(waiting) == BATCH or number == count - 1:
            taken += len(waiting)
            findings += [{"why": why, "program": data.hex()[:20_000]} for data, why in run_batch(waiting)]
            waiting = []
            if stop and any(stop in " ".join(found["why"]) for found in findings):
                break
    seconds = round(time.monotonic() - started, 1)
    return {"seed": seed, "programs": number + 1, "accepted": taken, "seconds": seconds, "findings": findings}


def main() -> None:
    """Run the search as the arguments say."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--programs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--off", default="none")
    parser.add_argument("--stop", default="", metavar="WHY", help="end at the first finding that says so")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    import joblib  # noqa: F401 - what models need is there before anything is watched
    import lightgbm  # noqa: F401
    import pandas as pd  # noqa: F401
    import scipy.interpolate
    import scipy.stats  # noqa: F401
    import sklearn.ensemble  # noqa: F401
    import xgboost  # noqa: F401
    from sklearn.utils import all_estimators

    all_estimators()
    b"".decode("latin1")
    install_probe()
    switch_off(options.off)
    sys.stdout.write(json.dumps(search(options.programs, options.seed, stop=options.stop)))


if __name__ == "__main__":
    main()
