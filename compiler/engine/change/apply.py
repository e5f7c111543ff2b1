"""Apply: save models to the catalog, deploy them, wait and test them; a second apply changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.diagnostics import Diagnostic, Severity, failure
from compiler.engine.artifact.verify import When, refused_by_verification
from compiler.engine.change.keep_going import check_compiled, check_desired, check_verified
from compiler.engine.change.known_forms import in_known_forms
from compiler.engine.checkout import Checkout
from compiler.engine.consent import Consent, ask_for_plan
from compiler.engine.exclusive import exclusively
from compiler.engine.result import Result
from compiler.engine.selection import SelectRequest, compile_selected
from compiler.engine.session import Session, TargetRequest, open_session
from compiler.engine.target.planning import Observing, Planned, observe_for, plan_desired, with_preflight
from compiler.events import Event, Listener, Phase, ignore
from compiler.planning.plan.outcome import ApplyOptions, Outcome
from compiler.planning.plan.planner import Options
from compiler.render.lines import Line
from compiler.workspace.failures import forget_failure, remember_failure

if TYPE_CHECKING:
    from compiler.cloud.objectstorage.zip_body import ZipBody
    from compiler.compilation.build import Build
    from compiler.planning.plan.plan import Plan
    from compiler.planning.plan.saved_plan import SavedPlan
    from compiler.render.documents.targets import ApplyDocument
    from compiler.workspace.project import Workspace

_MAKE = "make one with `manifact plan -o FILE`"


@dataclass(frozen=True, slots=True)
class ApplyRequest:
    """What to apply, and how."""

    selection: SelectRequest = field(default_factory=SelectRequest)
    target: TargetRequest = field(default_factory=TargetRequest)
    options: Options = field(default_factory=Options)
    plan: Path | None = None
    """A plan file to carry out, instead of planning anew: manifests and options are those of the plan."""
    verify: When = "auto"
    """Run models here before they are saved."""
    timeout: float = 3600.0
    """Seconds for each change of the service."""
    wait: bool = True
    """False: do not wait for deployments, and do not test them."""
    require_isolation: bool = False
    """Run models here only in processes that are isolated completely; refuse where this machine cannot."""
    break_glass: str = ""
    """Reason to go ahead although somebody reconciles the target (`--break-glass --reason TEXT`)."""
    keep_going: bool = False
    """Apply the manifests that are right, whatever is wrong with the others."""


@dataclass(frozen=True, slots=True)
class ApplyResult(Result):
    """A plan and what became of it."""

    plan: Plan
    outcome: Outcome
    next: str | None = None
    """The command that asks the deployment that was made, without `manifact`; None where it is not a single one."""

    @property
    def diagnostics(self) -> Sequence[Diagnostic]:
        """Problems and warnings of all changes."""
        return self.outcome.diagnostics

    @property
    def interrupt(self) -> KeyboardInterrupt | None:
        """What stopped it."""
        return self.outcome.interrupt

    @property
    def complete(self) -> bool:
        """Whether everything was done."""
        return self.outcome.complete

    def lines(self, width: int | None = None) -> list[Line]:
        """The plan, and one line a change."""
        from compiler.render.plan import plan_lines

        return [*plan_lines(self.plan), *self.closing(width)]

    def closing(self, width: int | None = None) -> list[Line]:  # noqa: ARG002 - a result is not cut
        """One line a change, and what comes next."""
        from compiler.engine.following import next_line
        from compiler.render.outcome import outcome_lines

        following = [next_line(self.next)] if self.next else []
        return [*outcome_lines(self.outcome, named=len(self.plan.models) > 1), *following]

    def to_json(self) -> ApplyDocument:
        """What `apply --json` prints."""
        from compiler.render.outcome import outcome_document

        return outcome_document(self.outcome)

    def __repr__(self) -> str:
        from compiler.render.words import plan_sum

        state = "complete" if self.complete else "incomplete"
        return f"<ApplyResult for {self.plan.place.target}: {plan_sum(self.plan)}, {state}>"


def apply_manifests(
    checkout: Checkout, request: ApplyRequest, consent: Consent, listener: Listener = ignore
) -> ApplyResult:
    """Plan anew, or take a saved plan; verify what is new, ask, and carry out.

    Raises `CompilerError` before anything is sent: with the problems of all manifests that are wrong (with `keep_going`
    only when all are, the result holds them otherwise), MF740 or MF741 for a plan file that is stale or none, MF903
    without consent, MF611 without the isolation that is required, MF780 while somebody reconciles the target, and when
    a model is not verified (exit 3 or 4).
    """
    if request.require_isolation:
        from compiler.verify import require_isolation

        require_isolation()
    if request.plan is None:
        return _fresh(checkout, request, consent, listener)
    if request.selection != SelectRequest() or request.options != Options():
        raise failure("MF913", "--plan carries out what was saved: manifests and options are those of the plan")
    return apply_saved(checkout, _load(checkout.path(request.plan), request.plan), request, consent, listener)


def _fresh(checkout: Checkout, request: ApplyRequest, consent: Consent, listener: Listener) -> ApplyResult:
    compiled = compile_selected(checkout, request.selection, listener, complete=request.options.prune)
    check_compiled(compiled, keep_going=request.keep_going, prune=request.options.prune)
    builds = compiled.builds
    with (
        open_session(checkout, request.target, listener, builds[0].root, creates=True) as session,
        exclusively(session, request.timeout, listener, request.break_glass),
    ):
        desired, problems = session.desired_each(builds)
        check_desired(desired, problems, keep_going=request.keep_going, prune=request.options.prune)
        observing = Observing(request.options, request.timeout, wait=request.wait)
        planned = plan_desired(session, desired, builds, observing, listener)
        result = apply_planned(session, planned.plan, builds, request, consent, listener)
    return with_problems(result, (*compiled.problems, *problems))


def apply_saved(
    checkout: Checkout, saved: SavedPlan, request: ApplyRequest, consent: Consent, listener: Listener = ignore
) -> ApplyResult:
    """Carry out what a saved plan says, when that is still what is to be done. Raises `CompilerError` MF740."""
    from compiler.planning.plan.planner import plan
    from compiler.planning.plan.saved_plan import check_current, with_secrets

    _check_project(saved, checkout.workspace())
    target = TargetRequest(request.target.target or saved.place.target, request.target.auth)
    with (
        open_session(checkout, target, listener, creates=True) as session,
        exclusively(session, request.timeout, listener, request.break_glass),
    ):
        observing = Observing(saved.options, request.timeout, wait=request.wait)
        desired = with_secrets(saved, session.substituted)
        observed = observe_for(session, desired, observing, listener)
        place = session.connection.place
        found = check_current(saved, place, plan(desired, observed, place, saved.options))
        builds = _built(saved, found, session.root)
        planned = with_preflight(session, Planned(found, desired, observed), builds, observing)
        return apply_planned(session, planned.plan, builds, request, consent, listener)


def apply_planned(
    session: Session,
    plan: Plan,
    builds: Sequence[Build],
    request: ApplyRequest,
    consent: Consent,
    listener: Listener,
) -> ApplyResult:
    """Show the plan, verify what is saved, ask, and carry it out, in an open session under the checkout's lock."""
    from compiler.engine.change.runner import apply

    listener(Event(Phase.PLANNED, session.name, value=plan))
    if plan.empty:
        return ApplyResult(plan, _remembered(session, plan, Outcome((), planned=plan.problems)))
    refused = refused_by_verification(
        builds, plan, request.verify, request.timeout, listener, require_isolation=request.require_isolation
    )
    for name, problems in refused.items():
        remember_failure(session.root, session.name, name, problems[0])
    check_verified(refused, len(plan.models), keep_going=request.keep_going)
    plan = in_known_forms(plan.with_diagnostics(refused), builds)
    ask_for_plan(plan, consent, everything=session.target.confirm == "all")
    archives, files = sent_files(builds)
    conduct = ApplyOptions(request.timeout, listener, files=files, wait=request.wait)
    outcome = _remembered(session, plan, apply(plan, session.connection, archives, conduct))
    return ApplyResult(plan, outcome, _next(outcome, builds, request))


