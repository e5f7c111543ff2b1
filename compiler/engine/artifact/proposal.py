"""What a first manifest says: what was asked for, and what follows from the model and its sample."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.diagnostics import CompilerError
from compiler.passes.samples.dtypes import TEXTS
from compiler.readers.samples.moments import are_dates
from compiler.source import parse_document

if TYPE_CHECKING:
    from compiler.ir import Table
    from compiler.lock import Lock

_MOMENT = "datetime64[ns]"
_CLOUD = """  # A cloud target needs a conda environment; `manifact lock --list` shows those of the service:
  # environment: {inference: SLUG}"""

_ARCHITECTURE = "    architecture: {{file: {}, class: {}}}"


@dataclass(frozen=True, slots=True)
class Proposal:
    """The fields of a first manifest; paths are relative to its folder."""

    name: str
    model: str
    schema: str
    """Where an editor finds the JSON Schema."""
    artifact: bool = False
    """`model` is a whole artifact, which holds its environment, too."""
    score: str | None = None
    """A score.py of the user's own."""
    architecture: tuple[str, str] | None = None
    """File and class of the network that weights belong to."""
    allow: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    samples: Mapping[str, str] = field(default_factory=dict)
    """input, output, labels -> path."""
    dtypes: Mapping[str, str] = field(default_factory=dict)
    """Column of the input -> dtype that the sample cannot tell."""
    use_case: str | None = None
    environment: str | None = None
    """Slug of a service pack, or the path of a pack."""
    training_id: str | None = None
    """OCID of the notebook session or job run."""
    python: str = ""
    """Python of a pack that is named by its path: `3.11`."""

    def text(self) -> str:
        """The manifest as YAML."""
        lines = [
            f"# yaml-language-server: $schema={self.schema}",
            "apiVersion: manifact/v1",
            "kind: Model",
            "metadata:",
            f"  name: {self.name}",
            "spec:",
            "  artifact:" if self.artifact else "  model:",
            f"    path: {scalar(self.model)}",
            *(["    framework: other"] if self.score else []),
            *([_ARCHITECTURE.format(*map(scalar, self.architecture))] if self.architecture else []),
            *([f"    allow: [{', '.join(map(scalar, self.allow))}]"] if self.allow else []),
            *([f"  score: {{file: {scalar(self.score)}}}"] if self.score else []),
            *([f"  useCase: {self.use_case}"] if self.use_case else []),
            *([] if self.artifact else [self._environment()]),
            *_block("  samples:", {key: scalar(path) for key, path in self.samples.items()}),
            *_columns(self.dtypes),
            *([f"  include: [{', '.join(map(scalar, self.include))}]"] if self.include else []),
            *([f"  catalog: {{provenance: {{trainingId: {self.training_id}}}}}"] if self.training_id else []),
            "  deployment: {}",
        ]
        return "\n".join(lines) + "\n"

    def _environment(self) -> str:
        if self.environment is None:
            return _CLOUD
        if self.environment.startswith("oci://"):
            return f'  environment: {{inference: {{path: {scalar(self.environment)}, python: "{self.python}"}}}}'
        return f"  environment: {{inference: {scalar(self.environment)}}}"


def scalar(text: str) -> str:
    """Text as YAML: plain where nothing in it could mean something else."""
    plain = re.fullmatch(r"[A-Za-z][\w./-]*", text) and text.lower() not in {"true", "false", "yes", "no", "null", "on"}
    return text if plain and text.lower() != "off" else json.dumps(text)


def proposed_environment(lock: Lock, prefix: str) -> str | None:
    """The pack whose conda environment is running (its folder `prefix`), else the only one of manifact.lock.

    By its slug where manifact.lock has it, else by its path.
    """
    running = prefix.rstrip("/").rpartition("/")[2]
    if running in lock.packs:
        return running
    return _running_pack(Path(prefix)) or (next(iter(lock.packs)) if len(lock.packs) == 1 else None)


def _running_pack(prefix: Path) -> str | None:
    """The oci:// path that a conda pack records of itself, in `*_manifest.yaml` (what ADS 2.16.1 reads)."""
    for path in sorted(prefix.glob("*_manifest.yaml")) if prefix.is_absolute() else []:
        try:
            document = parse_document(path.read_text(encoding="utf-8"), str(path)).data
        except (CompilerError, OSError, UnicodeDecodeError):
            continue
        manifest = document.get("manifest") if isinstance(document, dict) else None
        place = manifest.get("pack_path") if isinstance(manifest, dict) else None
        if isinstance(place, str) and place.startswith("oci://"):
            return place
    return None


def proposed_dtypes(table: Table, *, numbers_only: bool) -> dict[str, str]:
    """Dtypes of text columns that are no text: dates, and the categories of a model that takes numbers only."""
    found: dict[str, str] = {}
    for column in table.columns:
        if not isinstance(column.name, str) or column.dtype not in TEXTS or column.shape:
            continue
        if are_dates(column.values):
            found[column.name] = _MOMENT
        elif numbers_only:
            found[column.name] = "category"
    return found


def _columns(dtypes: Mapping[str, str]) -> list[str]:
    if not dtypes:
        return []
    declared = {scalar(name): f"{{dtype: {json.dumps(dtype)}}}" for name, dtype in dtypes.items()}
    return ["  columns:", *_block("    input:", declared)]


def _block(head: str, entries: Mapping[str, str]) -> list[str]:
    indent = " " * (len(head) - len(head.lstrip()) + 2)
    return [head, *(f"{indent}{key}: {value}" for key, value in entries.items())] if entries else []
