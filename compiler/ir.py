"""The resolved model and its parts: what is left when nothing remains to be looked up.

Frozen values without behaviour. Readers and frameworks make the facts, passes put them together, emit writes them out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of the user's that goes into the artifact unchanged."""

    path: str
    """Where it lies in the artifact: relative, `/`-separated."""
    source: Path
    """Where it lies on disk: absolute, symlinks resolved."""
    size: int
    """In bytes."""
    sha256: str
    """Of its content, in hexadecimal."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """One named input or output of a model that records its signature."""

    name: str
    dtype: str
    """A numpy dtype name (`float32`), or `string`."""
    shape: tuple[int | None, ...] | None = None
    """None for an axis that varies; None altogether when the rank is not recorded."""
    symbols: tuple[str | None, ...] = field(default=(), compare=False)
    """Names of the axes that vary, where the file has them: axes of one name have one length."""


@dataclass(frozen=True, slots=True)
class Categories:
    """A feature that the model takes as a category and computes with as a position in a list."""

    values: tuple[Json, ...] | None = None
    """In training order; None where the file does not record them."""
    dtype: str | None = None
    """numpy dtype of whole numbers, where the library insists on it."""


@dataclass(frozen=True, slots=True)
class Unserved:
    """Why a readable file holds nothing that can be served."""

    what: str
    """What it holds: `a training checkpoint (epoch, model)`."""
    instead: str
    """What to save instead, or which field takes it."""


@dataclass(frozen=True, slots=True)
class Need:
    """What loading a model file asks of a library, beyond being there."""

    distribution: str
    specifier: str
    """Releases, as PEP 440 writes them: `>=2`."""
    reason: str
    """What in the file says so, to stand after "because": `it was written by Keras 3.4.1`."""
    required: bool = True
    """Whether loading fails or answers are wrong without; False where neither is known."""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What a serialized model says of itself, read without running it. None means "not recorded", never a guess."""

    framework: str | None
    """As ADS's taxonomy names it: scikit-learn, xgboost, lightgbm, pytorch, tensorflow, pyspark, onnx, other; and
    catboost, which it lacks. None only of an artifact made elsewhere that shows no model, and of a model in the
    catalog."""
    format: str
    """The serialization: joblib, pickle, skops, xgboost-json, lightgbm-text, torchscript, keras, onnx, …"""
    version: str | None = None
    """The framework's version, where the file records it."""
    algorithm: str | None = None
    """The class name of the estimator, as ADS's `Algorithm`."""
    hyperparameters: Mapping[str, Json] | None = None
    """Constructor parameters with native values."""
    feature_names: tuple[str, ...] | None = None
    feature_count: int | None = None
    classes: tuple[Json, ...] | None = None
    """Labels of a classifier in the order of its probabilities."""
    outputs_per_row: int | None = None
    """Number of targets of a regressor with several, else None."""
    categories: Mapping[str, Categories] = field(default_factory=dict)
    """Feature name (its position where features have no names) -> its categories."""
    inputs: tuple[Tensor, ...] = ()
    outputs: tuple[Tensor, ...] = ()
    methods: frozenset[str] | None = None
    """What `spec.score.method` may name: predict, predict_proba, transform, decision_function; None where the class is
    not known."""
    requires: tuple[str, ...] = ()
    """Distributions that loading the file needs, sorted (scikit-learn, numpy, …)."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Versions of other distributions that the file records: keras in a .keras file."""
    details: Mapping[str, Json] = field(default_factory=dict)
    """What else its format records: opsets of ONNX, signatures of a SavedModel, the stages of a pipeline."""
    needs: tuple[Need, ...] = ()
    """Releases of libraries that the file's own content asks for."""
    unknown: tuple[str, ...] = ()
    """Dotted names of code that are neither known nor denied: only `spec.model.allow` lifts them."""
    places: Mapping[str, str] = field(default_factory=dict)
    """Such a name -> where in the file it was first seen: a graph's node, a layer, a line of code, a stage."""
    unserved: Unserved | None = None
    """Set where the file holds no model to serve; `compile` refuses it, `inspect` shows it."""


