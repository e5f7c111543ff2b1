"""`manifact destroy`: delete what was made for a model."""

from __future__ import annotations

import argparse

from compiler.cli.arguments import (
    add_break_glass,
    add_consent,
    add_format,
    add_name,
    add_root,
    add_target,
    add_timeout,
    break_glass,
    checkout,
    target,
)
from compiler.cli.console import Console
from compiler.cli.progress import Reporter
from compiler.cli.prompt import prompt
from compiler.codes import ExitCode

SUMMARY = "delete the deployment, the versions and the version set of a model"
EXAMPLE = "manifact destroy wine --target staging"
DOCUMENT = "targets:ApplyDocument"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_name(parser)
    add_root(parser)
    add_target(parser)
    add_consent(parser)
    add_format(parser)
    add_timeout(parser, 3600.0, "each change")
    add_break_glass(parser)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Show what goes, ask, and delete it."""
    from compiler.engine.change.destroy import DestroyRequest, destroy_model

    request = DestroyRequest(arguments.model, target(arguments), arguments.timeout, break_glass(arguments))
    with Reporter(console) as reporter:
        result = destroy_model(checkout(arguments), request, prompt(console, yes=arguments.yes), reporter)
    return console.show(result)
