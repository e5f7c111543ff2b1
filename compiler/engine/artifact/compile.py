"""Compile: artifact directories and execution plans; validate: the same checks with nothing written."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from compiler.diagnostics import Diagnostic
from compiler.engine.checkout import Checkout
from compiler.engine.result import Result
from compiler.engine.selection import SelectRequest, compile_each, select
from compiler.events import Event, Listener, Phase, ignore

if TYPE_CHECKING:
    from compiler.compilation.batch import CompiledManifest
    from compiler.compilation.build import Build
    from compiler.render.documents.artifacts import CompileDocument, ValidateDocument
    from compiler.render.lines import Line


@dataclass(frozen=True, slots=True)
class ManifestResults(Result):
    """What became of each manifest; they do not depend on each other."""

    items: tuple[CompiledManifest, ...]

    @property
    def diagnostics(self) -> Sequence[Diagnostic]:
        """Problems and warnings of all manifests."""
        return [problem for item in self.items for problem in item.problems]

    @property
    def remarks(self) -> Sequence[Diagnostic]:
        """None: the events showed them."""
        return ()


@dataclass(frozen=True, slots=True)
class CompileResult(ManifestResults):
    """What was built from each manifest."""

    seconds: float

    @property
    def builds(self) -> tuple[Build, ...]:
        """The builds of those that are right."""
        return tuple(item.build for item in self.items if item.build)

    def lines(self, width: int | None = None) -> list[Line]:
        """Two lines a manifest, and how many there were of each outcome."""
        from compiler.render.builds import compiled_lines

        return [*(line for item in self.items for line in compiled_lines(item)), *self.closing(width)]

    def closing(self, width: int | None = None) -> list[Line]:  # noqa: ARG002 - never long
        """How many were built, were unchanged, and are wrong; of a single one that was built, what comes next."""
        from compiler.engine.following import after_compile, next_line
        from compiler.render.builds import compiled_sum

        if len(self.items) > 1:
            return [compiled_sum(self.items, self.seconds)]
        return [next_line(after_compile(build)) for build in self.builds if not build.unchanged]

    def to_json(self) -> CompileDocument:
        """What `compile --json` prints."""
        from compiler.render.builds import compile_document

        return compile_document(self.items)


@dataclass(frozen=True, slots=True)
class ValidateResult(ManifestResults):
    """What was found in each manifest."""

    def lines(self, width: int | None = None) -> list[Line]:
        """One line for each manifest that is valid, and how many are not."""
        from compiler.render.builds import validated_lines

        return [*(line for item in self.items for line in validated_lines(item)), *self.closing(width)]

    def closing(self, width: int | None = None) -> list[Line]:  # noqa: ARG002 - never long
        """How many are valid, and how many are wrong; after a single one that is valid, what comes next."""
        from compiler.engine.following import next_line
        from compiler.render.builds import validated_sum
        from compiler.workspace.root import as_typed

        if len(self.items) > 1:
            return [validated_sum(self.items)]
        return [next_line(f"compile {as_typed(item.path)}") for item in self.items if not item.failed]

    def to_json(self) -> ValidateDocument:
        """What `validate --json` prints."""
        from compiler.render.builds import validate_document

        return validate_document(self.items)


def compile_manifests(checkout: Checkout, request: SelectRequest, listener: Listener = ignore) -> CompileResult:
    """Compile each manifest; the listener hears of each as it is done.

    Raises `CompilerError` only when the request names no manifest; what is wrong with one is in the result.
    """
    started = time.perf_counter()
    items: list[CompiledManifest] = []
    for item in compile_each(checkout, request, listener):
        listener(Event(Phase.COMPILED, str(item.path), value=item))
        items.append(item)
    return CompileResult(tuple(items), time.perf_counter() - started)


def validate_manifests(checkout: Checkout, request: SelectRequest, listener: Listener = ignore) -> ValidateResult:
    """Check each manifest and write nothing; raises likewise."""
    from compiler.compilation.batch import validate_each

    items: list[CompiledManifest] = []
    for item in validate_each(select(checkout, request).paths, checkout.root_of, listener):
        listener(Event(Phase.VALIDATED, str(item.path), value=item))
        items.append(item)
    return ValidateResult(tuple(items))
