"""Our free-form tags: how a resource is known as ours without a state file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from compiler.planning.documents import PlaceDocument

PREFIX = "manifact-"
PROJECT, TARGET, NAME = "manifact-project", "manifact-target", "manifact-name"
ARTIFACT = "manifact-artifact"
"""Commit mark of a model: the artifact's digest, set after upload and provenance succeeded."""
CONFIG = "manifact-config"
"""Digest of the desired settings, written last."""
FAILED = "manifact-failed"
"""Digest of the settings and the test that they failed: not tried again until either changes, or `--retry`."""

PROTECT = "manifact-protect"
"""On a deployment whose manifest says `protect: true`: it stays protected when the manifest is gone."""

MOST_OURS = 6
"""Of a deployment; a model has five: no `manifact-failed` and `manifact-protect`, but `manifact-artifact`."""
USER_TAGS = 10 - MOST_OURS
"""How many free-form tags are left to the user: the service has room for 10 (OCI docs, tagging limits)."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a plan applies: one compartment and Data Science project, under a target's name."""

    project: str
    """Name of the manifact project (`metadata.name` of manifact.yaml)."""
    target: str
    compartment_id: str
    project_id: str
    region: str = ""

    def to_json(self) -> PlaceDocument:
        """JSON form."""
        return {
            "project": self.project,
            "target": self.target,
            "compartmentId": self.compartment_id,
            "projectId": self.project_id,
            "region": self.region,
        }

    @classmethod
    def from_json(cls, data: PlaceDocument) -> Self:
        """The inverse of `to_json`; raises KeyError when `data` is of another form."""
        return cls(data["project"], data["target"], data["compartmentId"], data["projectId"], data["region"])

    def owner(self, name: str) -> dict[str, str]:
        """The tags that make a resource this manifest's."""
        return {PROJECT: self.project, TARGET: self.target, NAME: name}

    def owns(self, tags: Mapping[str, str]) -> bool:
        """Whether a resource with these tags belongs to this project and target."""
        return tags.get(PROJECT) == self.project and tags.get(TARGET) == self.target


def foreign(tags: Mapping[str, str]) -> dict[str, str]:
    """The tags that are not of our own making."""
    return {key: value for key, value in tags.items() if not key.startswith(PREFIX)}


def valueless(tags: Mapping[str, str]) -> dict[str, str]:
    """The tags without a value: where empty counts as absent they are not seen, and an update must send them again."""
    return {key: value for key, value in foreign(tags).items() if not value}
