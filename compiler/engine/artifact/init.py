"""Init: a manifest to start from, for a model file that is already there."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.diagnostics import failure
from compiler.engine.checkout import Checkout
from compiler.engine.result import Result
from compiler.render.lines import Line
from compiler.workspace.names import slug
from compiler.workspace.root import MANIFEST_FILE, shown

if TYPE_CHECKING:
    from compiler.ir import ModelFacts
    from compiler.render.documents.artifacts import InitDocument


@dataclass(frozen=True, slots=True)
class InitRequest:
    """What to write a manifest for."""

    model: Path
    """A model file or directory; the manifest is written beside it."""
    name: str | None = None
    """None: made from the folder's name."""
    input: Path | None = None
    """A sample of what callers send."""
    output: Path | None = None
    """A sample of what the model answers."""


@dataclass(frozen=True, slots=True)
class InitResult(Result):
    """The manifest that was written."""

    manifest: Path
    name: str
    facts: ModelFacts

    def lines(self, width: int | None = None) -> list[Line]:  # noqa: ARG002 - never long
        """What the model is, where the manifest is, and the command that comes next."""
        from compiler.render.words import headline

        following = f"manifact compile {shown(self.manifest.parent)}"
        return [Line(f"  {headline(self.facts)}"), Line(f"  wrote {shown(self.manifest)}; next: {following}")]

    def to_json(self) -> InitDocument:
        """What `init --json` prints."""
        return {"formatVersion": 1, "manifest": shown(self.manifest), "name": self.name}


def init_manifest(checkout: Checkout, request: InitRequest) -> InitResult:
    """Write `model.yaml` beside the model; an existing one is never overwritten.

    Raises `CompilerError` MF916 for arguments that do not fit, MF902 when there is one, and what `inspect` raises.
    """
    from compiler.frameworks import inspect_model

    _check_arguments(request)
    facts = inspect_model(checkout.path(request.model))
    if facts.unserved is not None:
        text = f"{request.model} holds {facts.unserved.what}, which cannot be served"
        raise failure("MF209", text, hint=facts.unserved.instead)
    folder = checkout.path(request.model).resolve().parent
    manifest = folder / MANIFEST_FILE
    if manifest.exists():
        raise failure("MF902", f"{shown(manifest)} exists already", hint="move it away to start anew")
    name = request.name or slug(folder.name)
    samples = {"input": request.input, "output": request.output}
    lines = [f"    {key}: {_relative(folder, checkout.path(path))}" for key, path in samples.items() if path]
    manifest.write_text(_text(name, request.model.name, lines), encoding="utf-8")
    return InitResult(manifest, name, facts)


def _check_arguments(request: InitRequest) -> None:
    if request.name not in (None, slug(request.name or "")):
        hint = f"lower-case letters, digits and dashes: {slug(request.name or '')}"
        raise failure("MF916", f"'{request.name}' is no name for a model", hint=hint)
    if request.output and not request.input:
        raise failure("MF916", "--output needs --input: the answers belong to what was sent")


def _relative(folder: Path, path: Path) -> str:
    return _scalar(os.path.relpath(path.resolve(), folder))


def _scalar(text: str) -> str:
    """Text as YAML: plain where nothing in it could mean something else."""
    return text if re.fullmatch(r"[A-Za-z][\w./-]*", text) else json.dumps(text)


def _text(name: str, model: str, samples: list[str]) -> str:
    lines = [
        "apiVersion: manifact/v1",
        "kind: Model",
        "metadata:",
        f"  name: {name}",
        "spec:",
        "  model:",
        f"    path: {_scalar(model)}",
        *(["  samples:", *samples] if samples else []),
        "  deployment: {}",
    ]
    return "\n".join(lines) + "\n"
