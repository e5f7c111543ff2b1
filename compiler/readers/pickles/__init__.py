"""Pickles read without loading them: `read_pickle` gives what a file describes, or says why it is refused."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compiler.diagnostics import CompilerError, SourceRange, failure
from compiler.readers.pickles.faults import Beyond, Denied, Fault, Malformed
from compiler.readers.pickles.judging.judge import Judge
from compiler.readers.pickles.machine import Machine, Usage
from compiler.readers.pickles.names import Globals
from compiler.readers.pickles.window import Window, open_window


@dataclass(frozen=True, slots=True)
class Pickle:
    """What a pickle describes."""

    value: Any
    """Plain Python for plain data, the classes of `compiler.readers.pickles.values` for everything else."""
    packages: frozenset[str]
    """Top-level packages of the names it refers to."""
    unknown: tuple[str, ...]
    """Dotted names that are neither known nor denied, sorted."""
    joblib: bool
    """Whether it holds arrays as joblib writes them."""
    protocol: int
    modules: frozenset[str] = frozenset()
    """Dotted modules of the names it refers to."""


def read_pickle(path: Path) -> Pickle:
    """Read a pickle as joblib.load would, compressed or not, executing nothing; one value and nothing after it.

    Raises CompilerError: MF203 damaged, MF204 denied, MF205 inflater missing, MF206 beyond limits.
    """
    with open_window(path) as window:
        machine = Machine(window, Globals(), Usage(), joblib=True)
        value = run(machine, path)
        if not at_end(machine):
            raise refusal(path, Denied("there is more data after its end"), machine.offset)
    return make_pickle(machine, value)


def make_pickle(machine: Machine, value: Any) -> Pickle:
    """What a finished machine found."""
    packages = frozenset(module.split(".", 1)[0] for module, _ in machine.globals.seen)
    modules = frozenset(module for module, _ in machine.globals.seen)
    return Pickle(value, packages, machine.globals.unknown, machine.found_arrays, machine.protocol, modules)


def run(machine: Machine, path: Path) -> Any:
    """Run a machine over the file at `path`. Raises CompilerError (MF203, MF204, MF206)."""
    try:
        value = machine.run()
        Judge().judge(machine.usage.made, value)
        machine.usage.made.clear()
        return value
    except Malformed as fault:
        _judge_damaged(machine, path)
        raise refusal(path, fault, machine.offset) from fault
    except Fault as fault:
        raise refusal(path, fault, machine.offset) from fault


def _judge_damaged(machine: Machine, path: Path) -> None:
    """What stands before the damage is loaded all the same. Raises CompilerError (MF204) when that is denied."""
    try:
        Judge().judge(machine.usage.made, None, machine.stack)
    except Denied as fault:
        raise refusal(path, fault, machine.offset) from fault
    except Beyond:
        return


def at_end(machine: Machine) -> bool:
    """Whether nothing follows where the machine stands."""
    window: Window = machine.window
    machine.position = window.slide(machine.position, 1)
    return machine.position >= len(window.data)


def refusal(path: Path, fault: Fault, offset: int) -> CompilerError:
    """The diagnostic for a pickle that was given up at a byte offset."""
    where = SourceRange(str(path))
    offset = offset if fault.offset is None else fault.offset
    if isinstance(fault, Denied):
        hint = "do not load this file; save the model again from a program you trust"
        return failure("MF204", f"the pickle is denied: {fault} (byte {offset:,})", where=where, hint=hint)
    if isinstance(fault, Beyond):
        return failure("MF206", f"the pickle is too large to be read: {fault}", where=where)
    hint = "save the model again, or fetch the file again"
    return failure("MF203", f"the pickle is damaged: {fault} (byte {offset:,})", where=where, hint=hint)
