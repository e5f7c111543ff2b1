"""The metadata of a Spark ML pipeline folder: its stages, their parameters, the columns they read.

Source of the layout: folders written by Spark 3.5 to 4.3 (`metadata/part-*` holds one line of JSON).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from compiler.ir import Json
from compiler.readers.containers.archive import damaged
from compiler.readers.containers.bounded_json import parse_mapping
from compiler.readers.containers.mapped import BadContentError

MAX_METADATA = 8 << 20
MAX_STAGES = 2000
MAX_FOLDERS = 50_000
MAX_NESTING = 20
PIPELINES = frozenset(("org.apache.spark.ml.PipelineModel", "pyspark.ml.pipeline.PipelineModel"))
# Their columns are inside SQL or a formula, which is not read here.
OPAQUE = frozenset(("SQLTransformer", "RFormulaModel"))
READS = ("inputCol", "inputCols", "featuresCol", "userCol", "itemCol")
WRITES = ("outputCol", "outputCols", "predictionCol", "probabilityCol", "rawPredictionCol", "leafCol")


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a pipeline; nested pipelines are flattened."""

    class_name: str
    """With its package."""
    uid: str
    parameters: dict[str, Json]
    """Defaults with what was set over them."""
    version: str | None
    extra: dict[str, Json]
    """What the stage's own writer added: numFeatures, numClasses."""

    @property
    def name(self) -> str:
        """The class without its package."""
        return self.class_name.rpartition(".")[2]

    def columns(self, parameters: tuple[str, ...]) -> list[str]:
        """The columns that these parameters name."""
        values = [self.parameters.get(name) for name in parameters]
        return [
            item
            for value in values
            for item in (value if isinstance(value, list) else [value])
            if isinstance(item, str) and item
        ]


def read_stage(folder: Path) -> Stage:
    """The metadata of one stage, or of the pipeline itself. Raises CompilerError MF203."""
    part = _part(folder)
    with part.open("rb") as file:
        text = file.read(MAX_METADATA + 1)
    try:
        found = parse_mapping(text, unique=True)
    except BadContentError as error:
        raise damaged(folder, f"'{part.name}': {error}") from error
    name = found.get("class")
    if not isinstance(name, str):
        raise damaged(folder, f"'{part.name}' names no class")
    defaults, given = found.pop("defaultParamMap", {}), found.pop("paramMap", {})
    version = found.get("sparkVersion")
    known = {"class", "timestamp", "sparkVersion", "uid"}
    return Stage(
        class_name=name,
        uid=str(found.get("uid", "")),
        parameters={**_mapping(defaults), **_mapping(given)},
        version=version if isinstance(version, str) else None,
        extra={key: value for key, value in found.items() if key not in known},
    )


def _part(folder: Path) -> Path:
    """The file that Spark reads the metadata from: the only one that it does not take for hidden."""
    metadata = folder / "metadata"
    parts = [path for path in metadata.iterdir() if path.name[0] not in "._"] if metadata.is_dir() else []
    filled = [path for path in parts if path.is_dir() or path.stat().st_size]
    if len(filled) != 1 or not filled[0].is_file() or not filled[0].name.startswith("part-"):
        raise damaged(folder, "it has no metadata/part-* file, or others beside it")
    return filled[0]


def every_stage(root: Path) -> Iterator[tuple[str, Stage]]:
    """Place and metadata of the pipeline, its stages, and whatever they are made of. Raises CompilerError MF203."""
    count = 0
    for folder, names, files in os.walk(root):
        names.sort()
        count += len(names)
        if count > MAX_FOLDERS:
            raise damaged(root, f"it has more than {MAX_FOLDERS:,} folders")
        if "metadata" in files:
            raise damaged(root, "'metadata' is a file and no folder")
        if "metadata" in names:
            names.remove("metadata")
            yield Path(folder).relative_to(root).as_posix(), read_stage(Path(folder))


def _mapping(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def read_stages(folder: Path, pipeline: Stage, nesting: int = 0) -> list[Stage]:
    """The stages of a pipeline in order, those of nested pipelines in their place. Raises CompilerError MF203."""
    uids = pipeline.parameters.get("stageUids")
    if not isinstance(uids, list) or len(uids) > MAX_STAGES or nesting > MAX_NESTING:
        raise damaged(folder, "its metadata lists no stages, or too many")
    root = folder / "stages"
    # Only names that are there are used: a uid is text from the file and could point anywhere.
    present = {entry.name.partition("_")[2]: entry for entry in root.iterdir()} if root.is_dir() else {}
    found: list[Stage] = []
    for uid in uids:
        if uid not in present:
            raise damaged(folder, f"the stage '{uid}' is missing")
        stage = read_stage(present[uid])
        inner = stage.class_name in PIPELINES
        found += read_stages(present[uid], stage, nesting + 1) if inner else [stage]
        if len(found) > MAX_STAGES:
            raise damaged(folder, f"it has more than {MAX_STAGES:,} stages")
    return found


def input_columns(stages: list[Stage]) -> tuple[str, ...] | None:
    """The columns that a table must have, in the order they are first read; None where a stage does not tell.

    A StringIndexer whose result is only the label of training is left out: Spark skips it where its column is missing.
    """
    if any(stage.name in OPAQUE for stage in stages):
        return None
    labels = {label for stage in stages for label in stage.columns(("labelCol",))}
    read = {column for stage in stages for column in stage.columns(READS)}
    made: set[str] = set()
    needed: dict[str, None] = {}
    for stage in stages:
        outputs = set(stage.columns(WRITES))
        only_label = stage.name == "StringIndexerModel" and outputs <= labels | _defaults(stage) and not outputs & read
        if not only_label:
            needed |= dict.fromkeys(column for column in stage.columns(READS) if column not in made)
        made |= outputs
    return tuple(needed)


def _defaults(stage: Stage) -> set[str]:
    """Output columns that Spark names after the stage when nobody else does."""
    return {f"{stage.uid}__output"}
