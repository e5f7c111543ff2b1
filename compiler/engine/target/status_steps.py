"""The steps in the life of one model, and what comes next (what ADS's `summary_status()` tells)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from compiler.compilation.build import Build
from compiler.diagnostics import Diagnostic, Severity
from compiler.emit.record import RECORD_NAME, ArtifactRecord
from compiler.planning import tags
from compiler.planning.changes.types import Action, Change
from compiler.planning.live.observed import Kind, LiveResource
from compiler.planning.plan.plan import Plan
from compiler.render.resources import version_text
from compiler.render.words import count, digest, digests, size

if TYPE_CHECKING:
    from compiler.planning.desired.types import SmokeTest

State: TypeAlias = Literal["done", "available", "needs action", "not available", "not applicable"]
NO_MANIFEST = "no manifest of this name is here"
FAILED_TEST = "failed its smoke test: change the model, or try the same again"


@dataclass(frozen=True, slots=True)
class StatusStep:
    """One step and how far it is."""

    name: str
    state: State
    detail: str = ""


def compiled(build: Build | None, problems: Sequence[Diagnostic]) -> StatusStep:
    """Whether the build on disk is what the manifest says now."""
    if build is None and not problems:
        return StatusStep("compiled", "not available", NO_MANIFEST)
    if build is None:
        errors = sum(problem.severity is Severity.ERROR for problem in problems)
        return StatusStep("compiled", "needs action", f"{count(errors, 'error')} in the manifest or its model")
    if build.record is None:
        return StatusStep("compiled", "not applicable", f"deploys {build.desired.model_id}, which is in the catalog")
    known = _on_disk(build)
    if known is None:
        return StatusStep("compiled", "available")
    if known.digest != build.record.digest:
        return StatusStep("compiled", "needs action", f"the build is of an older state, {digest(known.digest)}")
    what = f"{count(len(known.files), 'file')}, {size(known.size)}"
    return StatusStep("compiled", "done", f"{digest(known.digest)}  {what}, as the manifest says")


def introspected(build: Build | None, before: StatusStep) -> StatusStep:
    """Compiling ends with all checks, ADS's and ours: what is built has passed them."""
    if build is None or before.state != "done":
        return StatusStep("introspected", "not applicable" if before.state == "not applicable" else "not available")
    return StatusStep("introspected", "done", "every check passed when it was compiled")


def verified(build: Build | None) -> StatusStep:
    """Whether a receipt is remembered for this artifact, these samples and the libraries of this machine."""
    from compiler.verify import environment_of, find_receipt, receipt_key

    if build is None or build.record is None:
        return StatusStep("verified", "not available" if build is None else "not applicable")
    if build.container:
        return StatusStep("verified", "not applicable", "only its container can run it")
    if build.golden is None:
        return StatusStep("verified", "not applicable", "the manifest has no samples")
    key = receipt_key(build.record.digest, build.golden, environment_of(build.facts.requires))
    known = find_receipt(build.layout.receipts, key)
    if known is None:
        return StatusStep("verified", "available")
    how = f"largest difference {known.max_difference:g}" if known.compared else "no output to compare with"
    return StatusStep("verified", "done", f"{count(known.rows, 'golden row')}, {how}")


def saved(build: Build | None, plan: Plan | None, models: Sequence[LiveResource]) -> StatusStep:
    """Whether these bytes are in the catalog with the manifest's settings; `models` are ours, oldest first."""
    whole = [live for live in models if not live.deleted and tags.ARTIFACT in live.tags]
    newest = f"{version_text(whole[-1])}  {whole[-1].id}" if whole else ""
    if plan is None or build is None:
        return StatusStep("saved", "done" if whole else "not available", newest)
    if build.desired.model is None:
        return StatusStep("saved", "not applicable", "the manifest names a model of the catalog")
    change = _change(plan, Kind.MODEL)
    if change is None:
        same = [live for live in whole if live.tags[tags.ARTIFACT] == build.desired.model.artifact]
        return StatusStep("saved", "done", f"{version_text(same[-1])}  {same[-1].id}" if same else newest)
    if change.action is Action.CREATE and not whole:
        return StatusStep("saved", "available")
    return StatusStep("saved", "needs action", f"{change.title}  {digests(change.reason)}".strip())


def deployed(build: Build | None, plan: Plan | None, deployments: Sequence[LiveResource]) -> StatusStep:
    """Whether the endpoint is as the manifest says."""
    live = next((live for live in reversed(deployments) if not live.deleted), None)
    now = _endpoint(live) if live else ""
    if plan is None or build is None:
        return StatusStep("deployed", "done" if live else "not available", now)
    wanted = build.desired.deployment
    if wanted is None:
        return StatusStep("deployed", "not applicable", "the manifest leaves deployments alone")
    change = _change(plan, Kind.DEPLOYMENT)
    if change is not None:
        if live is None:
            return StatusStep("deployed", "available")
        return StatusStep("deployed", "needs action", f"{live.state}  {digests(change.reason)}")
    if wanted.state == "absent":
        return StatusStep("deployed", "not applicable", "`state: absent`")
    blocked = live is not None and tags.FAILED in live.tags
    return StatusStep("deployed", "needs action" if blocked else "done", FAILED_TEST if blocked else now)


def asked(deployment: LiveResource | None, smoke: SmokeTest | None, answer: Sequence[Diagnostic] | None) -> StatusStep:
    """What the endpoint answered just now; `answer` None: it was not asked."""
    if deployment is None or deployment.state != "ACTIVE":
        return StatusStep("answers", "not available")
    if smoke is None:
        return StatusStep("answers", "available", "there are no golden rows to ask it")
    if answer is None:
        return StatusStep("answers", "available")
    if not answer:
        rows = f" {count(len(smoke.expected), 'golden row')} rightly" if smoke.expected else " with 200"
        return StatusStep("answers", "done", f"it answers{rows}")
    untested = answer[0].severity is Severity.WARNING
    return StatusStep("answers", "available" if untested else "needs action", answer[0].message)


def next_command(steps: Sequence[StatusStep], name: str, manifest: str | None, sample: str = "FILE") -> str:
    """The command that comes next; `sample` is what the model can be asked."""
    state = {step.name: step.state for step in steps}
    ask = f"manifact predict {name} --data {sample}"
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
