"""What is live in a target, and the steps of one model, for people and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from compiler.planning import tags
from compiler.render.lines import Line, Style

if TYPE_CHECKING:
    from compiler.diagnostics import Diagnostic
    from compiler.planning.live.observed import LiveResource
    from compiler.render.documents.targets import LifeStepDocument, ResourceDocument

_MARKS = {"done": "✓", "available": "○", "needs action": "!", "not available": " ", "not applicable": "-"}
_STYLES: dict[str, Style] = {"done": "create", "needs action": "update"}


def live_lines(resources: Sequence[tuple[str, LiveResource]]) -> list[Line]:
    """One line a resource: kind, name, state, and where it is."""
    lines = [f"  {kind:<10}  {_name(live):<24}  {live.state:<15}  {_about(live)}" for kind, live in resources]
    return [Line(line) for line in lines or ["  nothing is live"]]


def live_document(kind: str, live: LiveResource) -> ResourceDocument:
    """The same for programs."""
    url = live.summary.get("modelDeploymentUrl")
    return {
        "kind": "model" if kind == "model" else "deployment",
        "name": live.tags.get(tags.NAME, ""),
        "id": live.id,
        "state": live.state,
        "version": live.summary.get("versionId"),
        "artifact": live.tags.get(tags.ARTIFACT),
        "url": url,
        "endpoint": f"{url}/predict" if url else None,
    }


def step_lines(steps: Sequence[LifeStepDocument], following: str, failed: Diagnostic | None = None) -> list[Line]:
    """One line a step in the life of a model, why the last apply failed, and the command that comes next."""
    failure = [Line(f"  the last apply failed: {failed.message} [{failed.code}]", "error")] if failed else []
    hint = [Line(f"    = {failed.hint}")] if failed and failed.hint else []
    return [*map(_step_line, steps), *failure, *hint, Line(f"  next: {following}")]


def _step_line(step: LifeStepDocument) -> Line:
    state = step["state"]
    line = f"  {_MARKS[state]} {step['name']:<12}  {state:<14}  {step['detail']}".rstrip()
    return Line(line, _STYLES.get(state, ""))


def _name(live: LiveResource) -> str:
    version = f" v{live.summary['versionId']}" if live.summary.get("versionId") else ""
    return f"{live.tags.get('manifact-name', '')}{version}"


def _about(live: LiveResource) -> str:
    url = live.summary.get("modelDeploymentUrl")
    details = live.summary.get("lifecycleDetails") or ""
    return "  ".join(str(part) for part in (f"{url}/predict" if url else live.id, details) if part)
