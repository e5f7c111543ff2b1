"""`manifact destroy`: delete the deployment, the model's versions and their version set."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.cli.arguments import add_consent, add_json, add_name, add_root, add_target, add_timeout
from compiler.cli.console import Console
from compiler.codes import ExitCode

if TYPE_CHECKING:
    from compiler.engine.session import Named, Session
    from compiler.planning.live.observed import Observed
    from compiler.planning.plan.plan import Plan

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
    from compiler.render.outcome import carry_out
    from compiler.cli.prompt import ask_consent
    from compiler.engine.checkout_lock import alone, noting
    from compiler.render.plan import show_plan
    from compiler.engine.session import named_model, open_session
    from compiler.cloud.observe import read
    from compiler.cloud.stable import observe_when_stable
    from compiler.planning.plan.outcome import ApplyOptions
    from compiler.planning.live.observed import Kind

    model = named_model(arguments)
    with open_session(arguments, model.start, console) as session, alone(session, arguments, console):
        observed = observe_when_stable(session.connection, [], {model.name}, noting(arguments, console))
        _check_known(model, observed, session, arguments)
        plan = _planned(model, observed, session)
        # What is deleted is deleted as it was read: with if-match.
        going = [change.id for change in plan.pending if change.id and change.kind is not Kind.VERSION_SET]
        plan = _planned(model, observed.with_reads(read(session.connection, going, observed)), session)
        show_plan(plan, console)
        if plan.empty:
            console.document({"formatVersion": 1, "complete": True, "results": [], "diagnostics": []})
            return ExitCode.OK
        ask_consent(plan, console, yes=arguments.yes)
        return carry_out(plan, session.connection, {}, console, ApplyOptions(arguments.timeout))


def _check_known(model: Named, observed: Observed, session: Session, arguments: argparse.Namespace) -> None:
    """Raise MF761 for a name of no manifest, and of nothing that is or was in the target: it is misspelt."""
    from compiler.engine.reference import manifest_of
    from compiler.diagnostics import did_you_mean, failure
    from compiler.planning import tags

    place = session.connection.place
    lives = (*observed.models, *observed.deployments, *observed.version_sets)
    known = {live.tags.get(tags.NAME, "") for live in lives if place.owns(live.tags)}
    named = Path(arguments.model).exists() or manifest_of(model.name, model.start, arguments.root)
    if named or model.name in known:
        return
    message = f"nothing called '{model.name}' is in target '{place.target}'"
    raise failure("MF761", message, hint=did_you_mean(model.name, known) or "`manifact status` says what is there")


def _planned(model: Named, observed: Observed, session: Session) -> Plan:
    from compiler.planning.desired.types import Desired
    from compiler.planning.plan.destroy import destroy

    protected = [model.name] if model.protected else []
    named = session.substituted(Desired(model.name, None, None, model_id=model.model_id)).model_id
    return destroy([model.name], observed, session.connection.place, protected, [named] if named else [])
