"""The command `manifact`: arguments -> call -> view, one file a command, and the one place where errors become text."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

from compiler.cli import commands
from compiler.cli.console import Console
from compiler.codes import ExitCode
from compiler.diagnostics import CompilerError, Diagnostic
from compiler.version import __version__


class _Parser(argparse.ArgumentParser):
    """Wrong usage exits with 64 (sysexits EX_USAGE): 2 says "changes pending" here."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(ExitCode.USAGE, f"{self.prog}: {message}\n")


class _Terminated(KeyboardInterrupt):
    """SIGTERM, raised like Ctrl-C so that the work in hand is left in a state that the next run completes."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code (`docs/exit-codes.md`)."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    if arguments.command is None:
        parser.print_help()
        return ExitCode.USAGE
    signal.signal(signal.SIGTERM, _terminate)
    return _run(arguments, Console(json=getattr(arguments, "json", False)))


def _run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """The one place where errors become text and exit codes."""
    try:
        code = commands.COMMANDS[arguments.command].run(arguments, console)
        console.flush()
    except CompilerError as error:
        console.diagnostics(error.diagnostics)
        code = error.exit_code
    except BrokenPipeError:
        # The reader of our output has left (`manifact explain | head`): nobody is there to be told more.
        sys.stderr.close()
        code = ExitCode.OK
    except OSError as error:
        # Everything that is about a file of the user's was told before; what is left is the machine.
        console.diagnostics([Diagnostic("MF900", f"{error.strerror or error}: {error.filename or 'no file named'}")])
        code = ExitCode.ENVIRONMENT
    except KeyboardInterrupt as stop:
        console.note("interrupted; run the same command again to complete what was begun")
        code = ExitCode.TERMINATED if isinstance(stop, _Terminated) else ExitCode.INTERRUPTED
    except Exception as error:
        code = console.bug(error)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="manifact", description="model.yaml in, deployable model artifact out.")
    parser.add_argument("--version", action="version", version=f"manifact {__version__}")
    sub = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    for name, command in commands.COMMANDS.items():
        child = sub.add_parser(name, help=command.SUMMARY, description=command.SUMMARY)
        command.configure(child)
    return parser


def _terminate(_number: int, _frame: FrameType | None) -> NoReturn:
    raise _Terminated
