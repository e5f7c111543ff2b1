"""Where a difference comes from, by the config tag: the digest of the settings that were last applied."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from compiler.planning import tags
from compiler.planning.canonical import Path, comparable, leaves, leaves_digest
from compiler.planning.changes.deployment_diff import DeploymentTarget, Leaves, comparable_wants
from compiler.planning.changes.differences import Difference, covers, live_leaves
from compiler.planning.changes.types import Cause
from compiler.planning.desired.types import DesiredModel, diffed_provenance
from compiler.planning.fields.deployment import MODEL_ID, VARIABLES
from compiler.planning.live.last_applied import read_last_applied
from compiler.planning.live.observed import LiveResource


def model_cause(model: DesiredModel, live: LiveResource, *, changed: bool) -> Cause:
    """Cause of an update of a committed version; `changed`: some of its settings differ."""
    tag = live.tags.get(tags.CONFIG)
    return _cause(tag, model.config, lambda: _model_digest(model, live), changed=changed or live.state == "INACTIVE")


def deployment_cause(target: DeploymentTarget, live: LiveResource, have: Leaves, found: Difference) -> Cause:
    """Cause of an update, a restart or a replacement of a deployment."""
    tag = live.tags.get(tags.CONFIG)
    if tag == target.config and found and all(is_sensitive(target, path) for path in found.values):
        return Cause.SECRET
    if tag == target.config and not found and (tags.PROTECT in live.tags) is not target.spec.protect:
        return Cause.MANIFEST
    changed = bool(found) or live.state in ("INACTIVE", "NEEDS_ATTENTION", "FAILED")
    return _cause(tag, target.config, lambda: _deployment_digest(target, live, have), changed=changed)


def creation_cause(former: Iterable[LiveResource], tag: str, wanted: str) -> Cause:
    """Cause of a creation: `live` where a resource with this very tag was there before, deleted or damaged since."""
    return Cause.LIVE if any(live.tags.get(tag) == wanted for live in former) else Cause.MANIFEST


def is_sensitive(target: DeploymentTarget, path: Path) -> bool:
    """Whether a path of a deployment's settings is a sensitive environment variable."""
    return path[:-1] == VARIABLES and path[-1] in target.spec.sensitive


def _cause(tag: str | None, wanted: str, last_applied: Callable[[], str], *, changed: bool) -> Cause:
    if tag is None or not (changed or tag == wanted):
        return Cause.UNFINISHED
    if tag == wanted:
        return Cause.LIVE if changed else Cause.UNFINISHED
    return Cause.MANIFEST if last_applied() == tag else Cause.BOTH


def _model_digest(model: DesiredModel, live: LiveResource) -> str:
    """The config tag that the live values of the fields that were last applied would have."""
    record = read_last_applied(live.body)
    owned = record.model if record else model.owned_paths
    have = live_leaves(live.body)
    have.update(leaves({"provenance": comparable(diffed_provenance(live.provenance or {}))}))
    want = leaves(comparable({**model.settings_body, "provenance": diffed_provenance(model.provenance)}))
    attached = {"attachments": dict(record.attachments) if record else {}}
    more = {key: value for key, value in model.settings.items() if key in ("keep", "versionSet")}
    return leaves_digest([(path, _value(have.get(path), want.get(path))) for path in owned], {**attached, **more})


def _deployment_digest(target: DeploymentTarget, live: LiveResource, have: Leaves) -> str:
    written = leaves(comparable(target.spec.body))
    wants = comparable_wants(target, have)
    same = {path for path, value in written.items() if covers(have.get(path), wants.get(path))}
    model = written.get(MODEL_ID) if target.desired.model else live.model_id
    values = {path: written[path] if path in same else have.get(path) for path in target.owned or written}
    values[MODEL_ID] = model
    state = "inactive" if live.state == "INACTIVE" else "active"
    return leaves_digest(values.items(), {"serves": target.served, "state": state})


def _value(live: Any, want: Any) -> Any:
    """The wanted spelling of a live value that says the same: the service fills in defaults inside lists."""
    return want if want is not None and covers(live, want) else live
