"""What passes are handed, and what they fill in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from compiler.diagnostics import Pointer
from compiler.ir import CondaEnvironment, DataSchema, Golden, ModelFacts, Score, SourceFile, Table
from compiler.lock import LockedPack
from compiler.passes.packages import Packages
from compiler.spec.v1 import Manifest


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that was read for one manifest: passes look nothing up themselves."""

    manifest: Manifest
    facts: ModelFacts
    model_path: str
    """Artifact path of the model."""
    files: tuple[SourceFile, ...]
    """The user's files, sorted by artifact path."""
    paths: dict[str, str]
    """Path as the manifest writes it -> artifact path, for hooks, score.py, architecture and included files."""
    input: Table | None = None
    output: Table | None = None
    labels: Table | None = None
    packs: Mapping[str, LockedPack] = field(default_factory=dict)
    """Service conda packs by slug, from manifact.lock."""
    modules: Mapping[str, str] = field(default_factory=dict)
    """Module that the model's pickle imports -> its file or folder beside the manifest, as `include` names it."""
    included: Mapping[Pointer, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    """Place in the manifest -> file named there -> dotted names of unknown code that loading that file would run."""
    packages: Packages = field(default_factory=Packages)
    """What is in the inference environment, as far as it is known."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The resolved model as far as the passes have come."""

    score: Score = field(default_factory=Score)
    inference: CondaEnvironment | None = None
    training: CondaEnvironment | None = None
    input_schema: DataSchema | None = None
    output_schema: DataSchema | None = None
    golden: Golden | None = None
