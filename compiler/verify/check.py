"""Whether the artifact answers the golden rows as the sample says."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compiler.diagnostics import CompilerError, failure
from compiler.ir import Golden, Json
from compiler.passes.samples.golden import golden_request
from compiler.passes.samples.request_forms import Form, in_form
from compiler.serving.isolation.result import Isolation
from compiler.verify.compare import compare
from compiler.verify.libraries import distribution_of, missing_libraries
from compiler.verify.neighbours import Company, companies, dependence
from compiler.verify.run import Replies, run_artifact
from compiler.verify.shapes import payload_shapes, shown_rows


@dataclass(frozen=True, slots=True)
class Verification:
    """A verification that succeeded."""

    rows: int
    compared: bool
    """False without an output sample: then only "it answers every row" was tested."""
    max_difference: float
    load_seconds: float
    isolation: Isolation
    """How far the process was shut in."""
    shapes: tuple[str, ...]
    """The payload shapes that were answered alike."""
    form: Form = ""
    """The form in which the rows were sent (`passes.samples.request_forms`); empty: as the golden rows say."""

    @property
    def isolated(self) -> bool:
        """Whether it was shut in completely: network, files and processes."""
        return self.isolation.complete


def verify(
    artifact: Path,
    golden: Golden,
    *,
    timeout: float = 300.0,
    requires: Sequence[str] = (),
    shapes: bool = True,
    form: Form = "",
    require_isolation: bool = False,
) -> Verification:
    """Run the artifact directory in a process of its own and compare its answers with the golden rows.

    `timeout` in seconds covers loading and all requests. `requires` are the model's distributions (`scikit-learn`,
    `torch==2.4`). `shapes` also sends the first rows in other payload shapes (leave it out for a user's own score.py).
    `form` sends all rows in a form other than the golden rows' own.
    At most 20 rows are also sent one by one and reversed. Without golden rows the artifact only has to load. With
    `require_isolation` nothing is loaded unless the process is shut in completely.
    Raises `CompilerError`: MF608 when a library is missing here, MF601 to MF607 and MF610 when it fails, MF609 without
    score.py, MF611 without the isolation that is required.
    """
    if not (artifact / "score.py").is_file():
        raise failure("MF609", f"{artifact} holds no score.py", hint="compile the model again")
    if missing := missing_libraries(requires):
        raise _missing(missing)
    variants = payload_shapes(artifact, golden) if shapes and golden.inputs else {}
    others = companies(golden_request(golden), golden.batch) if golden.inputs else ()
    payloads: list[Json] = [in_form(golden_request(golden), form), *variants.values()] if golden.inputs else []
    sent = [*payloads, *(in_form(other.payload, form) for other in others)]
    replies = run_artifact(artifact, sent, timeout=timeout, require_isolation=require_isolation)
    _check_loaded(replies, requires)
    if golden.inputs:
        _check_answered(replies.answers[0], payloads[0])
    rows = _rows(replies.answers[0], len(golden.inputs)) if golden.inputs else []
    difference = _check_answers(rows, golden) if golden.outputs else 0.0
    _check_shapes(dict(zip(variants, replies.answers[1 : len(payloads)], strict=True)), rows, golden)
    _check_neighbours(others, replies.answers[len(payloads) :], rows, golden)
    return Verification(
        rows=len(rows),
        compared=bool(golden.outputs),
        max_difference=difference,
        load_seconds=round(float(replies.load["seconds"]), 3),
        isolation=replies.isolation,
        shapes=tuple(variants),
        form=form,
    )


def ask(artifact: Path, payload: Json, *, timeout: float = 300.0) -> Json:
    """What the score.py of an artifact answers to one request, in a process of its own; `timeout` in seconds.

    Raises `CompilerError`: MF601, MF606 to MF608 when it does not load, MF602 or MF604 when it does not answer.
    """
    replies = run_artifact(artifact, [payload], timeout=timeout)
    _check_loaded(replies, ())
    _check_answered(replies.answers[0], payload)
    answer: Json = replies.answers[0]["answer"]
    return answer


def _missing(names: Sequence[str]) -> CompilerError:
    line = f"pip install {' '.join(names)}"
    return failure("MF608", f"the model needs {', '.join(names)}, which this Python does not have", hint=line)


def _check_loaded(replies: Replies, requires: Sequence[str]) -> None:
    if "error" not in replies.load:
        return
    module = replies.load.get("missing")
    library = distribution_of(module) if module else None
    if library:
        raise _missing([next((r for r in requires if r.startswith(library)), library)])
    hint = f"if {module!r} is a module of yours, add it to 'spec.include'" if module else None
    raise failure("MF601", f"the model cannot be loaded: {_told(replies.load)}", hint=hint)


def _check_answered(reply: dict[str, Any], sent: Json) -> None:
    if "error" in reply:
        hint = f"predict() was sent {_short(sent)}: {_mend(sent)}"
        raise failure("MF602", f"predict() failed for the golden rows: {_told(reply)}", hint=hint)


def _mend(sent: Json) -> str:
    """What may be wrong with the rows that were sent: dates are text there unless they are declared."""
    from compiler.readers.samples.moments import are_dates

    rows = [row for row in sent if isinstance(row, dict)] if isinstance(sent, list) else []
    dates = [name for name in (rows[0] if rows else {}) if are_dates(row.get(name) for row in rows)]
    if not dates:
        return "mend the sample, or score.py; one of your own is named by 'spec.score.file'"
    declared = ", ".join(f'{name}: {{dtype: "datetime64[ns]"}}' for name in dates)
    return f"if the model wants dates, declare them under `spec.columns.input`: {declared}"


def _rows(reply: dict[str, Any], count: int, what: str = "the golden rows") -> list[Json]:
    """The predictions in a reply; raises when it holds none, or not one a row."""
    if "error" in reply:
        raise failure("MF602", f"predict() failed for {what}: {_told(reply)}")
    if "unusable" in reply:
        raise failure("MF604", f"predict() gave an answer that cannot be sent: {reply['unusable']}")
    answer = reply["answer"]
    if not isinstance(answer, dict) or not isinstance(answer.get("prediction"), list):
        raise failure("MF604", f'predict() must return {{"prediction": [...]}}, it returned {_short(answer)}')
    rows: list[Json] = answer["prediction"]
    if len(rows) != count:
        raise failure("MF604", f"predict() gave {len(rows)} predictions for {count} rows")
    return rows


def _check_answers(rows: list[Json], golden: Golden) -> float:
    result = compare(rows, golden.outputs, golden.tolerance)
    if not result.differing:
        return result.max_difference
    first = result.differing[0]
    raise failure(
        "MF603",
        f"{len(result.differing)} of {len(rows)} golden rows are answered differently (largest difference "
        f"{result.max_difference:g}, tolerance {golden.tolerance:g}); first row {first}: "
        f"expected {_short(golden.outputs[first])}, got {_short(rows[first])} for {_short(golden.inputs[first])}",
        hint="'samples.output' must hold what this model answers for 'samples.input', row by row",
    )


def _check_shapes(replies: dict[str, dict[str, Any]], rows: list[Json], golden: Golden) -> None:
    for shape, reply in replies.items():
        if "answer" not in reply:
            raise failure("MF605", f"the rows as {shape} were refused: {_told(reply)}")
        answers = _rows(reply, min(len(rows), shown_rows(golden)), f"the rows as {shape}")
        if compare(answers, rows[: len(answers)], golden.tolerance).differing:
            raise failure("MF605", f"the rows as {shape} were answered {_short(answers)} instead of {_short(rows[:2])}")


def _check_neighbours(
    others: Sequence[Company], replies: Sequence[dict[str, Any]], rows: list[Json], golden: Golden
) -> None:
    for other, reply in zip(others, replies, strict=True):
        answers = _rows(reply, len(other.rows), f"golden {other.words}")
        if found := dependence(other, answers, rows, golden.tolerance):
            hint = "the model must answer each row by itself; for differences of rounding raise 'samples.tolerance'"
            raise failure("MF610", found, hint=hint)


def _told(reply: dict[str, Any]) -> str:
    if "unusable" in reply:
        return str(reply["unusable"])
    frames = "".join(f"\n    {frame}" for frame in reply["frames"])
    return f"{reply['error']}: {reply['message']}{frames}"


def _short(value: Json) -> str:
    text = json.dumps(value)
    return text if len(text) <= 120 else text[:117] + "..."
