"""What of a live model and deployment a manifest can say, and a note on everything that it cannot.

What stays unsaid is never ours: nothing of it is shown as a difference, or taken away. The settings of a deployment
that cannot be said and would count as taken away are left alone by `ignoreChanges`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from compiler.planning import tags
from compiler.planning.canonical import Body, comparable
from compiler.planning.desired.model_body import create_model_details
from compiler.planning.desired.types import ArtifactFacts
from compiler.planning.fields.deployment import DEPLOYMENT
from compiler.planning.fields.field import Owned
from compiler.planning.importing.fragments import catalog_fragment, deployment_fragment
from compiler.planning.limits.deployment import RESERVED_PREFIX, RESERVED_VARIABLES
from compiler.planning.secret_detection import looks_secret
from compiler.spec.catalog import Catalog
from compiler.spec.deployment import Deployment

SYSTEM_TAGS = "Oracle-Tags"
"""Namespace of the defined tags that the service sets itself (OCI docs, tagging)."""
_TAXONOMY = {"Framework": "framework", "FrameworkVersion": "frameworkVersion", "Algorithm": "algorithm"}
_IGNORED_AS = {field.name: field.ignored_as for field in DEPLOYMENT if field.ignored_as and field.owned is Owned.ALWAYS}
"""What is left alone where it cannot be said, as it would count as taken away."""


@dataclass(frozen=True, slots=True)
class ManifestFragment:
    """A fragment of a manifest."""

    fragment: Body
    notes: tuple[str, ...] = ()
    """What is live and not in the fragment, a line each."""
    variables: tuple[str, ...] = ()
    """Environment variables taken for secrets: manifact variables of the same names stand in their place."""


def catalog_from_live(record: Mapping[str, Any], provenance: Mapping[str, Any] | None) -> ManifestFragment:
    """`spec.catalog` of a live model: as much of it as makes just what is live."""
    notes: list[str] = []
    fragment = _without_system_tags(catalog_fragment(record, provenance), notes)
    defined = _defined(record)
    taxonomy = {ours: defined[key] for key, ours in _TAXONOMY.items() if defined.get(key)}
    if (parameters := _parameters(defined.get("Hyperparameters"))) is not None:
        taxonomy["hyperparameters"] = parameters
    if taxonomy:
        fragment["taxonomy"] = taxonomy
    fragment["custom"] = _custom(record, fragment.get("custom", []), notes)
    _limit_tags(fragment, notes)
    valid = _valid(Catalog, fragment, notes)
    return ManifestFragment({key: value for key, value in valid.items() if value != []}, tuple(notes))


def deployment_from_live(record: Mapping[str, Any]) -> ManifestFragment:
    """`spec.deployment` of a live deployment; environment variables that look like secrets become variables."""
    notes: list[str] = []
    ignored: set[str] = set()
    scaled = _scaling_that_fits(record, notes, ignored)
    fragment = _without_system_tags(deployment_fragment(scaled), notes)
    if "instances" in ignored:
        fragment.pop("instances", None)
    secrets = _variables(fragment, notes, ignored)
    if "bandwidthMbps" not in fragment:
        ignored.add("bandwidthMbps")
    _limit_tags(fragment, notes)
    valid = _valid(Deployment, fragment, notes)
    ignored |= {_IGNORED_AS[key] for key in fragment if key not in valid and key in _IGNORED_AS}
    if "description" in fragment and "description" not in valid:
        ignored.add("description")
    if ignored:
        valid["ignoreChanges"] = sorted(ignored)
    return ManifestFragment(valid, tuple(notes), secrets)


def use_case(record: Mapping[str, Any]) -> str | None:
    """`spec.useCase` of a live model."""
    return _defined(record).get("UseCaseType")


def _defined(record: Mapping[str, Any]) -> dict[str, Any]:
    return {item["key"]: item.get("value") for item in record.get("definedMetadataList") or ()}


def _parameters(written: Any) -> Body | None:
    """Hyperparameters that come out of a manifest as the text they are live; None where they would not."""
    try:
        parameters = json.loads(written or "null")
    except ValueError:
        return None
    return parameters if isinstance(parameters, dict) and json.dumps(parameters, sort_keys=True) == written else None


def _without_system_tags(fragment: Body, notes: list[str]) -> Body:
    defined = {space: values for space, values in (fragment.get("definedTags") or {}).items() if space != SYSTEM_TAGS}
    rest = {key: value for key, value in fragment.items() if key != "definedTags"}
    if len(defined) < len(fragment.get("definedTags") or {}):
        notes.append(f"defined tags of {SYSTEM_TAGS}: the service sets them")
    return {**rest, "definedTags": defined} if defined else rest


def _limit_tags(fragment: Body, notes: list[str]) -> None:
    known = dict(fragment.get("freeformTags") or {})
    spare = list(known)[tags.USER_TAGS :]
    if spare:
        notes.append(f"free-form tags beyond {tags.USER_TAGS}, which stay as they are: {shortened(spare)}")
        fragment["freeformTags"] = {key: value for key, value in known.items() if key not in spare}


def _custom(record: Mapping[str, Any], items: list[Body], notes: list[str]) -> list[Body]:
    """The entries that come out of a manifest as they are live; each key once."""
    live = comparable({"customMetadataList": record.get("customMetadataList")}).get("customMetadataList", {})
    kept: dict[str, Body] = {}
    for item in items:
        key = str(item["key"])
        if key.lower() in kept or key.startswith("Manifact") or not _round_trips(item, live.get(key, {})):
            notes.append(f"custom metadata {shortened(key)}: stays as it is")
        else:
            kept[key.lower()] = item
    return list(kept.values())


def _round_trips(item: Body, live: Mapping[str, Any]) -> bool:
    try:
        catalog = Catalog.model_validate({"custom": [item]})
    except ValidationError:
        return False
    if catalog.custom[0].value is None or _holds_placeholder(item):
        return False
    made = comparable(create_model_details("x", ArtifactFacts("", 0), catalog))["customMetadataList"][item["key"]]
    return bool(made == live)


def _scaling_that_fits(record: Mapping[str, Any], notes: list[str], ignored: set[str]) -> Mapping[str, Any]:
    """The record, without a scaling policy of which a manifest knows nothing."""
    details = record["modelDeploymentConfigurationDetails"]
    model = details["modelConfigurationDetails"]
    policy = model.get("scalingPolicy") or {}
    if policy.get("policyType") in (None, "FIXED_SIZE") or _one_rule(policy):
        return record
    notes.append("the scaling policy, which stays as it is: several policies or rules, or one that is switched off")
    ignored.add("instances")
    plain = {**details, "modelConfigurationDetails": {**model, "scalingPolicy": None}}
    return {**record, "modelDeploymentConfigurationDetails": plain}


def _one_rule(policy: Mapping[str, Any]) -> bool:
    policies = policy.get("autoScalingPolicies") or []
    rules = policies[0].get("rules") or [] if len(policies) == 1 else []
    sides = ("scaleInConfiguration", "scaleOutConfiguration")
    return policy.get("isEnabled") is not False and len(rules) == 1 and all(rules[0].get(side) for side in sides)


def _variables(fragment: Body, notes: list[str], ignored: set[str]) -> tuple[str, ...]:
    """Replace what looks like a secret; all variables are left alone where one of them cannot be said."""
    known: dict[str, str] = fragment.get("environmentVariables") or {}
    odd = [k for k in known if k in RESERVED_VARIABLES or k.startswith(RESERVED_PREFIX) or _holds_placeholder(known[k])]
    if odd:
        notes.append(f"environment variables, which stay as they are: no manifest may set {shortened(odd)}")
        ignored.add("environmentVariables")
        del fragment["environmentVariables"]
        return ()
    secret = tuple(name for name, value in known.items() if looks_secret(name, value))
    if known:
        hidden = {name: {"variable": name, "sensitive": True} for name in secret}
        fragment["environmentVariables"] = {**known, **hidden}
    return secret


def _valid(kind: type[BaseModel], fragment: Body, notes: list[str]) -> Body:
    """The fragment without the fields that the manifest's schema refuses."""
    left = {key: value for key, value in fragment.items() if not _holds_placeholder(value)}
    notes += [f"{key}: {shortened(fragment[key])} would be taken for a variable" for key in fragment if key not in left]
    while True:
        try:
            kind.model_validate(left)
            return left
        except ValidationError as error:
            wrong = {str(error["loc"][0]): str(error["msg"]) for error in error.errors()}
            notes += [f"{key}: {shortened(left.get(key))} ({why.splitlines()[0]})" for key, why in wrong.items()]
            left = {key: value for key, value in left.items() if key not in wrong}


def _holds_placeholder(value: Any) -> bool:
    return "${var." in json.dumps(value)


def shortened(value: Any) -> str:
    """A live value in one short line, whatever is in it."""
    words = json.dumps(value)
    return words if len(words) <= 80 else f"{words[:79]}…"
