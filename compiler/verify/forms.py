"""Verify a score.py that nobody here wrote: the form in which it takes rows is found by asking it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from compiler.diagnostics import CompilerError
from compiler.ir import Golden
from compiler.passes.samples.golden import golden_request
from compiler.passes.samples.request_forms import Form, forms_of, in_form
from compiler.verify.check import Verification, verify
from compiler.verify.compare import compare
from compiler.verify.run import run_artifact

_REFUSALS = frozenset({"MF602", "MF603", "MF604"})
"""What a score.py says to rows in a form that it does not take: an error, no predictions, or wrong ones."""
_INSTEAD = "give it a request of your own (deployment.smoke.request) and leave the samples out"


def verify_in_some_form(
    artifact: Path,
    golden: Golden,
    *,
    timeout: float = 300.0,
    requires: Sequence[str] = (),
    require_isolation: bool = False,
) -> Verification:
    """As `verify`, in the golden rows' own form; where that is refused, in the first one that is answered rightly.

    Raises `CompilerError` as `verify` does, with the refusal of the golden rows' own form where no form is answered.
    """

    def attempt(form: Form) -> Verification:
        more: dict[str, Any] = {"timeout": timeout, "requires": requires, "require_isolation": require_isolation}
        return verify(artifact, golden, shapes=False, form=form, **more)

    try:
        return attempt("")
    except CompilerError as error:
        if not golden.inputs or not _REFUSALS.intersection(d.code for d in error.diagnostics):
            raise
        refusal = error
    forms = forms_of(golden.inputs, _dtype(artifact))
    found = _answered(artifact, golden, forms, timeout, require_isolation=require_isolation)
    if found is None:
        hint = f"its rows were sent as {', '.join(forms)}: {_INSTEAD}"
        raise CompilerError(*(replace(d, hint=hint) for d in refusal.diagnostics)) from refusal
    return attempt(found)


def _answered(
    artifact: Path, golden: Golden, forms: Sequence[Form], timeout: float, *, require_isolation: bool
) -> Form | None:
    payloads = [in_form(golden_request(golden), form) for form in forms]
    replies = run_artifact(artifact, payloads, timeout=timeout, require_isolation=require_isolation)
    answers = zip(forms, replies.answers, strict=False)
    return next((form for form, reply in answers if _right(reply, golden)), None)


def _right(reply: dict[str, Any], golden: Golden) -> bool:
    answer = reply.get("answer")
    rows = answer.get("prediction") if isinstance(answer, dict) else None
    if not isinstance(rows, list) or len(rows) != len(golden.inputs):
        return False
    return not golden.outputs or not compare(rows, golden.outputs, golden.tolerance).differing


def _dtype(artifact: Path) -> str | None:
    """The one dtype that input_schema.json gives to all columns; None where there are several, or no schema."""
    try:
        columns = json.loads((artifact / "input_schema.json").read_bytes())["schema"]
        found = {str(column["dtype"]) for column in columns}
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found.pop() if len(found) == 1 else None
