"""Which live fields and tag keys are ours: the record `ManifactApplied` in a model's custom metadata.

A value that is live but not in the manifest was either ours once, and goes away, or was put there by somebody else
(tag defaults, cost tags, the service's own defaults), and stays without being shown as a difference. Only a record of
what was last applied tells the two apart. A deployment has no metadata, so the model it serves keeps its record too,
by the deployment's config digest: while an update is half done, the old digest is still live and the old set in force.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from compiler.planning.canonical import Body, Path, comparable, leaves, text
from compiler.planning.live.observed import metadata_value

APPLIED = "ManifactApplied"
ARTIFACT_MD5 = "ManifactArtifactMd5"
REFERENCE = "ManifactReference"
"""Where the files of a by-reference model lie."""
OUR_METADATA = (APPLIED, ARTIFACT_MD5, REFERENCE)
FORMAT = 1
Entries: TypeAlias = tuple[tuple[str, frozenset[Path]], ...]
"""(config digest of the deployment, paths that are ours), oldest first; at most two."""


@dataclass(frozen=True, slots=True)
class LastApplied:
    """What was last applied: the artifact meant for the model, and the paths that are ours."""

    artifact: str = ""
    model: frozenset[Path] = frozenset()
    deployment: Entries = ()
    attachments: tuple[tuple[str, str], ...] = ()
    """(key of the custom metadata, sha256 of the file that hangs on it)."""

    def for_deployment(self, config: str | None) -> frozenset[Path]:
        """The paths of the deployment whose live config is `config`: that entry, else the last one."""
        known = dict(self.deployment)
        last = self.deployment[-1][1] if self.deployment else frozenset()
        return known.get(config or "", last)

    def followed_by(self, live: str | None, config: str, paths: frozenset[Path]) -> Entries:
        """The deployment's entries before it moves from `live` (None: there is none) to `config`."""
        before = self.for_deployment(live)
        if self.deployment and before == self.for_deployment(config) == paths:
            return self.deployment
        return ((config, paths),) if live is None or before == paths else ((live, before), (config, paths))

    def metadata(self) -> Body:
        """The entry of the custom metadata."""
        attached = {"attachments": dict(self.attachments)} if self.attachments else {}
        value = {
            **attached,
            "format": FORMAT,
            "artifact": self.artifact,
            "model": sorted(map(list, self.model)),
            "deployment": [[config, sorted(map(list, paths))] for config, paths in self.deployment],
        }
        return metadata(APPLIED, text(value))


def metadata(key: str, value: str) -> Body:
    """One of our own entries of the custom metadata."""
    return {"key": key, "value": value, "category": "Other", "description": "set by manifact"}


def read_last_applied(body: Mapping[str, Any]) -> LastApplied | None:
    """The record in a model's body; None when there is none, or one of another form."""
    value = metadata_value(body, APPLIED)
    try:
        data = json.loads(value or "null")
        if data is None or data["format"] != FORMAT:
            return None
        deployment = tuple((config, _paths(paths)) for config, paths in data["deployment"])
        attachments = tuple(sorted(data.get("attachments", {}).items()))
        return LastApplied(data["artifact"], _paths(data["model"]), deployment, attachments)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None  # somebody edited it: nothing is known to be ours, so nothing is taken away


def paths(body: Mapping[str, Any]) -> frozenset[Path]:
    """The paths that a body sets."""
    return frozenset(leaves(comparable(body)))


def _paths(items: Iterable[Iterable[str]]) -> frozenset[Path]:
    return frozenset(tuple(item) for item in items)
