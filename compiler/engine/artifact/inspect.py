"""Inspect: the facts of a model file, read without running it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.engine.checkout import Checkout
from compiler.engine.result import Result

if TYPE_CHECKING:
    from compiler.ir import ModelFacts
    from compiler.render.documents.artifacts import InspectDocument
    from compiler.render.lines import Line


@dataclass(frozen=True, slots=True)
class InspectRequest:
    """What to read."""

    file: Path
    """A model file or directory."""
    framework: str | None = None
    """Read it as a model of this framework; None: as the file says."""


@dataclass(frozen=True, slots=True)
class InspectResult(Result):
    """The facts of one model file."""

    facts: ModelFacts

    def lines(self, width: int | None = None) -> list[Line]:  # noqa: ARG002 - facts are not cut
        """Names and values."""
        from compiler.render.facts import facts_lines

        return facts_lines(self.facts)

    def to_json(self) -> InspectDocument:
        """What `inspect --json` prints."""
        from compiler.render.facts import facts_document

        return facts_document(self.facts)


def inspect_file(checkout: Checkout, request: InspectRequest) -> InspectResult:
    """Read the facts of one model file. Raises `CompilerError` for a file that is no model, or a hostile one."""
    from compiler.frameworks import inspect_model

    return InspectResult(inspect_model(checkout.path(request.file), framework=request.framework))


def inspect(path: str | os.PathLike[str], *, framework: str | None = None) -> ModelFacts:
    """The facts of a model file or directory, read without running it; needs no ML framework.

    `framework` reads it as a model of that one. Raises `CompilerError` for a file that is no model, or a hostile one.
    """
    from compiler.frameworks import inspect_model

    return inspect_model(Path(path), framework=framework)
