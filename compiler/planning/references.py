"""References in bodies to what an earlier step makes; whole strings, resolved by apply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MODEL = "${model.id}"
VERSION_SET = "${versionSet.id}"
DEPLOYMENT = "${deployment.id}"
ARTIFACT_MD5 = "${artifact.md5}"
COMPARTMENT = "${target.compartmentId}"
DATA_SCIENCE_PROJECT = "${target.projectId}"

ALL = frozenset({MODEL, VERSION_SET, DEPLOYMENT, ARTIFACT_MD5, COMPARTMENT, DATA_SCIENCE_PROJECT})


def resolve(value: Any, known: Mapping[str, str]) -> Any:
    """`value` with every reference replaced; raises KeyError for one that is not known yet."""
    if isinstance(value, Mapping):
        return {key: resolve(item, known) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [resolve(item, known) for item in value]
    return known[value] if isinstance(value, str) and value in ALL else value
