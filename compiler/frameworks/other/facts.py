"""Everything else: any file or folder, loaded by the user's own score.py, and pickles of the user's own classes."""

from __future__ import annotations

from compiler.frameworks.base import PICKLED, ModelFile
from compiler.frameworks.pickled import format_of, requires, unknown
from compiler.ir import ModelFacts
from compiler.readers.pickles.values import Instance


class Generic:
    """The framework that ADS calls `other`; asked last, or when `spec.model.framework: other` says so."""

    name = "other"
    score_template = "other/score.py.j2"

    def facts(self, model: ModelFile) -> ModelFacts | None:
        """What a pickle tells, and of other files their format. Raises CompilerError MF203 to MF206 for pickles."""
        if model.format not in PICKLED:
            return ModelFacts(framework=self.name, format=model.format, methods=frozenset(("predict",)))
        root = model.pickled.value
        return ModelFacts(
            framework=self.name,
            format=format_of(model),
            algorithm=root.cls.name if isinstance(root, Instance) else None,
            methods=frozenset(("predict",)),
            requires=requires(model),
            unknown=unknown(model),
        )
