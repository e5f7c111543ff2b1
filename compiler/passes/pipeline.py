"""Manifest to resolved model: one fact a pass, in the order of `PASSES`.

A pass is a plain function `(draft, inputs, report) -> draft`. It reports problems and goes on, so that one run shows
them all; it looks at nothing but what it is handed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from compiler.diagnostics import Report
from compiler.ir import ResolvedModel
from compiler.passes.categories import settle_categories
from compiler.passes.code_in_pickles import refuse_unknown_code
from compiler.passes.draft import Draft, Inputs
from compiler.passes.environment import resolve_environment
from compiler.passes.model import check_use_case
from compiler.passes.rows import settle_rows
from compiler.passes.samples.samples import check_samples, describe_data, pick_golden
from compiler.passes.score import choose_score
from compiler.passes.versions import check_versions

Pass: TypeAlias = Callable[[Draft, Inputs, Report], Draft]

PASSES: tuple[Pass, ...] = (
    refuse_unknown_code,
    check_use_case,
    choose_score,
    settle_categories,
    settle_rows,
    resolve_environment,
    check_versions,
    check_samples,
    describe_data,
    pick_golden,
)


def resolve(inputs: Inputs, report: Report) -> ResolvedModel:
    """Run every pass. Raises `CompilerError` with all problems found when any of them is an error."""
    draft = Draft()
    for step in PASSES:
        draft = step(draft, inputs, report)
    report.raise_if_failed()
    return ResolvedModel(
        name=inputs.manifest.metadata.name,
        facts=inputs.facts,
        model_path=inputs.model_path,
        files=inputs.files,
        score=draft.score,
        use_case=inputs.manifest.spec.use_case,
        inference=draft.inference,
        training=draft.training,
        input_schema=draft.input_schema,
        output_schema=draft.output_schema,
        golden=draft.golden,
    )
