"""The half of the manifest that decides the artifact's bytes: model, environment, samples, columns, score."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import Field

from compiler.spec.base import Items, Node, ObjectUri, text
from compiler.spec.frameworks import FRAMEWORKS

UseCase: TypeAlias = Literal[
    "binary_classification",
    "regression",
    "multinomial_classification",
    "clustering",
    "recommender",
    "dimensionality_reduction/representation",
    "time_series_forecasting",
    "anomaly_detection",
    "topic_modeling",
    "ner",
    "sentiment_analysis",
    "image_classification",
    "object_localization",
    "other",
]
if TYPE_CHECKING:
    FrameworkName: TypeAlias = str
else:
    FrameworkName = Literal[tuple(FRAMEWORKS)]
FeatureType: TypeAlias = Literal[
    "Address", "Boolean", "Category", "Constant", "Continuous", "CreditCard", "DateTime", "Discrete", "Document", "GIS",
    "Integer", "IpAddress", "IpAddressV4", "IpAddressV6", "LatLong", "Object", "Ordinal", "PhoneNumber", "String",
    "Text", "Unknown", "ZipCode",
]  # fmt: skip
ScoreMethod: TypeAlias = Literal["predict", "predict_proba", "transform", "decision_function"]
RelativePath: TypeAlias = Annotated[str, Field(min_length=1, max_length=1024)]
"""A path relative to the manifest's folder; it must stay inside the project root."""
DottedName: TypeAlias = Annotated[str, text(r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$", "a dotted name (package.module.Class)")]
PythonName: TypeAlias = Annotated[str, text(r"^[A-Za-z_][A-Za-z0-9_]*$", "a name of letters, digits and underscores")]
PythonVersion: TypeAlias = Annotated[str, text(r"^3\.([6-9]|1[0-4])(\.\d+)?$", 'a Python version from "3.6" to "3.14"')]
"""Quoted, 3.6 to 3.14 (ADS 2.16.1 introspection)."""
Sha256: TypeAlias = Annotated[str, text(r"^[0-9a-f]{64}$", "64 lower-case hexadecimal digits")]


class Architecture(Node):
    """The class a PyTorch state_dict's weights belong to."""

    file: RelativePath
    """Python module that defines the class; it goes into the artifact."""
    class_: PythonName = Field(alias="class")
    """Name of the class in that module."""
    arguments: dict[str, Any] = {}
    """Keyword arguments of its constructor: plain JSON values."""


class ModelSource(Node):
    """The serialized model."""

    path: RelativePath | None = None
    """File or directory inside the project root."""
    uri: ObjectUri | None = None
    """Instead of `path`: an object that `manifact fetch` brings into a cache; needs `sha256`."""
    sha256: Sha256 | None = None
    """What the fetched file must hash to."""
    framework: FrameworkName | None = None
    """Read from the file when absent; a contradiction is an error."""
    architecture: Architecture | None = None
    """For a PyTorch state_dict."""
    weights: Annotated[str, Field(min_length=1, max_length=1024)] | None = None
    """The entry of a PyTorch checkpoint that holds the state_dict: `model_state_dict`, or `ema.state_dict`."""
    allow: Items[DottedName] = ()
    """Classes and functions that the model and included pickles may name. What is denied can never be lifted."""


class PrebuiltArtifact(Node):
    """An artifact made elsewhere: checked, kept byte for byte."""

    path: RelativePath | None = None
    """Directory or zip inside the project root."""
    uri: ObjectUri | None = None
    """Instead of `path`: a zip that `manifact fetch` brings into a cache; needs `sha256`."""
    sha256: Sha256 | None = None
    """What the fetched file must hash to."""
    contract: Literal["conda", "container"] = "conda"
    """Whether it must hold score.py and runtime.yaml, or whatever a container reads."""
    allow: Items[DottedName] = ()
    """Classes and functions of others, or of your own, that its pickles may name."""


class CondaPack(Node):
    """A conda environment in Object Storage."""

    path: ObjectUri
    """The pack: `oci://bucket@namespace/…`."""
    python: PythonVersion
    """Its Python version, quoted."""
    slug: str | None = None
    """The slug the pack was published under."""
    file: RelativePath | None = None
    """The environment.yaml it was made from: its versions are compared with those the model records."""


class Environment(Node):
    """Where the model runs, and where it was trained. A plain text is a service pack's slug (manifact.lock)."""

    inference: str | CondaPack
    training: str | CondaPack | None = None
    """The inference environment when absent."""


class Samples(Node):
    """Example data: schemas, statistics and tests come from it."""

    input: RelativePath
    """csv, parquet, json, jsonl, npy or npz: what callers send."""
    output: RelativePath | None = None
    """What the model answers for `input`, row by row (not the truth)."""
    labels: RelativePath | None = None
    """The truth, for the output schema where there is no `output`."""
    golden: Annotated[int, Field(ge=0, le=1000)] = 20
    """How many first rows are the model's test."""
    tolerance: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    """|a-b| <= tolerance * max(1, |b|); when absent 1e-6, and 1e-5 for networks, which compute in single precision."""


class ColumnSpec(Node):
    """What a sample cannot tell about a column."""

    description: Annotated[str, Field(max_length=1000)] | None = None
    dtype: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    """A pandas dtype: int64, float64, bool, object, category, datetime64[ns], Int64, …"""
    categories: Items[bool | int | float | str] = ()
    """All values of a column of categories, in the order of training; read from the model where it records them. A
    request with any other is refused."""
    feature_type: FeatureType | None = None
    required: bool | None = None
    """Whether a request without it is refused. By default: no missing value in the sample."""
    private: bool = False
    """Publish the type only: no values, no statistics."""
    constraints: Items[str] = ()
    """Python expressions over `$x`, published in the schema."""


class Columns(Node):
    """Column settings by name."""

    input: dict[str, ColumnSpec] = {}
    output: dict[str, ColumnSpec] = {}


class ScoreSpec(Node):
    """How score.py answers."""

    method: ScoreMethod | None = None
    """`predict` when absent."""
    hooks: RelativePath | None = None
    """Python module with `pre_inference(data)` and/or `post_inference(prediction)`."""
    file: RelativePath | None = None
    """Your own score.py instead of the generated one."""
