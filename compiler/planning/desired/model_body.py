"""Request bodies of the model catalog from `spec.catalog` and the facts of the artifact."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from compiler.planning.canonical import Body
from compiler.planning.desired.types import ArtifactFacts, Staging
from compiler.planning.fields.catalog import CATALOG
from compiler.planning.fields.field import body_of
from compiler.spec.catalog import Catalog, CustomMetadata, Dataset, Datasets, Taxonomy
from compiler.spec.catalog import Staging as StagingSpec

DATASETS = "Training and Validation Datasets"


def create_model_details(name: str, artifact: ArtifactFacts, catalog: Catalog) -> Body:
    """CreateModelDetails without compartment, project, version set and our tags."""
    values: dict[str, Any] = {
        **catalog.model_dump(by_alias=True),
        "displayName": catalog.display_name or name,
        "custom": custom_metadata(artifact.custom_metadata, catalog),
        "taxonomy": defined_metadata(artifact.defined_metadata, catalog.taxonomy),
        "inputSchema": artifact.input_schema,
        "outputSchema": artifact.output_schema,
        "versionSet": None,
        "provenance": None,
    }
    return body_of(CATALOG, values)


def provenance(catalog: Catalog, git: Mapping[str, str]) -> Body:
    """CreateModelProvenanceDetails; `git` holds what was found of repositoryUrl, gitBranch, gitCommit and scriptDir."""
    body: Body = dict(git)
    if catalog.provenance:
        body["trainingScript"] = catalog.provenance.training_script
        body["trainingId"] = catalog.provenance.training_id
    return {key: value for key, value in body.items() if value is not None}


def custom_metadata(read: Iterable[Mapping[str, Any]], catalog: Catalog) -> list[Body]:
    """What was read, the datasets, then the user's own entries; a later entry of the same key wins."""
    items = [*read, *_datasets(catalog.datasets), *(_custom(item) for item in catalog.custom)]
    return list({item["key"]: dict(item) for item in items}.values())


def defined_metadata(read: Iterable[Mapping[str, Any]], overrides: Taxonomy | None) -> list[Body]:
    """The taxonomy as it was read, with the manifest's overrides."""
    items = {item["key"]: dict(item) for item in read}
    for key, value in _overrides(overrides).items():
        items[key] = {**items.get(key, {"key": key}), "value": value}
    return list(items.values())


def staging(spec: StagingSpec | None) -> Staging | None:
    """`oci://bucket@namespace/prefix` in its parts."""
    if spec is None:
        return None
    bucket, _, rest = spec.uri.removeprefix("oci://").partition("@")
    namespace, _, prefix = rest.partition("/")
    return Staging(namespace, bucket, prefix, spec.keep, spec.always)


def _overrides(taxonomy: Taxonomy | None) -> dict[str, str]:
    if taxonomy is None:
        return {}
    parameters = taxonomy.hyperparameters
    overrides = {
        "Framework": taxonomy.framework,
        "FrameworkVersion": taxonomy.framework_version,
        "Algorithm": taxonomy.algorithm,
        "Hyperparameters": None if parameters is None else json.dumps(parameters, sort_keys=True),
    }
    return {key: value for key, value in overrides.items() if value is not None}


def _custom(item: CustomMetadata) -> Body:
    body: Body = {"key": item.key, "category": item.category, "description": item.description or ""}
    if item.keywords:
        body["keywords"] = list(item.keywords)
    if item.artifact:
        body["hasArtifact"] = True
    return {**body, "value": "NA" if item.value is None else item.value}  # ADS sends "NA" where there is no value


def _datasets(datasets: Datasets | None) -> list[Body]:
    if datasets is None:
        return []
    return [*_dataset("Training", datasets.training), *_dataset("Validation", datasets.validation)]


def _dataset(prefix: str, dataset: Dataset | None) -> list[Body]:
    if dataset is None:
        return []
    # ADS 2.16.1 spells the last of these differently for validation data, and reads it back under that name.
    columns = "TrainingDatasetNumberOfCols" if prefix == "Training" else "ValidationDataSetNumberOfCols"
    values = {
        f"{prefix}Dataset": dataset.uri,
        f"{prefix}DatasetNumberOfRows": dataset.rows,
        columns: dataset.columns,
    }
    return [
        {"key": key, "value": str(value), "category": DATASETS, "description": ""}
        for key, value in values.items()
        if value is not None
    ]
