"""`manifact destroy`: delete the deployment, the model's versions and their version set."""

from __future__ import annotations

import argparse

from compiler.cli.arguments import add_consent, add_json, add_name, add_root, add_target, add_timeout
from compiler.cli.console import Console
from compiler.codes import ExitCode

SUMMARY = "delete everything that was made for a model in the target"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_name(parser)
    add_root(parser)
    add_target(parser)
    add_consent(parser)
    add_json(parser)
    add_timeout(parser, 3600.0, "each change")


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Show what goes, ask, and delete it."""
    from compiler.apply import Conduct
    from compiler.cli.carry_out import carry_out
    from compiler.cli.consent import ask_consent
    from compiler.cli.one_apply import alone, noting
    from compiler.cli.plan_view import show_plan
    from compiler.cli.session import named_model, open_session
    from compiler.cloud.settling import observe_settled
    from compiler.planning.desired import Desired
    from compiler.planning.destroy import destroy

    model = named_model(arguments)
    with open_session(arguments, model.start, console) as session, alone(session, arguments, console):
        observed = observe_settled(session.connection, [], {model.name}, noting(arguments, console))
        protected = [model.name] if model.protected else []
        named = session.substituted(Desired(model.name, None, None, model_id=model.model_id)).model_id
        kept = [named] if named else []
        plan = destroy([model.name], observed, session.connection.place, protected, kept)
        show_plan(plan, console)
        if plan.empty:
            console.document({"formatVersion": 1, "complete": True, "results": [], "diagnostics": []})
            return ExitCode.OK
        ask_consent(plan, console, yes=arguments.yes)
        return carry_out(plan, session.connection, {}, console, Conduct(arguments.timeout))
