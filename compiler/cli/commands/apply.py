"""`manifact apply`: carry the plan out."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.cli.arguments import (
    add_consent,
    add_deep,
    add_json,
    add_manifests,
    add_prune,
    add_root,
    add_target,
    add_timeout,
)
from compiler.cli.console import Console
from compiler.codes import ExitCode
from compiler.diagnostics import Severity, failure

if TYPE_CHECKING:
    from compiler.compilation.build import Build
    from compiler.engine.session import Session
    from compiler.planning.desired.types import Desired
    from compiler.planning.live.observed import Observed
    from compiler.planning.plan.planner import Options
    from compiler.planning.plan.saved_plan import SavedPlan
    from compiler.planning.plan.plan import Plan
    from compiler.workspace.project import Workspace

_MAKE = "make one with `manifact plan -o FILE`"
SUMMARY = "save models to the catalog, deploy them, wait and test them; a second apply changes nothing"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_manifests(parser)
    add_root(parser)
    add_target(parser)
    add_consent(parser)
    add_json(parser)
    parser.add_argument("--plan", type=Path, metavar="FILE", help="carry out what `plan -o FILE` saved, or refuse")
    add_timeout(parser, 3600.0, "each change")
    parser.add_argument("--no-wait", action="store_true", help="do not wait for deployments, and do not test them")
    add_deep(parser)
    add_prune(parser)
    parser.add_argument("--retry", action="store_true", help="try again what failed its smoke test")
    parser.add_argument(
        "--verify", choices=("auto", "always", "never"), default="auto", help="run models here before saving them"
    )


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Plan anew, or take a saved plan; verify what is new, ask, and carry out."""
    if not arguments.plan:
        return _fresh(arguments, console)
    chosen = (arguments.manifests, arguments.all, arguments.select, arguments.prune, arguments.retry, arguments.deep)
    if any(chosen):
        raise failure("MF913", "--plan carries out what was saved: manifests and options are those of the plan")
    return _saved(arguments, console)


def _fresh(arguments: argparse.Namespace, console: Console) -> ExitCode:
    from compiler.engine.checkout_lock import alone
    from compiler.engine.selection import compile_selected, wanted_of_all, with_answers
    from compiler.engine.session import open_session
    from compiler.planning.desired.types import names_of
    from compiler.planning.plan.planner import Options, plan

    builds = compile_selected(arguments)
    options = Options(prune=arguments.prune, retry=arguments.retry, deep=arguments.deep)
    with open_session(arguments, builds[0].root, console) as session, alone(session, arguments, console):
        desired = wanted_of_all(builds, session)
        names = None if options.prune else names_of(desired)
        observed = _observed(session, desired, names, options, arguments, console)
        found = plan(desired, observed, session.connection.place, options)
        found = with_answers(found, builds, session.connection, missing=Severity.ERROR)
        return _carry_out(found, session, builds, arguments, console)


def _saved(arguments: argparse.Namespace, console: Console) -> ExitCode:
    from compiler.engine.checkout_lock import alone
    from compiler.engine.selection import with_answers
    from compiler.engine.session import open_session
    from compiler.planning.desired.types import names_of
    from compiler.planning.plan.planner import plan
    from compiler.planning.plan.saved_plan import check_current, load_plan, with_secrets
    from compiler.workspace.project import open_workspace

    try:
        saved = load_plan(arguments.plan.read_text(encoding="utf-8"))
    except OSError as error:
        raise failure("MF741", f"cannot read {arguments.plan}: {error.strerror}", hint=_MAKE) from None
    except UnicodeDecodeError:
        raise failure("MF741", f"{arguments.plan} is not a plan file: it is no text", hint=_MAKE) from None
    _check_project(saved, open_workspace(Path.cwd(), arguments.root))
    arguments.target = arguments.target or saved.place.target
    with open_session(arguments, Path.cwd(), console) as session, alone(session, arguments, console):
        desired = with_secrets(saved, session.substituted)
        names = None if saved.options.prune else names_of(desired)
        observed = _observed(session, desired, names, saved.options, arguments, console)
        place = session.connection.place
        found = check_current(saved, place, plan(desired, observed, place, saved.options))
        builds = _built(saved, found, session.root)
        found = with_answers(found, builds, session.connection, missing=Severity.ERROR)
        return _carry_out(found, session, builds, arguments, console)


def _check_project(saved: SavedPlan, here: Workspace) -> None:
    """Raises MF740 for a plan of another project, before a store of the target local is made for it."""
    from compiler.workspace.targets import LOCAL

    made = f"the plan was made for project '{saved.place.project}'"
    hint = "go to the project's folder, or name it with --root"
    if here.name != saved.place.project:
        raise failure("MF740", f"{made}; this folder is of project '{here.name}'", hint=hint)
    if saved.place.target == LOCAL and not (here.state / LOCAL).exists():
        raise failure("MF740", f"{made} in another folder: nothing was ever planned for target local here", hint=hint)


def _observed(
    session: Session,
    desired: Sequence[Desired],
    names: frozenset[str] | None,
    options: Options,
    arguments: argparse.Namespace,
    console: Console,
) -> Observed:
    """What is live once nothing moves any more; as it is now where nobody wants to wait."""
    from compiler.engine.checkout_lock import noting
    from compiler.cloud.observe import observe
    from compiler.cloud.stable import observe_when_stable

    if arguments.no_wait:
        return observe(session.connection, desired, options)
    return observe_when_stable(session.connection, desired, names, noting(arguments, console), options)


def _built(saved: SavedPlan, plan: Plan, root: Path) -> list[Build]:
    """What the plan sends, compiled from the manifests it was made from: the same inputs give the same bytes."""
    from compiler.compilation.batch import compile_all

    sending = {change.name for change in plan.pending if change.sends}
    paths = [root / path for name, path in saved.manifests.items() if name in sending]
    return compile_all([path for path in paths if path.is_file()], root=root)


def _carry_out(
    plan: Plan, session: Session, builds: Sequence[Build], arguments: argparse.Namespace, console: Console
) -> ExitCode:
    from compiler.compilation.build import attached_files
    from compiler.render.outcome import carry_out
    from compiler.cli.prompt import ask_consent
    from compiler.render.plan import show_plan
    from compiler.engine.artifact.verify import verify_before_saving
    from compiler.cloud.objectstorage.zip_body import zip_body_of
    from compiler.planning.plan.outcome import ApplyOptions

    show_plan(plan, console)
    if plan.empty and not plan.problems:
        console.document({"formatVersion": 1, "complete": True, "results": [], "diagnostics": []})
        return ExitCode.OK
    verify_before_saving(builds, plan, arguments.verify, console, timeout=arguments.timeout)
    ask_consent(plan, console, yes=arguments.yes, everything=session.target.confirm == "all")
    records = [(build, build.record) for build in builds]
    archives = {f"sha256:{record.digest}": zip_body_of(build.artifact, record) for build, record in records if record}
    attached = {name: path for build in builds for name, path in attached_files(build.directory).items()}
    conduct = ApplyOptions(arguments.timeout, files=attached, wait=not arguments.no_wait)
    return carry_out(plan, session.connection, archives, console, conduct)
