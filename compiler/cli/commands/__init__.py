"""The commands, one file each: a folder of more than 18 files, as each is found by its name.

A command is its arguments, one call of the engine, and one rendering.
"""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import Protocol

from compiler.cli.console import Console
from compiler.codes import ExitCode

MODULES = (
    "init",
    "validate",
    "compile",
    "inspect",
    "introspect",
    "verify",
    "serve",
    "plan",
    "apply",
    "status",
    "list_",
    "show",
    "predict",
    "score",
    "logs",
    "pull",
    "export",
    "import_",
    "drift",
    "reconcile",
    "destroy",
    "fetch",
    "lock",
    "local",
    "doctor",
    "explain",
    "schema",
    "completion",
)
"""In the order in which `--help` shows them; a word that Python has already ends in an underscore."""

NAMES = tuple(module.rstrip("_") for module in MODULES)
"""The commands as they are typed."""


class Command(Protocol):
    """What the module of a command offers. It imports what it works with inside `run`: `--help` must be instant."""

    SUMMARY: str
    """What it does, in a few words."""
    EXAMPLE: str
    """One line that can be typed."""
    DOCUMENT: str | dict[str, str] | None
    """What `--json` prints: `module:Class` below `compiler.render.documents`, or one for each verb."""

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Declare the arguments."""

    def run(self, arguments: argparse.Namespace, console: Console) -> ExitCode:
        """Do it. Raises `CompilerError` for every problem of the user's."""


def load(name: str) -> Command:
    """The module of a command; only the one that is called is imported."""
    module: Command = import_module(f"compiler.cli.commands.{MODULES[NAMES.index(name)]}")
    return module


def load_all() -> dict[str, Command]:
    """All commands by name, in the order of `--help`."""
    return {name: load(name) for name in NAMES}
