"""Which values of environment variables a plan may show, and what stands for the others in its requests.

OCI does not say which of a deployment's variables are secrets, and a manifest that drops `sensitive: true` does not say
it any more. So only what a manifest says openly is shown: this one, or provably the one before it.
"""

from __future__ import annotations

from typing import Any

from compiler.planning.canonical import Body, Path, config_digest, nested
from compiler.planning.changes import option_groups as groups
from compiler.planning.changes.deployment_diff import Endpoint
from compiler.planning.changes.differences import HIDDEN, Difference
from compiler.planning.changes.types import FieldChange
from compiler.planning.desired.variables import FORMER, environment_variables, with_variables
from compiler.planning.secret_detection import looks_secret


def shown(wanted: Endpoint, found: Difference, config: str | None) -> tuple[FieldChange, ...]:
    """For the views: no value of a variable that may be a secret. `config` is the live `manifact-config`."""
    stated = set(environment_variables(wanted.spec.body)) - set(wanted.spec.sensitive)
    # What somebody set by hand where the manifest has an open value, and what the manifest before this one said.
    told = stated if config == wanted.config else _said_before(wanted, found, config)
    return tuple(_shown(wanted, path, *pair, told) for path, pair in sorted(found.values.items()))


def masked(body: Body, wanted: Endpoint) -> Body:
    """An update that says of variables what the manifest says, and `FORMER` for what stays as it is."""
    variables = environment_variables(body)
    texts = environment_variables(wanted.spec.body)
    sensitive = () if "environmentVariables" in wanted.spec.ignore else wanted.spec.sensitive
    said = {name: texts[name] for name in sensitive if name in variables}
    said |= {name: text for name, text in variables.items() if texts.get(name) == text}
    return with_variables(body, {name: said.get(name, FORMER) for name in variables}) if variables else body


def _shown(wanted: Endpoint, path: Path, before: Any, after: Any, told: set[str]) -> FieldChange:
    if path[:-1] == groups.VARIABLES:
        name = path[-1]
        secret = name in wanted.spec.sensitive or any(looks_secret(name, str(text or "")) for text in (before, after))
        before = HIDDEN if before is not None and (secret or name not in told) else before
        after = HIDDEN if after is not None and secret else after
    return FieldChange(".".join(path), before, after)


def _said_before(wanted: Endpoint, found: Difference, config: str | None) -> set[str]:
    """The variables that the manifest before this one said openly.

    Its digest is the live one: the settings as they were make it again just when their values were in the manifest.
    """
    former = dict(groups.flat(wanted.spec.body))
    for path, (before, _) in found.values.items():
        if path != groups.MODEL_ID and not (path[:-1] == groups.VARIABLES and path[-1] in wanted.spec.sensitive):
            former[path] = before
    body = nested((path, value) for path, value in former.items() if value is not None)
    settings = {**body, "serves": wanted.served, "state": wanted.spec.state}
    if config_digest(settings) != config:
        return set()
    return {path[-1] for path in former if path[:-1] == groups.VARIABLES}