def _remembered(session: Session, plan: Plan, outcome: Outcome) -> Outcome:
    """The outcome; what failed is remembered, and what succeeded makes an earlier failure forgotten."""
    problems = {
        result.change.name: problem
        for result in reversed(outcome.results)
        for problem in reversed(result.diagnostics)
        if problem.severity is Severity.ERROR
    }
    for name in plan.models:
        if name in problems:
            remember_failure(session.root, session.name, name, problems[name])
        elif not plan.diagnostics_by_name.get(name) and outcome.interrupt is None:
            forget_failure(session.root, session.name, name)
    return outcome


def with_problems(result: ApplyResult, problems: Sequence[Diagnostic]) -> ApplyResult:
    """The result with what is wrong with the manifests that were left out (`keep_going`)."""
    if not problems:
        return result
    outcome = replace(result.outcome, planned=(*problems, *result.outcome.planned))
    return replace(result, outcome=outcome, next=None)


def _next(outcome: Outcome, builds: Sequence[Build], request: ApplyRequest) -> str | None:
    from compiler.engine.following import after_apply

    serving = [result.change.name for result in outcome.results if result.url and result.state == "ACTIVE"]
    asked = [build for build in builds if [build.name] == serving] if outcome.complete else []
    return after_apply(asked[0], request.target.target) if asked else None


def sent_files(builds: Iterable[Build]) -> tuple[dict[str, ZipBody], dict[str, Path]]:
    """What the changes of these builds may send: zips by the artifact's digest, attached files by their sha256."""
    from compiler.cloud.objectstorage.zip_body import zip_body_of
    from compiler.compilation.build import attached_files

    records = [(build, build.record) for build in builds]
    archives = {f"sha256:{record.digest}": zip_body_of(build.artifact, record) for build, record in records if record}
    return archives, {name: path for build in builds for name, path in attached_files(build.directory).items()}


def _load(path: Path, named: Path) -> SavedPlan:
    from compiler.planning.plan.saved_plan import load_plan

    try:
        return load_plan(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise failure("MF741", f"cannot read {named}: {error.strerror}", hint=_MAKE) from None
    except UnicodeDecodeError:
        raise failure("MF741", f"{named} is not a plan file: it is no text", hint=_MAKE) from None


def _check_project(saved: SavedPlan, here: Workspace) -> None:
    """Raises MF740 for a plan of another project, before a store of the target local is made for it."""
    from compiler.workspace.targets import LOCAL

    made = f"the plan was made for project '{saved.place.project}'"
    hint = "go to the project's folder, or name it with --root"
    if here.name != saved.place.project:
        raise failure("MF740", f"{made}; this folder is of project '{here.name}'", hint=hint)
    if saved.place.target == LOCAL and not (here.state / LOCAL).exists():
        raise failure("MF740", f"{made} in another folder: nothing was ever planned for target local here", hint=hint)


def _built(saved: SavedPlan, plan: Plan, root: Path) -> list[Build]:
    """What the plan sends, compiled from the manifests it was made from: the same inputs give the same bytes."""
    from compiler.compilation.batch import compile_all

    sending = {change.name for change in plan.pending if change.sends}
    paths = [root / path for name, path in saved.manifests.items() if name in sending]
    return compile_all([path for path in paths if path.is_file()], lambda _folder: root)
