"""The gadget search: what the gate accepts is loaded and asked to predict, and nothing may come of it.

    python gadget_search.py --programs 2000 --seed 1 [--index FILE] [--off RULES] [--like PATTERN] [--stop WHY]

Prints one JSON document: programs, accepted, seconds, isolation, baseline, findings. A finding is a program that was
accepted and then made the loader use the probe, ended the interpreter, opened or changed a file, started a process,
reached the network, hid a method, took longer than its alarm or more memory than its limit.

The whole search runs in the sandbox that verify and serving use, and writes in its current folder alone. Programs are
loaded in a child process that an audit hook watches and holds back. What no hook sees (compiled code that opens files,
child processes) shows in the open files, the children and the folder, and as the sandbox's refusal. What honest pickles
do by themselves is the baseline, and no finding. `--off` switches rules of the judge off, which the search then has to
notice (`gadget_rules.py`); `--like` makes all programs of productions and honest pickles in which a pattern is found.
`--index torch` judges and loads programs as files of torch: then an object of another library is a finding as well.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import os
import pickle
import random
import re
import resource
import signal
import sys
import time
import types
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ.update(JOBLIB_MULTIPROCESSING="0", OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
sys.path[:0] = [str(Path(__file__).parent)]

from gadget_mutations import Mutator, honest_pickles  # noqa: E402
from gadget_programs import CANARY, PROBES, Composer, entries_of  # noqa: E402
from gadget_rules import focus_of, install_probe, switch_off  # noqa: E402

from compiler.readers.pickles import machine, names  # noqa: E402
from compiler.readers.pickles.faults import Fault  # noqa: E402
from compiler.readers.pickles.judging.judge import Judge  # noqa: E402
from compiler.readers.pickles.window import Window  # noqa: E402
from compiler.serving.isolation.isolate import isolate  # noqa: E402
from compiler.serving.isolation.result import Isolation  # noqa: E402
from compiler.serving.isolation.view import view_of  # noqa: E402

SECONDS = 4
"""CPU time of one program, system calls included; a machine that is busy with other things is none of its faults."""
MEMORY = 3 << 30
BATCH = 100
touched: list[str] = []
loads: Callable[[bytes], Any] = pickle.loads
"""What loads a program."""


class Probe:
    """Takes down every use of itself by a loader."""

    def __new__(cls) -> Any:
        made = object.__new__(cls)
        vars(made)["made"] = True
        return made

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

    def __hash__(self) -> int:
        touched.append("__hash__")
        return 1

    def __eq__(self, other: object) -> bool:
        return self is other

    def __setstate__(self, state: Any) -> None:
        pass


def called(*_: Any, **__: Any) -> Any:
    """A function that is not inert."""
    touched.append("called")


def publish_probe() -> None:
    """Make the probe importable."""
    module = types.ModuleType(PROBES[0])
    module.Probe, module.called = Probe, called  # type: ignore[attr-defined]
    Probe.__module__ = PROBES[0]
    sys.modules[PROBES[0]] = module
    install_probe(Probe, called)


def accepted(program: bytes, index: str = "") -> bool:
    """Whether the gate knows all of a pickle."""
    found = names.Globals(index=index or None)
    run = machine.Machine(Window(program), found, machine.Usage(), persistent=bool(index))
    try:
        value = run.run()
        Judge().judge(run.usage.made, value)
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
    if event in {"os.listdir", "os.scandir"} and str(arguments[0]).startswith(READABLE):
        return  # an import
    if event == "object.__getattr__" and arguments[1] in {"__code__", "__globals__"}:
        events.append(f"reaches {arguments[1]}")
        return
    if event == "exec" and CANARY in repr(getattr(arguments[0], "co_consts", "")):
        events.append("exec")
        raise PermissionError(event)
    if event.startswith(DENIED):
        events.append(event)
        raise PermissionError(event)


METHODS = ("predict", "transform", "predict_proba", "decision_function", "rvs", "score", "__call__", "query")
WITHOUT_ARGUMENTS = ("toarray", "random_sample", "tolist", "to_pylist", "keys", "__call__")
USED = frozenset({"called", "__call__", "__array_interface__", "__array__"})
"""Uses of the probe that are a finding when a model is asked; any use is one while it is loaded."""


def use(value: Any) -> None:
    """Ask a model as a server would."""
    import numpy as np

    for method in WITHOUT_ARGUMENTS:
        try:
            getattr(value, method)()
        except (Exception, SystemExit):
            continue
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
    before = _traces()
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    signal.alarm(15 * SECONDS)
    watching = True
    at_load: list[str] | None = None
    try:
        value = loads(program)
        at_load = list(touched)
        if type(value) is Probe and "made" not in vars(value):
            events.append("class swapped")
        elif type(value) is not Probe:
            events.extend(_hidden(value))
            use(value)
    except MemoryError:
        events.append("memory")
    except OSError as error:
        events.append(f"the sandbox refused it: {type(error).__name__}")
    except (Exception, SystemExit):
        pass
    finally:
        watching = False
        signal.alarm(0)
        signal.setitimer(signal.ITIMER_PROF, 0)
    events.extend(sorted(_traces() - before))
    loaded = touched if at_load is None else [*at_load, *USED.intersection(touched[len(at_load) :])]
    return [*events, *(f"probe {name}" for name in loaded)]


def _hidden(value: Any) -> list[str]:
    """Methods that a model is asked by and that its own attributes hide."""
    own = getattr(value, "__dict__", {})
    return [f"hides {name}" for name in METHODS if name in own and callable(getattr(type(value), name, None))]


def _traces() -> frozenset[str]:
    """Open files, child processes and files of this folder: what compiled code does without an event."""
    found = {f"opens {target}" for path in Path("/proc/self/fd").iterdir() if (target := _target(path))}
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    started = children.read_text().split() if children.is_file() else []
    return frozenset({*found, *(f"starts {n}" for n in started), *(f"writes {path}" for path in Path().iterdir())})


def _target(path: Path) -> str:
    """What a descriptor leads to; empty for the one that listed the others."""
    try:
        return str(path.readlink())
    except OSError:
        return ""


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


def search(count: int, seed: int, rules: list[str], options: argparse.Namespace) -> dict[str, Any]:
    """Make programs, load those that are accepted, and gather what came of it."""
    source, index = random.Random(seed), options.index
    honest = [] if index else [one for one in honest_pickles() if re.search(options.like.encode(), one.data)]
    baseline = {why for _, whys in run_batch([one.data for one in honest]) for why in whys}
    entries = entries_of(index)
    focus = focus_of(rules, entries)
    if options.wild is not None:
        focus = replace(focus, wild=options.wild)
    composer, mutator = Composer(source, entries, focus, options.like), Mutator(source, honest, entries, focus)
    able = ((mutator, honest), (composer, composer.roots and not (focus.values and honest)))
    makers = [maker for maker, can in able if can]
    waiting: list[bytes] = []
    findings: list[dict[str, Any]] = []
    taken, started = 0, time.monotonic()
    for number in range(count):
        try:
            program = makers[number % len(makers)].program()
        except RecursionError:
            continue
        if accepted(program, index):
            waiting.append(program)
        if len(waiting) == BATCH or number == count - 1:
            taken += len(waiting)
            findings += _findings(run_batch(waiting), baseline)
            waiting = []
            if options.stop and any(_wanted(found, options) for found in findings):
                break
    seconds = round(time.monotonic() - started, 1)
    counts = {"seed": seed, "programs": number + 1, "accepted": taken, "seconds": seconds}
    return {**counts, "baseline": sorted(baseline), "findings": findings}


def _wanted(found: dict[str, Any], options: argparse.Namespace) -> bool:
    return options.stop in " ".join(found["why"]) and options.through.encode() in bytes.fromhex(found["program"])


def _findings(loaded: list[tuple[bytes, list[str]]], baseline: set[str]) -> list[dict[str, Any]]:
    found = ((data, [why for why in whys if why not in baseline]) for data, whys in loaded)
    return [{"why": whys, "program": data.hex()} for data, whys in found if whys]


def shut_in() -> Isolation:
    """Put this process and all that it starts into the sandbox of verify; what it may write in is this folder."""
    return isolate(view_of([str(Path.cwd())], [str(Path(__file__).parent), names.__file__]))


def main() -> None:
    """Run the search as the arguments say."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--programs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--index", default="", metavar="FILE", help="the one file of the index that counts: torch")
    parser.add_argument("--off", default="none", metavar="RULES")
    parser.add_argument("--like", default="", metavar="PATTERN")
    parser.add_argument("--wild", type=float, help="how often an argument is of another kind")
    parser.add_argument("--stop", default="", metavar="WHY", help="end at the first finding that says so")
    parser.add_argument("--through", default="", metavar="TEXT", help="and whose program holds this")
    options = parser.parse_args()
    isolation = shut_in()
    warnings.simplefilter("ignore")
    _import_all(options.index)
    publish_probe()
    rules = options.off.split(",")
    for rule in rules:
        switch_off(rule)
    sys.stdout.write(
        json.dumps({"isolation": isolation._asdict(), **search(options.programs, options.seed, rules, options)})
    )


def _import_all(index: str) -> None:
    """What models need is there before anything is watched."""
    global loads  # noqa: PLW0603 - how this process loads
    import joblib  # noqa: F401
    import lightgbm  # noqa: F401
    import pandas as pd  # noqa: F401
    import scipy.interpolate
    import scipy.stats  # noqa: F401
    import sklearn.ensemble  # noqa: F401
    import xgboost  # noqa: F401
    from sklearn.utils import all_estimators

    all_estimators()
    b"".decode("latin1")
    if index == "torch":
        from gadget_torch import loads


if __name__ == "__main__":
    main()
