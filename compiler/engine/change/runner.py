"""Carry a plan out: manifests side by side, the changes of each in order."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

from compiler.cloud.connect.connection import Connection
from compiler.cloud.connect.watch import Interrupted, NotWaiting, WaitOptions
from compiler.cloud.objectstorage.zip_body import ZipBody
from compiler.cloud.steps.context import ChangeContext
from compiler.cloud.steps.executor import ChangeFailure, execute
from compiler.diagnostics import CompilerError, Diagnostic, Severity
from compiler.events import Event, Phase
from compiler.planning import references
from compiler.planning.canonical import Body
from compiler.planning.changes.types import ATTACH, UPLOADS, Action, Change
from compiler.planning.live.observed import Kind
from compiler.planning.plan.missing_variables import missing_variables
from compiler.planning.plan.outcome import ApplyOptions, Outcome, Result, Status
from compiler.planning.plan.plan import Plan

WORKERS = 4
"""Manifests carried out at a time: they do not depend on each other."""


def apply(
    plan: Plan, connection: Connection, archives: Mapping[str, ZipBody], conduct: ApplyOptions | None = None
) -> Outcome:
    """Carry out a plan and wait for its end; raises and returns as `start` and `RunningApply.result` do."""
    with start(plan, connection, archives, conduct) as running:
        return running.result()


def start(
    plan: Plan, connection: Connection, archives: Mapping[str, ZipBody], conduct: ApplyOptions | None = None
) -> RunningApply:
    """Begin to carry out a plan; `archives` holds the zip of every artifact that is to be uploaded, by its digest.

    Manifests go side by side, the changes of each in order; after a failure the rest of that manifest is skipped. A
    manifest that the plan has a problem with is skipped, and so is one that needs a sensitive variable without a value
    (MF719). Raises `CompilerError` when an artifact or a file is not here, before anything is sent.
    """
    conduct = conduct or ApplyOptions()
    plan = plan.with_diagnostics(missing_variables(plan, Severity.ERROR))
    _check(plan, archives, conduct.files)
    runner = _PlanRunner(plan, connection, archives, conduct)
    groups = _by_name(plan.applicable)
    pool = ThreadPoolExecutor(max_workers=min(WORKERS, max(1, len(groups))))
    futures = {changes[0].name: pool.submit(runner.manifest, changes) for changes in groups}
    return RunningApply(plan, futures, runner, pool)


@dataclass(frozen=True, slots=True)
class RunningApply:
    """An apply under way; nothing here blocks but `result` and leaving the `with` block."""

    plan: Plan
    futures: Mapping[str, Future[list[Result]]] = field(repr=False)
    """Manifest name -> the results of its changes."""
    runner: _PlanRunner = field(repr=False)
    pool: ThreadPoolExecutor = field(repr=False)

    def done(self, name: str | None = None) -> bool:
        """Whether everything has ended, or what belongs to one manifest; True for a name that nothing is done for."""
        return all(future.done() for key, future in self.futures.items() if name in (None, key))

    def stop(self) -> None:
        """Let the requests under way end and send no further ones; what is left shows as interrupted."""
        self.runner.stop.set()

    def result(self) -> Outcome:
        """Wait for the end. A KeyboardInterrupt meanwhile stops the apply, and shows in the outcome."""
        interrupt: KeyboardInterrupt | None = None
        try:
            wait(self.futures.values())
        except KeyboardInterrupt as signal:
            interrupt = signal
            self.stop()
        done = tuple(result for future in self.futures.values() for result in future.result())
        refused = [change for change in self.plan.pending if change.name in self.plan.blocked]
        skipped = tuple(Result(change, Status.SKIPPED, detail="the plan refuses it") for change in refused)
        return Outcome((*done, *skipped), interrupt, self.plan.problems)

    def __enter__(self) -> RunningApply:
        return self

    def __exit__(self, *_: object) -> None:
        self.pool.shutdown()


class _PlanRunner:
    """Carries out the changes of one plan."""

    def __init__(
        self, plan: Plan, connection: Connection, archives: Mapping[str, ZipBody], conduct: ApplyOptions
    ) -> None:
        self.stop = threading.Event()
        self._plan = plan
        self._connection = connection
        self._archives = archives
        self._conduct = conduct
        self._lock = threading.Lock()

    def manifest(self, changes: Sequence[Change]) -> list[Result]:
        """The changes of one manifest, in order."""
        known: dict[str, str] = {}
        etags = dict(self._plan.etags)
        results: list[Result] = []
        for change in changes:
            good = all(result.status is Status.DONE for result in results)
            result = self._change(self._work(change, known, etags)) if good else Result(change, Status.SKIPPED)
            results.append(result)
        return results

    def _work(self, change: Change, known: dict[str, str], etags: dict[str, str]) -> ChangeContext:
        secrets = {key: value for (name, key), value in self._plan.secrets.items() if name == change.name}
        former = {key: value for (name, key), value in self._plan.former.items() if name == change.name}
        if change.kind is Kind.MODEL and change.id:
            known.setdefault(references.MODEL, change.id)
        return ChangeContext(
            connection=self._connection,
            change=change,
            archive=self._archives.get(change.artifact),
            smoke=self._plan.smoke.get(change.name),
            secrets=secrets,
            former=former,
            watch=self._watch(change),
            known=known,
            etags=etags,
            files=self._conduct.files,
        )

    def _change(self, work: ChangeContext) -> Result:
        change = work.change
        try:
            failed = execute(work)
        except Interrupted:
            problem = Diagnostic("MF725", f"interrupted during: {change.action} {change.kind} of '{change.name}'")
            return Result(change, Status.INTERRUPTED, diagnostics=(problem,))
        except NotWaiting:
            return Result(change, Status.STARTED, _identifier(work))
        except OSError as problem:
            # A file of this manifest: the others do not depend on it.
            failed = ChangeFailure((_unreadable(change, problem),))
        identifier = _identifier(work)
        if failed is None:
            state, url = _endpoint(work.records.get(identifier, {}))
            notes = self._named(change, work.notes)
            return Result(change, Status.DONE, identifier, "", state, url, _uploaded(work), notes)
        problems = self._named(change, (*failed.problems, *work.notes))
        return Result(change, Status.FAILED, identifier, failed.recovered, diagnostics=problems)

    def _named(self, change: Change, problems: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
        """The problems, each of which says of which model it is where there are several."""
        return tuple(p.named(change.name) if len(self._plan.models) > 1 else p for p in problems)

    def _watch(self, change: Change) -> WaitOptions:
        def tell(text: str, done: int, total: int) -> None:
            with self._lock:
                what = f"{change.kind} {change.name}: {text}"
                self._conduct.listener(Event(Phase.PROGRESS, self._plan.place.target, what, done, total))

        # Sleeping on the event wakes up at once when the user says stop.
        return WaitOptions(self._conduct.timeout, tell, self._stopped, self._pause, self._conduct.wait)

    def _stopped(self) -> bool:
        return self.stop.is_set() or self._conduct.stopped()

    def _pause(self, seconds: float) -> None:
        self.stop.wait(seconds)


_REFERENCE = {
    Kind.VERSION_SET: references.VERSION_SET,
    Kind.MODEL: references.MODEL,
    Kind.DEPLOYMENT: references.DEPLOYMENT,
}


def _identifier(work: ChangeContext) -> str:
    """OCID of what a change made or acted on."""
    made = work.known.get(_REFERENCE[work.change.kind], "")
    return (made or work.change.id or "") if work.change.action is Action.REPLACE else (work.change.id or made)


def _uploaded(work: ChangeContext) -> int:
    """Bytes of the zip that a change has uploaded; 0 when it uploads none."""
    uploads = any(step.operation in UPLOADS for step in work.change.steps)
    return work.archive.size if uploads and work.archive else 0


def _endpoint(record: Body) -> tuple[str, str]:
    return str(record.get("lifecycleState") or ""), str(record.get("modelDeploymentUrl") or "")


def _unreadable(change: Change, problem: OSError) -> Diagnostic:
    said = f"could not {change.action} the {change.kind} of '{change.name}': {problem.strerror or problem}"
    named = f": {problem.filename}" if problem.filename else ""
    return Diagnostic("MF724", said + named, hint="compile the manifest again, then apply")


def _check(plan: Plan, archives: Mapping[str, ZipBody], files: Mapping[str, Path]) -> None:
    errors: list[Diagnostic] = []
    uploads = {change.artifact: change for change in plan.applicable if change.uploads}
    for artifact, change in uploads.items():
        if artifact not in archives:
            hint = "compile the manifest first"
            errors.append(Diagnostic("MF724", f"artifact {artifact} of '{change.name}' is not built here", hint=hint))
    errors += _missing_files(plan, files)
    if errors:
        raise CompilerError(*errors)


def _missing_files(plan: Plan, files: Mapping[str, Path]) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    for change in plan.applicable:
        for body in (step.body or {} for step in change.steps if step.operation == ATTACH):
            if body.get("sha256") not in files:
                message = f"'{body.get('file')}', which '{change.name}' attaches to '{body.get('key')}', is not at hand"
                found.append(Diagnostic("MF724", message, hint="compile the manifest first"))
    return found


def _by_name(changes: Sequence[Change]) -> list[list[Change]]:
    groups: dict[str, list[Change]] = {}
    for change in changes:
        groups.setdefault(change.name, []).append(change)
    return list(groups.values())
