"""What a CatBoost model says of itself: features, trees, and the texts that training left.

Source of the layout: `model.fbs` and `features.fbs` of CatBoost (libs/model/flatbuffers), and files of release 1.2.
A `.cbm` file is `CBM1`, the length of a FlatBuffers table, the table, and parts that only prediction reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compiler.ir import Json
from compiler.readers.containers.bounded_json import parse_mapping
from compiler.readers.containers.flatbuffer import Buffer, Table
from compiler.readers.containers.mapped import BadContentError

MAGIC = b"CBM1"
# Kind -> where it stands in TModelTrees; all begin with Index, FlatIndex, FeatureId, but for the first.
_KINDS = {"float": 5, "categorical": 4, "text": 12, "embedding": 18}


@dataclass(frozen=True, slots=True)
class Feature:
    """One column of the training data."""

    position: int
    """Among all columns, from 0."""
    name: str
    """Empty, or its position as text, where the data had no names."""
    kind: str
    """float, categorical, text or embedding."""


@dataclass(frozen=True, slots=True)
class CatboostModel:
    """A model without the numbers that it computes with."""

    features: tuple[Feature, ...]
    """In the order of the training data."""
    trees: int
    outputs: int
    """Numbers that it computes for a row: one a class where there are more than two."""
    information: Mapping[str, Json]
    """`params`, `class_params` and others; JSON where it was written as text."""


def read_cbm(data: memoryview) -> CatboostModel:
    """The binary format. Raises `BadContentError`."""
    if bytes(data[:4]) != MAGIC:
        raise BadContentError(f"it does not begin with {MAGIC.decode()}")
    size = int.from_bytes(data[4:8], "little")
    if size < 8 or len(data) < 8 + size:
        raise BadContentError("it ends before its trees do")
    core = Buffer(data[8 : 8 + size]).root
    trees = core.table(1)
    if trees is None:
        raise BadContentError("it holds no trees")
    pairs = ((pair.text(0) or "", pair.text(1) or "") for pair in core.tables(2))
    return CatboostModel(
        _ordered(_features(trees)), trees.count(2), trees.integer(0, 1), {key: _value(text) for key, text in pairs}
    )


def _features(trees: Table) -> Iterator[Feature]:
    for kind, slot in _KINDS.items():
        first = 1 if kind == "float" else 0  # HasNans stands before its Index
        name = 4 if kind == "float" else 2  # Borders before its FeatureId
        for found in trees.tables(slot):
            yield Feature(found.integer(first + 1, -1), found.text(name) or "", kind)


def _value(text: str) -> Json:
    if not text.startswith("{"):
        return text
    try:
        return parse_mapping(text.encode())
    except BadContentError:
        return text


def read_catboost_json(data: bytes | memoryview) -> CatboostModel:
    """The JSON format. Raises `BadContentError`."""
    content = parse_mapping(data)
    info, trees = content.get("features_info"), content.get("oblivious_trees", content.get("trees"))
    if not isinstance(info, dict) or not isinstance(trees, list):
        raise BadContentError("it lists no features or no trees")
    known = content.get("model_info")
    bias = content.get("scale_and_bias")
    outputs = bias[1] if isinstance(bias, list) and len(bias) == 2 else None
    information = known if isinstance(known, dict) else {}
    return CatboostModel(
        _ordered(_listed(info)),
        len(trees),
        len(outputs) if isinstance(outputs, list) else 1,
        {key: _value(value) if isinstance(value, str) else value for key, value in information.items()},
    )


def _listed(info: Mapping[str, Json]) -> Iterator[Feature]:
    for kind in _KINDS:
        several = info.get(f"{kind}_features")
        for found in several if isinstance(several, list) else ():
            position = found.get("flat_feature_index") if isinstance(found, dict) else None
            if not isinstance(found, dict) or not isinstance(position, int):
                raise BadContentError("a feature has no position")
            yield Feature(position, str(found.get("feature_id") or ""), kind)


def _ordered(features: Iterator[Feature]) -> tuple[Feature, ...]:
    found = tuple(sorted(features, key=lambda feature: feature.position))
    if [feature.position for feature in found] != list(range(len(found))):
        raise BadContentError("its features do not stand one after the other")
    return found
