"""Which values of environment variables a plan may show, and what stands for the others in its requests.

OCI does not say which of a deployment's variables are secrets, and a manifest that drops `sensitive: true` does not say
it any more. So only what a manifest says openly is shown: this one, or provably the one before it.
"""

from __future__ import annotations

from typing import Any

from compiler.planning.canonical import Body, Path, config_digest, nested
from compiler.planning.changes import option_groups
from compiler.planning.changes.deployment_diff import DeploymentTarget
from compiler.planning.changes.differences import HIDDEN, Difference
from compiler.planning.changes.types import FieldChange
from compiler.planning.desired.variables import FORMER, environment_variables, with_variables
from compiler.planning.fields.deployment import MODEL_ID, VARIABLES
from compiler.planning.secret_detection import looks_secret


def visible_fields(target: DeploymentTarget, difference: Difference, config: str | None) -> tuple[FieldChange, ...]:
    """For the views: no value of a variable that may be a secret. `config` is the live `manifact-config`."""
    stated = set(environment_variables(target.spec.body)) - set(target.spec.sensitive)
    # What somebody set by hand where the manifest has an open value, and what the manifest before this one said.
    told = stated if config == target.config else _previously_stated(target, difference, config)
    return tuple(_visible_field(target, path, *pair, told) for path, pair in sorted(difference.values.items()))


def redacted_body(body: Body, target: DeploymentTarget) -> Body:
    """An update that says of variables what the manifest says, and `FORMER` for what stays as it is."""
    variables = environment_variables(body)
    texts = environment_variables(target.spec.body)
    sensitive = () if "environmentVariables" in target.spec.ignore else target.spec.sensitive
    said = {name: texts[name] for name in sensitive if name in variables}
    said |= {name: text for name, text in variables.items() if texts.get(name) == text}
    return with_variables(body, {name: said.get(name, FORMER) for name in variables}) if variables else body


def _visible_field(target: DeploymentTarget, path: Path, before: Any, after: Any, told: set[str]) -> FieldChange:
    if path[:-1] == VARIABLES:
        name = path[-1]
        secret = name in target.spec.sensitive or any(looks_secret(name, str(text or "")) for text in (before, after))
        before = HIDDEN if before is not None and (secret or name not in told) else before
        after = HIDDEN if after is not None and secret else after
    return FieldChange(".".join(path), before, after)


def _previously_stated(target: DeploymentTarget, difference: Difference, config: str | None) -> set[str]:
    """The variables that the manifest before this one said openly.

    Its digest is the live one: the settings as they were make it again just when their values were in the manifest.
    """
    former = dict(option_groups.settings_leaves(target.spec.body))
    for path, (before, _) in difference.values.items():
        if path != MODEL_ID and not (path[:-1] == VARIABLES and path[-1] in target.spec.sensitive):
            former[path] = before
    body = nested((path, value) for path, value in former.items() if value is not None)
    settings = {**body, "serves": target.served, "state": target.spec.state}
    if config_digest(settings) != config:
        return set()
    return {path[-1] for path in former if path[:-1] == VARIABLES}
