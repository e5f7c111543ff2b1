"""Plan: what an apply would change in a target, and why; nothing is changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.codes import ExitCode
from compiler.diagnostics import Diagnostic, exit_code
from compiler.engine.checkout import Checkout
from compiler.engine.result import Result
from compiler.engine.selection import SelectRequest, compile_selection
from compiler.engine.session import TargetRequest, desired_in, open_session, target_of
from compiler.engine.store.opening import store_of
from compiler.engine.target.planning import Observing, Planned, plan_desired
from compiler.events import Listener, ignore
from compiler.planning.plan.planner import Options
from compiler.render.lines import Line

if TYPE_CHECKING:
    from compiler.compilation.build import Build
    from compiler.planning.desired.types import Desired
    from compiler.planning.plan.plan import Plan
    from compiler.planning.plan.saved_plan import SavedPlan
    from compiler.render.documents.targets import PlanDocument
    from compiler.spec.project import Target
    from compiler.workspace.project import Workspace


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What to plan."""

    selection: SelectRequest = field(default_factory=SelectRequest)
    target: TargetRequest = field(default_factory=TargetRequest)
    options: Options = field(default_factory=Options)
    out: Path | None = None
    """Save the plan there, for `apply --plan`."""
    signal_changes: bool = False
    """End with exit code 2 when there are changes (`--exit-code`)."""


@dataclass(frozen=True, slots=True)
class PlanResult(Result):
    """A plan, and everything that carrying it out needs."""

    plan: Plan
    desired: tuple[Desired, ...]
    builds: tuple[Build, ...] = field(repr=False)
    options: Options
    signal_changes: bool = False
    saved: Path | None = None

    @property
    def diagnostics(self) -> Sequence[Diagnostic]:
        """What is to be known of the plan, and why some of it may not be carried out."""
        return self.plan.problems

    @property
    def exit_code(self) -> ExitCode:
        """That of the problems; 2 when changes are to be signalled and there are some."""
        changes = ExitCode.CHANGES if self.signal_changes and not self.plan.empty else ExitCode.OK
        return exit_code(self.diagnostics) or changes

    @property
    def notes(self) -> Sequence[str]:
        """Where it was saved."""
        return [f"saved {self.saved}; next: manifact apply --plan {self.saved}"] if self.saved else []

    def lines(self, width: int | None = None) -> list[Line]:  # noqa: ARG002 - a plan is not cut
        """The changes, their reasons and their sum."""
        from compiler.render.plan import plan_lines

        return plan_lines(self.plan)

    def to_json(self) -> PlanDocument:
        """What `plan --json` prints."""
        from compiler.render.plan import plan_document

        return plan_document(self.plan)

    def to_markdown(self) -> str:
        """The plan as a pull-request comment."""
        from compiler.render.markdown import plan_markdown

        return plan_markdown(self.plan)

    @property
    def manifests(self) -> dict[str, str]:
        """The files that the plan was made from, relative to the project root, by name."""
        return {build.name: str(build.manifest.relative_to(build.root)) for build in self.builds}

    def to_saved(self) -> SavedPlan:
        """The plan as a plan file holds it: no secret is in it."""
        from compiler.planning.plan.saved_plan import load_plan

        return load_plan(self.to_file())

    def to_file(self) -> str:
        """The text of a plan file."""
        from compiler.planning.plan.saved_plan import save_plan

        return save_plan(self.plan, self.desired, self.options, self.manifests)

    def __repr__(self) -> str:
        from compiler.render.words import plan_sum

        return f"<PlanResult for {self.plan.place.target}: {plan_sum(self.plan)}>"


def plan_manifests(checkout: Checkout, request: PlanRequest, listener: Listener = ignore) -> PlanResult:
    """Compile the manifests, observe the target, and compare.

    Raises `CompilerError` with the problems of all manifests that are wrong, and when the target cannot be read.
    """
    options = request.options
    builds = compile_selection(checkout, request.selection, listener, complete=options.prune)
    with open_session(checkout, request.target, listener, builds[0].root, creates=True) as session:
        planned = plan_desired(session, session.desired_all(builds), builds, Observing(options), listener)
    result = result_of(planned, builds, options, signal_changes=request.signal_changes, saved=request.out)
    if request.out is not None:
        checkout.path(request.out).write_text(result.to_file(), encoding="utf-8")
    return result


def result_of(
    planned: Planned,
    builds: Sequence[Build],
    options: Options,
    *,
    signal_changes: bool = False,
    saved: Path | None = None,
) -> PlanResult:
    """A plan as a result."""
    return PlanResult(planned.plan, planned.desired, tuple(builds), options, signal_changes, saved)


@dataclass(frozen=True, slots=True)
class PoliciesRequest:
    """Whose policies to print."""

    selection: SelectRequest = field(default_factory=SelectRequest)
    target: TargetRequest = field(default_factory=TargetRequest)


@dataclass(frozen=True, slots=True)
class PoliciesResult(Result):
    """The IAM policies that an apply needs; empty for the target `local`."""

    policies: tuple[str, ...]

    def lines(self, width: int | None = None) -> list[Line]:  # noqa: ARG002 - a policy is not cut
        """One policy statement a line."""
        return [Line(policy) for policy in self.policies or ("# the target local needs none",)]

    def to_json(self) -> Mapping[str, object] | None:
        """None: it is text to be pasted into a policy."""
        return None


def iam_policies(checkout: Checkout, request: PoliciesRequest) -> PoliciesResult:
    """What an administrator has to allow before the first apply. Needs neither credentials nor a network."""
    from compiler.planning.plan.iam_policies import needs_of, policies
    from compiler.planning.tags import Scope
    from compiler.workspace.targets import LOCAL

    builds = compile_selection(checkout, request.selection)
    workspace = checkout.workspace(builds[0].root)
    name, target = target_of(checkout, workspace, request.target)
    if name == LOCAL:
        return PoliciesResult(())
    compartment = target.compartment_id or "<compartment>"
    place = Scope(workspace.name, name, compartment, target.project_id or "", target.region or "")
    needs = needs_of(desired_in(build, workspace, name, target) for build in builds)
    needs = replace(needs, store=_store_bucket(workspace, target))
    return PoliciesResult(tuple(policies(place, needs)))


def _store_bucket(workspace: Workspace, target: Target) -> str:
    """The bucket of `reconcile.store`; empty where it is none."""
    store = store_of(workspace, target)
    return store.removeprefix("oci://").partition("@")[0] if store.startswith("oci://") else ""
