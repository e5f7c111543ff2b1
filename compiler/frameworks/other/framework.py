"""Everything else: any file or folder, loaded by the user's own code, and pickles of the user's own classes."""

from __future__ import annotations

from compiler.diagnostics import CompilerError, failure
from compiler.frameworks.base import Framework, ModelFile
from compiler.frameworks.pickle_formats import JOBLIB_OLD, PICKLE, PICKLED, SKOPS
from compiler.ir import ModelFacts, ResolvedModel


class Other(Framework):
    """The framework that ADS calls `other`; asked last, or when `spec.model.framework: other` says so.

    It takes a file of any format, the unknown too.
    """

    name = "other"
    formats = (PICKLE, SKOPS, JOBLIB_OLD)
    score_template = "other/score.py.j2"

    def facts(self, model: ModelFile) -> ModelFacts | None:
        """What a pickle tells, and of other files their format."""
        from compiler.frameworks.other.facts import facts

        return facts(model)

    def refusal(self, model: ResolvedModel) -> CompilerError | None:
        """Only the user's own code can load what is no pickle."""
        form = model.facts.format
        if form not in PICKLED and model.score.hooks is None:
            return failure(
                "MF506",
                f"nobody here knows how to load this file ({form})",
                hint="define load_model(path) and predict(model, data) in a module and name it with 'spec.score.hooks'",
            )
        return None


FRAMEWORK = Other()
