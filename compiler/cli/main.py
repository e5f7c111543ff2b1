"""The command `manifact`: arguments -> call -> view, one file a command, and the one place where errors become text."""

from __future__ import annotations

import itertools
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

from compiler.cli import commands
from compiler.cli.arguments import COLORS, FORMATS, add_output
from compiler.cli.console import Console
from compiler.cli.parser import Parser
from compiler.codes import ExitCode
from compiler.diagnostics import CompilerError, Diagnostic
from compiler.version import __version__


class _Terminated(KeyboardInterrupt):
    """SIGTERM, raised like Ctrl-C so that the work in hand is left in a state that the next run completes."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code (`docs/reference/exit-codes.md`)."""
    words = list(sys.argv[1:] if argv is None else argv)
    _open_streams()
    console = Console(
        json="--json" in words,
        reporter=_given(words, "--format", FORMATS),
        quiet="--quiet" in words,
        verbose="--verbose" in words,
        color=_given(words, "--color", COLORS) or "auto",
    )
    signal.signal(signal.SIGTERM, _terminate)
    code = _run(words, console)
    console.report()
    return code


def _given(words: Sequence[str], option: str, known: Sequence[str]) -> str | None:
    """What an option says, known before the words are parsed: what is wrong with them is a problem to show as well."""
    given = [word.partition("=")[2] for word in words if word.startswith(f"{option}=")]
    given += [after for word, after in itertools.pairwise(words) if word == option]
    return next((name for name in given if name in known), None)


def _run(words: list[str], console: Console) -> ExitCode:
    """The one place where errors become text and exit codes."""
    try:
        code = _command(words, console)
        console.flush()
    except CompilerError as error:
        console.diagnostics(error.diagnostics)
        code = error.exit_code
    except BrokenPipeError:
        # The reader of our output has left (`manifact explain | head`): nobody is there to be told more.
        console.abandon()
        code = ExitCode.OK
    except OSError as error:
        # Everything that is about a file of the user's was told before; what is left is the machine.
        what = ": ".join(str(part) for part in (error.strerror or error, error.filename) if part)
        what = what if _somewhere() else "the current folder is gone"
        hint = f"it happened during `manifact {words[0]}`" if words and not error.filename else None
        console.diagnostics([Diagnostic("MF900", what, hint=hint)])
        code = ExitCode.ENVIRONMENT
    except KeyboardInterrupt as stop:
        console.interrupted()
        code = ExitCode.TERMINATED if isinstance(stop, _Terminated) else ExitCode.INTERRUPTED
    except Exception as error:
        code = console.bug(error)
    return code


def _command(words: list[str], console: Console) -> ExitCode:
    parser = make_parser(words)
    arguments = parser.read(words)
    if arguments.command is None:
        parser.print_help()
        return ExitCode.USAGE
    return commands.load(arguments.command).run(arguments, console)


def make_parser(words: Sequence[str] = ()) -> Parser:
    """The parser of a command line; where its first word is a command, that one alone is known to it."""
    parser = Parser(
        prog="manifact",
        description="model.yaml in, deployable model artifact out.",
        epilog="start with: manifact init MODEL-FILE",
        allow_abbrev=False,
    )
    parser.add_argument("--version", "-V", action="version", version=f"manifact {__version__}")
    sub = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    called = [words[0]] if words and words[0] in commands.NAMES else commands.NAMES
    for name in called:
        command = commands.load(name)
        what = command.SUMMARY
        sentence, example = f"{what[0].upper()}{what[1:]}.", f"example: {command.EXAMPLE}"
        child = sub.add_parser(name, help=what, description=sentence, epilog=example, allow_abbrev=False)
        command.configure(child)
        for leaf in child.verbs().values() or [child]:
            add_output(leaf)
    return parser


def _somewhere() -> bool:
    """Whether the folder that we are in is still there."""
    try:
        os.getcwd()  # noqa: PTH109 - a pathlib object is not needed
    except FileNotFoundError:
        return False
    return True


def _open_streams() -> None:
    """Standard streams that the shell has closed (`>&-`, as some supervisors do) read and write nothing.

    Python has None in their place, and the next file that is opened would get their number.
    """
    for descriptor, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != descriptor:
                os.dup2(opened, descriptor)
                os.close(opened)
            setattr(sys, name, open(descriptor, "r" if descriptor == 0 else "w", closefd=False))  # noqa: SIM115


def _terminate(_number: int, _frame: FrameType | None) -> NoReturn:
    raise _Terminated
