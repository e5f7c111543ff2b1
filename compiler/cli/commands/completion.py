"""`manifact completion SHELL`: a script that completes commands and options in a shell."""

from __future__ import annotations

import argparse

from compiler.cli.console import Console
from compiler.codes import ExitCode
from compiler.diagnostics import failure

SUMMARY = "print a script that completes commands and options in bash, zsh or fish"
EXAMPLE = "manifact completion bash > ~/.local/share/bash-completion/completions/manifact"
DOCUMENT = None

SHELLS = ("bash", "zsh", "fish")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help=" | ".join(SHELLS))


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Print the script, which shtab makes from the parser. Raises `CompilerError` MF929 where shtab is missing."""
    from compiler.cli.main import make_parser

    try:
        import shtab
    except ImportError:
        message = "shtab, which makes the script, is not installed"
        raise failure("MF929", message, hint="pip install 'manifact[completion]'") from None
    console.line(shtab.complete(make_parser(), arguments.shell).rstrip("\n"))
    return ExitCode.OK
