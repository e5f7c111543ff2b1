"""The catalog's metadata, with ADS 2.16.1's keys, categories and descriptions.

Differences from ADS, each on purpose: hyperparameters keep their types (ADS makes text of each), `ModelArtifacts` is
taken from the finished artifact, sorted and without directories (ADS takes it before the schemas exist),
`ClientLibrary` says who made it, and an unknown value is null where ADS sends the text "None".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from compiler.emit.numbers import finite
from compiler.frameworks import taxonomy_of
from compiler.ir import CondaEnvironment, Json, ResolvedModel

# ADS 2.16.1 (model_metadata): bytes of one list, counted as the UTF-16 of its JSON.
LIST_LIMIT = 32_000
# ADS shortens this one value, though the service takes 16,000 characters.
_ARTIFACTS_LIMIT = 255
# What the other five taxonomy items may take: names and numbers, and introspection results with long paths (measured:
# 6,900 bytes with a service pack; a path of 1,000 characters adds 4,000).
_RESERVED = 12_000

_NOT_AVAILABLE = "NA"  # what ADS sends for an empty custom value, which the service refuses


def hyperparameters_fit(hyperparameters: Mapping[str, Json] | None) -> bool:
    """Whether they can be the value of `Hyperparameters`; otherwise they go into a file, as ADS does it."""
    item = _taxonomy_item("Hyperparameters", _text(finite(hyperparameters or {})))
    return len(json.dumps(item).encode("utf-16")) <= LIST_LIMIT - _RESERVED


def taxonomy(model: ResolvedModel, test_results: Mapping[str, Json]) -> tuple[Mapping[str, Json], ...]:
    """ADS's six taxonomy items, by key; `test_results` is what introspection found, in ADS's form."""
    facts, network = model.facts, model.score.architecture
    wanted = facts.hyperparameters if hyperparameters_fit(facts.hyperparameters) else None
    values: dict[str, Json] = {
        "Algorithm": facts.algorithm or (network.class_name if network else None),
        "ArtifactTestResults": _text(dict(test_results)),
        "Framework": taxonomy_of(facts.framework),
        "FrameworkVersion": facts.version,
        "Hyperparameters": None if wanted is None else _text(finite(wanted)),
        "UseCaseType": model.use_case,
    }
    return tuple(_taxonomy_item(key, value) for key, value in values.items())


def custom(model: ResolvedModel, paths: Iterable[str]) -> tuple[Mapping[str, Json], ...]:
    """ADS's eight custom items, by key; `paths` are the files of the finished artifact."""
    training = model.training or CondaEnvironment(path="", slug="", kind="", python="")
    conda = "The conda environment where the model was trained."
    kind = "The conda environment type, can be published or datascience."
    listing = _shortened(", ".join(sorted(paths, key=str.encode)))
    return (
        _custom_item("ClientLibrary", model.prebuilt.made_by if model.prebuilt else "manifact", "Other", ""),
        _custom_item("CondaEnvironment", training.path, "Training Environment", conda),
        _custom_item(
            "CondaEnvironmentPath", training.path, "Training Environment", "The URI of the training conda environment."
        ),
        _custom_item("EnvironmentType", training.kind, "Training Environment", kind),
        _custom_item(
            "ModelArtifacts", listing, "Training Environment", "The list of files located in artifacts folder."
        ),
        _custom_item("ModelFileName", model.model_path, "Other", "The model file name."),
        _custom_item(
            "ModelSerializationFormat",
            model.model_path.rpartition("/")[2].rpartition(".")[2],
            "Training Profile",
            "The model serialization format.",
        ),
        _custom_item(
            "SlugName", training.slug, "Training Environment", "The slug name of the training conda environment."
        ),
    )


def _taxonomy_item(key: str, value: Json) -> dict[str, Json]:
    return {"key": key, "value": value, "hasArtifact": False}


def _custom_item(key: str, value: str, category: str, description: str) -> dict[str, Json]:
    return {
        "key": key,
        "value": value or _NOT_AVAILABLE,
        "description": description,
        "category": category,
        "hasArtifact": False,
    }


def _text(value: Json) -> str:
    return json.dumps(value, allow_nan=False)


def _shortened(text: str) -> str:
    return text if len(text) <= _ARTIFACTS_LIMIT else text[: _ARTIFACTS_LIMIT - 3] + "..."
