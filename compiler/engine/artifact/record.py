"""Record: the model's own answers become the sample of its answers, and its test from then on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.diagnostics import SourceRange, failure
from compiler.engine.checkout import Checkout
from compiler.ir import Json

if TYPE_CHECKING:
    from compiler.compilation.build import Build
    from compiler.ir import Table
    from compiler.workspace.project import LoadedManifest

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Recorded:
    """The sample that was written."""

    path: str
    """Relative to the manifest's folder."""
    answers: tuple[Json, ...]
    """Row by row."""

    @property
    def text(self) -> str:
        """`recorded 178 answers in samples/output.json: "a", "b", "c", …`."""
        from compiler.render.words import count

        first = ", ".join(json.dumps(answer) for answer in self.answers[:_SHOWN])
        more = ", …" if len(self.answers) > _SHOWN else ""
        return f"recorded {count(len(self.answers), 'answer')} in {self.path}: {first}{more}"


def record_answers(checkout: Checkout, manifest: Path, build: Build, timeout: float) -> Recorded:
    """Ask the built model about every row of `samples.input`, write its answers, and name them in the manifest.

    `timeout` in seconds covers loading and answering. Raises `CompilerError` MF902 where there are answers already,
    MF301 without an input sample, and what verification raises where the model does not answer.
    """
    from compiler.passes.samples.golden import golden_request, golden_rows
    from compiler.verify import ask
    from compiler.workspace.project import load_manifest

    loaded = load_manifest(manifest, checkout.workspace(manifest.parent))
    table = _input(loaded)
    golden = golden_rows(table, None, table.rows, 0.0)
    answer = ask(build.artifact, golden_request(golden), timeout=timeout)
    answers = answer.get("prediction") if isinstance(answer, dict) else None
    if not isinstance(answers, list) or len(answers) != table.rows:
        raise failure("MF604", f"predict() did not give one prediction for each of the {table.rows} rows of the sample")
    place = _write(loaded, answers)
    _name_in_manifest(loaded, place)
    return Recorded(place, tuple(answers))


def _input(loaded: LoadedManifest) -> Table:
    from compiler.compilation.inputs import declared_text
    from compiler.readers.samples import read_table

    samples = loaded.manifest.spec.samples
    where = loaded.document.locate(("spec", "samples"))
    if samples is None:
        hint = "name a file of rows that callers send: `samples: {input: FILE}`"
        raise failure("MF301", "there is no input sample to ask the model about", where=where, hint=hint)
    if samples.output is not None:
        where = loaded.document.locate(("spec", "samples", "output"))
        hint = "to record anew, take the line and its file away"
        raise failure("MF902", f"the manifest has answers already: {samples.output}", where=where, hint=hint)
    return read_table((loaded.folder / samples.input).resolve(), declared_text("input", loaded))


def _write(loaded: LoadedManifest, answers: list[Json]) -> str:
    """Write the answers beside the input; returns the path relative to the manifest's folder."""
    samples = loaded.manifest.spec.samples
    assert samples is not None
    place = Path(samples.input).with_name("output.json").as_posix()
    target = loaded.folder / place
    if target.exists():
        raise failure("MF902", f"{place} is there already", hint="move it away, or name it as `samples.output`")
    target.write_text(json.dumps({"prediction": answers}, allow_nan=False), encoding="utf-8")
    return place


def _name_in_manifest(loaded: LoadedManifest, place: str) -> None:
    at = ("spec", "samples", "input")
    key, value = loaded.document.locate(at, key=True), loaded.document.locate(at)
    lines = loaded.path.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[value.line - 1] = _with_output(lines[value.line - 1], key, value, f"output: {json.dumps(place)}")
    loaded.path.write_text("".join(lines), encoding="utf-8")


def _with_output(line: str, key: SourceRange, value: SourceRange, entry: str) -> str:
    """The line of `input: FILE` with the entry after it: on a line of its own, or within the braces."""
    if line[: key.column - 1].strip():
        end = value.end_column - 1
        return f"{line[:end]}, {entry}{line[end:]}"
    return f"{line.rstrip(chr(10))}\n{' ' * (key.column - 1)}{entry}\n"
