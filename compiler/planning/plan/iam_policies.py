"""The IAM policies that a target needs, filled in with what is known of it.

Sources: OCI docs, Data Science policies (resource types), large model artifact export (the two services), model
deployment policies (conda environments, logs, images, networks). Nobody has confirmed them in a tenancy here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from compiler.planning.canonical import Body
from compiler.planning.desired.types import Desired
from compiler.planning.fields.deployment import DETAILS
from compiler.planning.introspection_results import environment_path
from compiler.planning.tags import Scope

WHO = "<group>"
DEPLOYMENTS = "<deployments>"


@dataclass(frozen=True, slots=True)
class Needs:
    """What requests touch beside the model catalog."""

    staging: frozenset[str] = field(default_factory=frozenset)
    """Buckets that large artifacts go through."""
    files: frozenset[str] = field(default_factory=frozenset)
    """Buckets that hold the files of models by reference."""
    environments: frozenset[str] = field(default_factory=frozenset)
    """Buckets of conda environments."""
    store: str = ""
    """Bucket of `reconcile.store`."""
    logs: bool = False
    images: bool = False
    network: bool = False

    @classmethod
    def of(cls, bodies: Iterable[Body]) -> Needs:
        """What request bodies (or those of steps) name."""
        known = list(bodies)
        deployments = [body for body in known if DETAILS in body]
        details = [body[DETAILS] for body in deployments]
        return cls(
            staging=frozenset(filter(None, map(_staging, known))),
            files=frozenset(filter(None, map(_files_bucket, known))),
            environments=frozenset(_bucket(path) for path in map(environment_path, known) if path),
            logs=any(body.get("categoryLogDetails") for body in deployments),
            images=any((item.get("environmentConfigurationDetails") or {}).get("image") for item in details),
            network=any(_instance(item).get("subnetId") for item in details),
        )


def needs_of(desired: Iterable[Desired]) -> Needs:
    """What manifests need."""
    bodies: list[Body] = []
    for item in desired:
        if item.model:
            staging = item.model.staging
            kind = "prefix" if item.model.by_reference else "object"
            bodies += [item.model.body, {"bucket": staging.bucket, kind: staging.prefix} if staging else {}]
        if item.deployment:
            bodies.append(item.deployment.body)
    return Needs.of(bodies)


def policies(place: Scope, needs: Needs) -> list[str]:
    """Statements of a policy, with comments between them; `<group>` and `<deployments>` are left to the reader."""
    here = f"in compartment id {place.compartment_id}"
    return [
        *_catalog(here),
        *(line for bucket in sorted(needs.staging) for line in _export(here, bucket, place.region)),
        *(line for bucket in sorted(needs.files) for line in _files(here, bucket)),
        *(_store(here, needs.store) if needs.store else ()),
        *_deployments(here, place, needs),
    ]


def _catalog(here: str) -> list[str]:
    return [
        f"# {WHO} runs manifact",
        f"Allow group {WHO} to manage data-science-models {here}",
        f"Allow group {WHO} to manage data-science-modelversionsets {here}",
        f"Allow group {WHO} to manage data-science-model-deployments {here}",
        f"Allow group {WHO} to read data-science-projects {here}",
        f"Allow group {WHO} to read data-science-work-requests {here}",
    ]


def _export(here: str, bucket: str, region: str) -> list[str]:
    where = f"where ALL {{target.bucket.name='{bucket}'}}"
    return [
        f"# artifacts go through the bucket {bucket}",
        f"Allow group {WHO} to read buckets {here} where target.bucket.name='{bucket}'",
        f"Allow group {WHO} to manage objects {here} where target.bucket.name='{bucket}'",
        f"Allow service datascience to manage object-family {here} {where}",
        f"Allow service objectstorage-{region or '<region>'} to manage object-family {here} {where}",
    ]


def _files(here: str, bucket: str) -> list[str]:
    return [
        f"# models by reference lie in the bucket {bucket}",
        f"Allow group {WHO} to manage objects {here} where target.bucket.name='{bucket}'",
        f"Allow service datascience to read objects {here} where target.bucket.name='{bucket}'",
        f"Allow dynamic-group {DEPLOYMENTS} to read objects {here} where target.bucket.name='{bucket}'",
    ]


def _store(here: str, bucket: str) -> list[str]:
    return [
        f"# `reconcile` keeps its lease and its status in the bucket {bucket}",
        f"Allow group {WHO} to read buckets {here} where target.bucket.name='{bucket}'",
        f"Allow group {WHO} to manage objects {here} where target.bucket.name='{bucket}'",
    ]


def _deployments(here: str, place: Scope, needs: Needs) -> Iterator[str]:
    wanted = [
        *(f"read objects {here} where target.bucket.name='{bucket}'" for bucket in sorted(needs.environments)),
        *([f"use log-content {here}"] if needs.logs else []),
        *([f"read repos {here}"] if needs.images else []),
    ]
    if wanted:
        rule = f"ALL {{resource.type='datasciencemodeldeployment', resource.compartment.id='{place.compartment_id}'}}"
        yield f"# {DEPLOYMENTS} is a dynamic group with the rule {rule}"
        yield from (f"Allow dynamic-group {DEPLOYMENTS} to {what}" for what in wanted)
    if needs.network:
        yield "# deployments in a network of your own"
        yield f"Allow service datascience to use virtual-network-family {here}"


def _staging(body: Mapping[str, Any]) -> str | None:
    """The bucket of a step that puts one object, or brings it into the catalog."""
    export = body.get("artifactExportDetails") or {}
    return export.get("sourceBucket") or (body.get("bucket") if "object" in body else None)


def _files_bucket(body: Mapping[str, Any]) -> str | None:
    """The bucket of a step that puts the files of a model by reference."""
    return body.get("bucket") if "prefix" in body else None


def _bucket(uri: str) -> str:
    return uri.removeprefix("oci://").partition("@")[0]


def _instance(details: Mapping[str, Any]) -> Mapping[str, Any]:
    instance: Mapping[str, Any] = (details.get("modelConfigurationDetails") or {}).get("instanceConfiguration") or {}
    return instance