Cell: TypeAlias = Json


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sample. Missing cells are None; a datetime column holds ISO 8601 text."""

    name: str | int
    dtype: str
    """The pandas dtype ADS would have seen: int64, float64, bool, object, category, datetime64[ns], …"""
    values: Sequence[Cell]
    """A tuple; an `array.array` for a long column of numbers without missing ones."""
    shape: tuple[int, ...] = ()
    """Of one cell: () for a scalar, (28, 28) for an image; such cells are nested lists of equal lengths."""


@dataclass(frozen=True, slots=True)
class ColumnOverride:
    """What the manifest's `spec.columns` says of one column; None leaves what the sample tells."""

    dtype: str | None = None
    """A pandas dtype name."""
    feature_type: str | None = None
    required: bool | None = None
    private: bool = False
    """Publish the type only: no values, no statistics."""
    description: str | None = None
    constraints: tuple[str, ...] = ()
    """Python expressions over `$x`; they replace those found in the sample."""
    categories: Categories | None = None
    """All categories of the column, whichever of them the sample shows."""


@dataclass(frozen=True, slots=True)
class Table:
    """A sample, column by column; every column has `rows` values."""

    columns: tuple[Column, ...]
    rows: int
    cut: bool = False
    """Whether the file has more rows than these."""


@dataclass(frozen=True, slots=True)
class Field:
    """One entry of input_schema.json or output_schema.json, as `reference` section 3 of ADS's contract gives it."""

    name: str | int
    dtype: str
    feature_type: str
    required: bool
    description: str
    order: int
    stats: Mapping[str, int | float | str] = field(default_factory=dict)
    """Finite numbers; the minimum and maximum of datetimes are ISO 8601 text."""
    constraints: tuple[str, ...] = ()
    """Python expressions over `$x`."""
    shape: tuple[int, ...] = ()
    """Of one value: () for a scalar."""


@dataclass(frozen=True, slots=True)
class DataSchema:
    """The schema of a model's input or output."""

    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class CondaEnvironment:
    """A conda pack in Object Storage."""

    path: str
    """`oci://bucket@namespace/…`"""
    slug: str
    """Empty for a published pack whose slug nobody gave."""
    kind: str
    """`data_science` (service pack) or `published`, as runtime.yaml's INFERENCE_ENV_TYPE."""
    python: str
    """`3.11`"""
    locked: bool = False
    """Whether manifact.lock vouches for the path."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """The class whose weights a PyTorch state_dict holds."""

    file: str
    """Module in the artifact, e.g. `net.py`."""
    class_name: str
    arguments: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rows:
    """How the rows of a request reach a network."""

    batch: int | None = None
    """Rows one call takes; None: any number."""
    inputs: tuple[int | None, ...] = ()
    """For each input the axis that counts rows; None: one row is all it takes."""
    outputs: tuple[int | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """What score.py is to do."""

    method: str = "predict"
    hooks: str | None = None
    """Artifact path of the module with `pre_inference` / `post_inference`."""
    own: str | None = None
    """Set when the user brings score.py: its artifact path (always `score.py`)."""
    architecture: Architecture | None = None
    categories: Mapping[str, Categories] = field(default_factory=dict)
    """Column -> its categories, all of them known."""
    rows: Rows = field(default_factory=Rows)


@dataclass(frozen=True, slots=True)
class Golden:
    """The first rows of the samples with the model's own answers: what verification and smoke tests compare."""

    inputs: tuple[Json, ...]
    """One row each: a record {column: value} for named columns, a list of values otherwise."""
    outputs: tuple[Json, ...]
    """One expected prediction a row; empty when no output sample was given (then only "it answers" is tested)."""
    tolerance: float
    """|a-b| <= tolerance * max(1, |b|)"""
    batch: int = 1
    """Rows that one request must have a multiple of, where the model's file fixes how many it takes."""
    by_column: bool = False
    """Whether rows go out as {column: values}: the one form that ADS's score.py takes as well as ours."""


@dataclass(frozen=True, slots=True)
class Prebuilt:
    """What an artifact that was made elsewhere says of itself, beside its model, environments and schemas."""

    contract: Literal["conda", "container"]
    """What reads it: score.py in a conda environment, or a container that knows its files."""
    made_by: str
    """Library that made it, as ADS's `ClientLibrary`; empty when nothing says so."""
    test_results: Mapping[str, Json] | None
    """Its own test_json_output.json; None without one, or with one of another form."""


@dataclass(frozen=True, slots=True)
class ResolvedModel:
    """Everything that decides the artifact's bytes, and nothing else."""

    name: str
    facts: ModelFacts
    model_path: str
    """Artifact path of the model: a file, or a directory whose files are in `files`."""
    files: tuple[SourceFile, ...]
    """The user's files, the model's included, sorted by artifact path."""
    score: Score
    use_case: str | None
    inference: CondaEnvironment | None
    training: CondaEnvironment | None
    input_schema: DataSchema | None
    output_schema: DataSchema | None
    golden: Golden | None
    prebuilt: Prebuilt | None = None
    """Set for a whole artifact made elsewhere: its files are all of it, nothing is generated."""
