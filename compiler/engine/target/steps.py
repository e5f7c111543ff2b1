"""The steps in the life of one model, and what comes next (what ADS's `summary_status()` tells)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from compiler.compilation.build import Build
from compiler.render import words as text
from compiler.render.resources import version_text
from compiler.diagnostics import Diagnostic, Severity
from compiler.emit.record import RECORD_NAME, ArtifactRecord
from compiler.planning import tags
from compiler.planning.changes.types import Action, Change
from compiler.planning.live.observed import Kind
from compiler.planning.live.observed import LiveResource
from compiler.planning.plan.plan import Plan

if TYPE_CHECKING:
    from compiler.planning.desired.types import SmokeTest

State: TypeAlias = Literal["done", "available", "needs action", "not available", "not applicable"]
NO_MANIFEST = "no manifest of this name is here"
FAILED_TEST = "failed its smoke test: change the model, or try the same again"


@dataclass(frozen=True, slots=True)
class Step:
    """One step and how far it is."""

    name: str
    state: State
    detail: str = ""


def compiled(build: Build | None, problems: Sequence[Diagnostic]) -> Step:
    """Whether the build on disk is what the manifest says now."""
    if build is None and not problems:
        return Step("compiled", "not available", NO_MANIFEST)
    if build is None:
        errors = sum(problem.severity is Severity.ERROR for problem in problems)
        return Step("compiled", "needs action", f"{text.count(errors, 'error')} in the manifest or its model")
    if build.record is None:
        return Step("compiled", "not applicable", f"deploys {build.desired.model_id}, which is in the catalog")
    known = _on_disk(build)
    if known is None:
        return Step("compiled", "available")
    if known.digest != build.record.digest:
        return Step("compiled", "needs action", f"the build is of an older state, {text.digest(known.digest)}")
    what = f"{text.count(len(known.files), 'file')}, {text.size(known.size)}"
    return Step("compiled", "done", f"{text.digest(known.digest)}  {what}, as the manifest says")


def introspected(build: Build | None, before: Step) -> Step:
    """Compiling ends with all checks, ADS's and ours: what is built has passed them."""
    if build is None or before.state != "done":
        return Step("introspected", "not applicable" if before.state == "not applicable" else "not available")
    return Step("introspected", "done", "every check passed when it was compiled")


def verified(build: Build | None) -> Step:
    """Whether a receipt is remembered for this artifact, these samples and the libraries of this machine."""
    from compiler.verify import environment_of, find_receipt, receipt_key

    if build is None or build.record is None:
        return Step("verified", "not available" if build is None else "not applicable")
    if build.container:
        return Step("verified", "not applicable", "only its container can run it")
    if build.golden is None:
        return Step("verified", "not applicable", "the manifest has no samples")
    key = receipt_key(build.record.digest, build.golden, environment_of(build.facts.requires))
    known = find_receipt(build.state / "receipts", key)
    if known is None:
        return Step("verified", "available")
    how = f"largest difference {known.max_difference:g}" if known.compared else "no output to compare with"
    return Step("verified", "done", f"{text.count(known.rows, 'golden row')}, {how}")


def saved(build: Build | None, plan: Plan | None, models: Sequence[LiveResource]) -> Step:
    """Whether these bytes are in the catalog with the manifest's settings; `models` are ours, oldest first."""
    whole = [live for live in models if not live.deleted and tags.ARTIFACT in live.tags]
    newest = f"{version_text(whole[-1])}  {whole[-1].id}" if whole else ""
    if plan is None or build is None:
        return Step("saved", "done" if whole else "not available", newest)
    if build.desired.model is None:
        return Step("saved", "not applicable", "the manifest names a model of the catalog")
    change = _change(plan, Kind.MODEL)
    if change is None:
        same = [live for live in whole if live.tags[tags.ARTIFACT] == build.desired.model.artifact]
        return Step("saved", "done", f"{version_text(same[-1])}  {same[-1].id}" if same else newest)
    if change.action is Action.CREATE and not whole:
        return Step("saved", "available")
    return Step("saved", "needs action", f"{change.title}  {text.digests(change.reason)}".strip())


def deployed(build: Build | None, plan: Plan | None, deployments: Sequence[LiveResource]) -> Step:
    """Whether the endpoint is as the manifest says."""
    live = next((live for live in reversed(deployments) if not live.deleted), None)
    now = _endpoint(live) if live else ""
    if plan is None or build is None:
        return Step("deployed", "done" if live else "not available", now)
    wanted = build.desired.deployment
    if wanted is None:
        return Step("deployed", "not applicable", "the manifest leaves deployments alone")
    change = _change(plan, Kind.DEPLOYMENT)
    if change is not None:
        if live is None:
            return Step("deployed", "available")
        return Step("deployed", "needs action", f"{live.state}  {text.digests(change.reason)}")
    if wanted.state == "absent":
        return Step("deployed", "not applicable", "`state: absent`")
    blocked = live is not None and tags.FAILED in live.tags
    return Step("deployed", "needs action" if blocked else "done", FAILED_TEST if blocked else now)


def asked(deployment: LiveResource | None, smoke: SmokeTest | None, answer: Sequence[Diagnostic] | None) -> Step:
    """What the endpoint answered just now; `answer` None: it was not asked."""
    if deployment is None or deployment.state != "ACTIVE":
        return Step("answers", "not available")
    if smoke is None:
        return Step("answers", "available", "there are no golden rows to ask it")
    if answer is None:
        return Step("answers", "available")
    if not answer:
        rows = f" {text.count(len(smoke.expected), 'golden row')} rightly" if smoke.expected else " with 200"
        return Step("answers", "done", f"it answers{rows}")
    untested = answer[0].severity is Severity.WARNING
    return Step("answers", "available" if untested else "needs action", answer[0].message)


def following(steps: Sequence[Step], name: str, manifest: str | None) -> str:
    """The command that comes next."""
    state = {step.name: step.state for step in steps}
    ask = f"manifact predict {name} --data FILE"
    if manifest is None:
        return ask if state["deployed"] == "done" else "manifact init MODEL-FILE"
    unsaved = state["saved"] in ("available", "not available")
    choices = (
        (state["compiled"] == "needs action" and state["verified"] == "not available", f"manifact compile {manifest}"),
        (unsaved and state["compiled"] in ("available", "needs action"), f"manifact compile {manifest}"),
        (unsaved and state["verified"] == "available", f"manifact verify {manifest}"),
        (state["answers"] == "needs action", f"manifact logs {name}"),
        # Without --retry an apply leaves it as it is, until something changes.
        (any(step.detail == FAILED_TEST for step in steps), f"manifact apply {manifest} --retry"),
        (bool({state["saved"], state["deployed"]} & {"available", "needs action"}), f"manifact apply {manifest}"),
        (state["deployed"] == "done", ask),
    )
    return next((command for fits, command in choices if fits), f"manifact show {name}")


def _on_disk(build: Build) -> ArtifactRecord | None:
    try:
        return ArtifactRecord.from_json((build.directory / RECORD_NAME).read_bytes())
    except OSError:
        return None


def _change(plan: Plan, kind: Kind) -> Change | None:
    return next((change for change in plan.pending if change.kind is kind and change.action is not Action.DELETE), None)


def _endpoint(live: LiveResource) -> str:
    url = live.body.get("modelDeploymentUrl")
    return f"{live.state}  {url}/predict" if url and live.state == "ACTIVE" else live.state
