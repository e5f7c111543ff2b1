"""Everything else: any file or folder, loaded by the user's own score.py, and pickles of the user's own classes."""

from __future__ import annotations

from compiler.frameworks.base import ModelFile
from compiler.frameworks.estimators import entry
from compiler.frameworks.pickled import format_of, needs, requires, unknown
from compiler.ir import ModelFacts
from compiler.readers.pickles.values import Instance


def facts(model: ModelFile) -> ModelFacts | None:
    """What a pickle tells, and of other files their format. Raises CompilerError MF203 to MF206 for pickles."""
    if model.known.read_pickle is None:
        return ModelFacts(framework="other", format=model.format, methods=frozenset(("predict",)))
    root = model.pickled.value
    return ModelFacts(
        framework="other",
        format=format_of(model),
        algorithm=root.cls.name if isinstance(root, Instance) else None,
        methods=_methods(root),
        requires=requires(model),
        needs=needs(model),
        unknown=unknown(model),
    )


def _methods(root: object) -> frozenset[str] | None:
    """None of a class that is listed without any; any other is asked to predict."""
    known = entry(root.cls.module.split(".", 1)[0], root.cls.name, None) if isinstance(root, Instance) else None
    return frozenset(known.methods) if known else frozenset(("predict",))
