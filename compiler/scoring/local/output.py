"""The output of a run: parts and side files in their folder, at the end put together."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from compiler.diagnostics import failure
from compiler.scoring.local.journal import DonePart, Journal
from compiler.scoring.local.part_scoring import ScoredPart
from compiler.scoring.request import Output
from compiler.scoring.tables.formats import Format
from compiler.scoring.tables.parts import join_parts, put_in_place, write_json_lines, write_part

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def writing(output: Output) -> Iterator[None]:
    """What cannot be written is MF825: a full disk among others."""
    try:
        yield
    except OSError as problem:
        what = "the disk is full" if problem.errno in _FULL else (problem.strerror or str(problem))
        raise failure("MF825", f"cannot write {output.path.name}: {what}") from None


def check_free(output: Output, *, overwrite: bool) -> None:
    """Raise `CompilerError` MF824 where something lies that no run of ours has begun; `overwrite` allows a file."""
    if not output.path.exists() or output.state.exists():
        return
    if output.single and output.path.is_file():
        if not overwrite:
            raise failure("MF824", f"{output.path.name} is there already")
    elif not output.path.is_dir() or output.single or any(output.path.iterdir()):
        hint = "name another output: only what `manifact score` wrote is overwritten"
        raise failure("MF824", f"{output.path.name} is there already, and not an output of this command", hint=hint)


def remove_parts(output: Output, journal: Journal) -> None:
    """Remove what a run with another fingerprint, or one that was interrupted, left beside the parts that count."""
    kept = {part.file for part in journal.parts.values()}
    output.parts.mkdir(parents=True, exist_ok=True)
    for path in output.parts.glob("*part-*"):
        if path.name not in kept:
            path.unlink()
    for path in _side_folder(output).glob("*"):
        if path.stem not in {Path(name).stem for name in kept}:
            path.unlink()


def store_part(output: Output, scored: ScoredPart, answers: list[Any]) -> DonePart:
    """Write a part and its side file. Raises OSError."""
    name = f"part-{scored.part.number:06}.{output.format}"
    if scored.rejected:
        side = _side_folder(output) / f"part-{scored.part.number:06}.jsonl"
        staged = side.with_suffix(".staged")
        write_json_lines(staged, scored.rejected)
        put_in_place(staged, side)
    batches = [_joined(rows, answer) for rows, answer in zip(scored.rows, answers, strict=True)]
    write_part(output.parts / name, batches, batches[0].schema, output.format)
    return DonePart(scored.part.number, scored.part.rows, scored.count, len(scored.rejected), name)


def finish(output: Output, journal: Journal, schema: Any) -> None:
    """Put the side files together, and the parts where the output is one file. Raises OSError."""
    _join_side_files(output)
    shutil.rmtree(scratch(output), ignore_errors=True)
    if not output.single:
        return
    parts = [output.parts / journal.parts[number].file for number in sorted(journal.parts)]
    join_parts(parts, output.path, schema, output.format)
    shutil.rmtree(output.state)


def scratch(output: Output) -> Path:
    """The folder of the workers."""
    return output.state / "scratch"


def _side_folder(output: Output) -> Path:
    folder = output.state / "rejected"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _join_side_files(output: Output) -> None:
    files = sorted(_side_folder(output).glob("*.jsonl"))
    if files:
        join_parts(files, output.rejected, None, Format.JSON_LINES)
    else:
        output.rejected.unlink(missing_ok=True)


def _joined(rows: Any, answers: Any) -> Any:
    import pyarrow as pa

    schema = pa.schema([*rows.schema, *answers.schema])
    return pa.RecordBatch.from_arrays([*rows.columns, *answers.columns], schema=schema)
