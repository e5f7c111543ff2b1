"""`${var.NAME}`: resolved at plan, never at compile; sensitive values stay out of bodies, files and digests."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from compiler.diagnostics import failure
from compiler.planning.canonical import Body
from compiler.planning.desired.types import Desired, DesiredDeployment

FORMER = "(former value)"
"""Stands for the live value of an environment variable, which may be a secret, in what puts it back."""
PLACEHOLDER = re.compile(r"\$\{var\.([A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class Variable:
    """The value of a variable in a target."""

    value: str | None
    """None: sensitive, and not known here (a plan needs no secret)."""
    sensitive: bool = False
    external: bool = False
    """Whether it comes from the environment and not from the project: then no view and no file shows it."""


Lookup: TypeAlias = Callable[[str], Variable | None]
"""Name -> its variable in the target, or None when the target does not define it."""
Fill: TypeAlias = Callable[[str], str]
"""A text of the manifest -> the same with values in place of `${var.NAME}`."""


def substitute(desired: Desired, lookup: Lookup) -> Desired:
    """`desired` with every placeholder replaced.

    Environment variables that are sensitive keep theirs; their values, where known, are put into `secrets`. What is
    filled in from the environment elsewhere is noted in `concealed`. Raises `CompilerError` MF719 for a variable nobody
    defines and MF701 for a sensitive one anywhere else.
    """
    concealed: dict[str, str] = {}

    def fill(text: str) -> str:
        filled = _fill(text, lookup)
        if any((variable := lookup(name)) and variable.external for name in names_in(text)):
            concealed[filled] = text
        return filled

    return replace(_substitute(desired, lookup, fill), concealed=concealed)


def _substitute(desired: Desired, lookup: Lookup, fill: Fill) -> Desired:
    model = desired.model
    if model:
        model = replace(
            model,
            body=_plain(model.body, fill),
            provenance=_plain(model.provenance, fill),
            version_set=_plain(model.version_set, fill),
        )
    model_id = _plain(desired.model_id, fill)
    if desired.deployment is None:
        return replace(desired, model=model, model_id=model_id)
    deployment, secrets = _deployment(desired.deployment, lookup, fill)
    return replace(desired, model=model, model_id=model_id, deployment=deployment, secrets=secrets)


def _deployment(deployment: DesiredDeployment, lookup: Lookup, fill: Fill) -> tuple[DesiredDeployment, dict[str, str]]:
    texts = environment_variables(deployment.body)
    sensitive = {name for name, text in texts.items() if name in deployment.sensitive or _sensitive(text, lookup)}
    secrets = {name: value for name in sensitive if (value := _secret(texts[name], lookup)) is not None}
    seen = _plain(with_variables(deployment.body, {k: v for k, v in texts.items() if k not in sensitive}), fill)
    resolved = {**environment_variables(seen), **{name: texts[name] for name in sensitive}}
    body = with_variables(seen, {name: resolved[name] for name in texts})
    return replace(deployment, body=body, sensitive=tuple(sorted(sensitive))), secrets


def names_in(text: str) -> list[str]:
    """Names of the variables that a text refers to as `${var.NAME}`."""
    return [str(name) for name in PLACEHOLDER.findall(text)]


def environment_variables(body: Mapping[str, Any]) -> dict[str, str]:
    """The environment variables of a deployment's body."""
    details = body.get("modelDeploymentConfigurationDetails") or {}
    return dict((details.get("environmentConfigurationDetails") or {}).get("environmentVariables") or {})


def with_variables(body: Mapping[str, Any], variables: Mapping[str, str]) -> Body:
    """A deployment's body (or the part of an update) with other environment variables."""
    details = body.get("modelDeploymentConfigurationDetails") or {}
    environment = details.get("environmentConfigurationDetails")
    if environment is None:
        return dict(body)
    new = {**environment, "environmentVariables": dict(variables)}
    return {**body, "modelDeploymentConfigurationDetails": {**details, "environmentConfigurationDetails": new}}


def with_secrets(body: Mapping[str, Any], secrets: Mapping[str, str]) -> Body:
    """A body as it is sent: sensitive environment variables with their values."""
    variables = environment_variables(body)
    return with_variables(body, {**variables, **{k: v for k, v in secrets.items() if k in variables}})


def _plain(value: Any, fill: Fill) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item, fill) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, fill) for item in value]
    return fill(value) if isinstance(value, str) else value


def _sensitive(text: str, lookup: Lookup) -> bool:
    known = (lookup(name) for name in names_in(text))
    return any(variable.sensitive or variable.external for variable in known if variable)


def _secret(text: str, lookup: Lookup) -> str | None:
    """The text with its values; None when one of them is not known here."""
    values = {name: variable.value for name in names_in(text) if (variable := lookup(name))}
    if any(values.get(name) is None for name in names_in(text)):
        return None
    return PLACEHOLDER.sub(lambda match: values[match.group(1)] or "", text)


def _fill(text: str, lookup: Lookup) -> str:
    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        variable = lookup(name)
        if variable and variable.sensitive:
            hint = "use it as the value of an environment variable of the deployment"
            raise failure("MF701", f"sensitive variable '{name}' is used where its value could be seen", hint=hint)
        if variable is None or variable.value is None:
            hint = f"set it under `variables:` of the target, or as MANIFACT_VAR_{name}"
            raise failure("MF719", f"variable '{name}' has no value in this target", hint=hint)
        return variable.value

    return PLACEHOLDER.sub(value, text)
