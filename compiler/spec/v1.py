"""`apiVersion: manifact/v1`, `kind: Model`: the manifest as written."""

from __future__ import annotations

from typing import Annotated, Literal

from compiler.spec.base import Items, Node, Ocid, text
from compiler.spec.catalog import Catalog
from compiler.spec.deployment import Deployment
from compiler.spec.source import (
    Columns,
    Environment,
    ModelSource,
    PrebuiltArtifact,
    RelativePath,
    Samples,
    ScoreSpec,
    UseCase,
)

Name = Annotated[
    str, text(r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$", "lower-case letters, digits and inner hyphens, at most 63")
]
"""Lower-case letters, digits and inner hyphens, at most 63."""


class Metadata(Node):
    """What the manifest is called."""

    name: Name
    renamed_from: Name | None = None
    """The former name: all that is live under it is carried over, unless another manifest has that name now."""
    labels: dict[str, str] = {}
    """For `--select`; never sent."""
    suspend: bool = False
    """`reconcile` leaves it alone."""


class Spec(Node):
    """What is to be compiled, saved and deployed. Just one of `model`, `artifact` and `modelId`."""

    model: ModelSource | None = None
    artifact: PrebuiltArtifact | None = None
    model_id: Ocid | None = None
    """A model that is in the catalog already."""
    environment: Environment | None = None
    """Without it only the target `local` accepts the model."""
    use_case: UseCase | None = None
    samples: Samples | None = None
    columns: Columns = Columns()
    score: ScoreSpec = ScoreSpec()
    include: Items[RelativePath] = ()
    """More files for the artifact."""
    catalog: Catalog = Catalog()
    deployment: Deployment | None = None


class Manifest(Node):
    """A model manifest."""

    api_version: Literal["manifact/v1"]
    kind: Literal["Model"]
    metadata: Metadata
    spec: Spec
