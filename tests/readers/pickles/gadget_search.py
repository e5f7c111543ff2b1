"""The gadget search: what the gate accepts is loaded and asked to predict, and nothing may come of it.

    python gadget_search.py --programs 2000 --seed 1 [--off RULES] [--like WORD] [--wild SHARE] [--stop WHY]

Prints one JSON document: programs, accepted, seconds, isolation, baseline, findings. A finding is a program that was
accepted and then made the loader use the probe, ended the interpreter, opened or changed a file, started a process,
reached the network, hid a method, took longer than its alarm or more memory than its limit.

The whole search runs in the sandbox that verify and serving use, and writes in its current folder alone. Programs are
loaded in a child process that an audit hook watches and holds back. What no hook sees (compiled code that opens files,
child processes) shows in the open files, the children and the folder, and as the sandbox's refusal. What honest pickles
do by themselves is the baseline, and no finding. `--off` switches rules of the judge off, which the search then has to
notice; `--like` makes all programs of productions and honest pickles that hold a word.
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
from collections.abc import Callable
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
from compiler.serving.isolation.isolate import isolate  # noqa: E402
from compiler.serving.isolation.result import Isolation  # noqa: E402
from compiler.serving.isolation.view import view_of  # noqa: E402

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
    """Take one rule out of the judge: one of RULES, or `ranges.NAME` for one check of values."""
    if rule.startswith("ranges."):
        _without_check(rule.partition(".")[2])
    elif rule != "none":
        RULES[rule]()


def _without_check(name: str) -> None:
    if name in ranges.CHECKS:
        ranges.CHECKS[name] = lambda _: None
    else:
        del ranges.CLASSES[name]


def _without_arguments() -> None:
    judging.Judge._arguments = lambda *_: None  # type: ignore[method-assign]


def _without_state() -> None:
    real = judging.Judge._state
    judging.Judge._state = lambda self, found, production: (  # type: ignore[method-assign]
        real(self, found, production) if production.state == "attributes" else None
    )


def _without_families() -> None:
    judging.Judge.deep = lambda *_: True  # type: ignore[method-assign]


def _without_keys() -> None:
    judging.Judge._keys = lambda *_, **__: None  # type: ignore[method-assign]


def _without_slots() -> None:
    real = judging.Judge._attributes
    judging.Judge._attributes = lambda self, found, state: (  # type: ignore[method-assign]
        None if isinstance(state, tuple) else real(self, found, state)
    )


def _without_hiding() -> None:
    names._hidden = lambda *_: iter(())  # type: ignore[assignment]


def _without_texts() -> None:
    judging.check_text = lambda *_: None  # type: ignore[assignment]


def _without_ranges() -> None:
    for name in ranges.CHECKS:
        ranges.CHECKS[name] = lambda _: None
    ranges.CLASSES.clear()


def _without_memory() -> None:
    """What lies beyond the limits counts as data."""
    machine.MAX_REMEMBERED = 0
    machine.Machine.fade = lambda _, value: (  # type: ignore[method-assign]
        FORGOTTEN if not isinstance(value, str) and "probe" in getattr(
            getattr(getattr(value, "cls", None), "production", None), "tags", ()) else value
    )  # fmt: skip
    kinds._WORDS["data"] = lambda walker, value: value is FORGOTTEN or walker.deep(value, frozenset())


RULES: dict[str, Callable[[], None]] = {
    "arguments": _without_arguments,
    "state": _without_state,
    "families": _without_families,
    "keys": _without_keys,
    "slots": _without_slots,
    "hiding": _without_hiding,
    "texts": _without_texts,
    "ranges": _without_ranges,
    "forgetting": _without_memory,
}


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
WITHOUT_ARGUMENTS = ("toarray", "random_sample", "tolist", "to_pylist")
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
    signal.alarm(SECONDS)
    watching = True
    at_load: list[str] | None = None
    try:
        value = pickle.loads(program)
        at_load = list(touched)
        if type(value) is Probe and b"__class__" in program:
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


def search(count: int, seed: int, *, like: str, wild: float, stop: str) -> dict[str, Any]:
    """Make programs, load those that are accepted, and gather what came of it."""
    source = random.Random(seed)
    honest = [data for data in honest_pickles() if like.encode() in data]
    baseline = {why for _, whys in run_batch(honest) for why in whys}
    composer = Composer(source, like, wild)
    mutator = Mutator(source, honest, composer.entries)
    makers = [maker for maker, able in ((mutator, honest), (composer, composer.roots)) if able]
    waiting: list[bytes] = []
    findings: list[dict[str, Any]] = []
    taken, started = 0, time.monotonic()
    for number in range(count):
        try:
            program = makers[number % len(makers)].program()
        except RecursionError:
            continue
        if accepted(program):
            waiting.append(program)
        if len(waiting) == BATCH or number == count - 1:
            taken += len(waiting)
            findings += _findings(run_batch(waiting), baseline)
            waiting = []
            if stop and any(stop in " ".join(found["why"]) for found in findings):
                break
    seconds = round(time.monotonic() - started, 1)
    counts = {"seed": seed, "programs": number + 1, "accepted": taken, "seconds": seconds}
    return {**counts, "baseline": sorted(baseline), "findings": findings}


def _findings(loaded: list[tuple[bytes, list[str]]], baseline: set[str]) -> list[dict[str, Any]]:
    found = ((data, [why for why in whys if why not in baseline]) for data, whys in loaded)
    return [{"why": whys, "program": data.hex()[:20_000]} for data, whys in found if whys]


def shut_in() -> Isolation:
    """Put this process and all that it starts into the sandbox of verify; what it may write in is this folder."""
    return isolate(view_of([str(Path.cwd())], [str(Path(__file__).parent), names.__file__]))


def main() -> None:
    """Run the search as the arguments say."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--programs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--off", default="none")
    parser.add_argument("--like", default="", metavar="WORD")
    parser.add_argument("--wild", type=float, default=0.06, help="how often an argument is of another kind")
    parser.add_argument("--stop", default="", metavar="WHY", help="end at the first finding that says so")
    options = parser.parse_args()
    isolation = shut_in()
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
    for rule in options.off.split(","):
        switch_off(rule)
    found = search(options.programs, options.seed, like=options.like, wild=options.wild, stop=options.stop)
    sys.stdout.write(json.dumps({"isolation": isolation._asdict(), **found}))


if __name__ == "__main__":
    main()
