"""The commands, explicitly listed in the order in which `--help` shows them."""

from __future__ import annotations

import argparse
from typing import Protocol

from compiler.cli.commands import (
    apply,
    compile,
    destroy,
    drift,
    explain,
    export,
    fetch,
    import_,
    init,
    inspect,
    introspect,
    list_,
    local,
    lock,
    logs,
    plan,
    predict,
    pull,
    schema,
    serve,
    show,
    status,
    validate,
    verify,
)
from compiler.cli.console import Console
from compiler.codes import ExitCode


class Command(Protocol):
    """What the module of a command offers. It imports what it works with inside `run`: `--help` must be instant."""

    SUMMARY: str

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Declare the arguments."""

    def run(self, arguments: argparse.Namespace, console: Console) -> ExitCode:
        """Do it. Raises `CompilerError` for every problem of the user's."""


COMMANDS: dict[str, Command] = {
    "init": init,
    "validate": validate,
    "compile": compile,
    "inspect": inspect,
    "introspect": introspect,
    "verify": verify,
    "serve": serve,
    "plan": plan,
    "apply": apply,
    "status": status,
    "list": list_,
    "show": show,
    "predict": predict,
    "logs": logs,
    "pull": pull,
    "export": export,
    "import": import_,
    "drift": drift,
    "destroy": destroy,
    "fetch": fetch,
    "lock": lock,
    "local": local,
    "explain": explain,
    "schema": schema,
}
