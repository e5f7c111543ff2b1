"""ResolvedModel -> score.py, from one template a framework.

Whatever comes from a manifest or a model reaches a template as a value and the source through `literal`: a name can be
anything and still be only a string.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compiler.diagnostics import failure
from compiler.emit.literals import constant, literal
from compiler.frameworks import FOLDER, FRAMEWORKS, Framework, framework_named
from compiler.frameworks.pickle_formats import PICKLED, needs_joblib
from compiler.ir import ResolvedModel

if TYPE_CHECKING:
    from jinja2 import Environment

METHODS = frozenset({"predict", "predict_proba", "transform", "decision_function"})
_FOLDERS = (Path(__file__).parent / "templates", FOLDER)


def score_py(model: ResolvedModel) -> bytes:
    """The source of score.py; raises `CompilerError` (MF506) when no template loads this framework."""
    if model.score.method not in METHODS:
        raise failure("MF506", f"score.py cannot call a method named {model.score.method!r}")
    if model.facts.framework not in FRAMEWORKS:
        raise failure(
            "MF506",
            f"no score.py can be generated for a {model.facts.framework} model ({model.facts.format})",
            hint="bring your own with 'spec.score.file: score.py'",
        )
    framework = framework_named(model.facts.framework)
    if (refused := framework.refusal(model)) is not None:
        raise refused
    return _environment().get_template(framework.score_template).render(_values(model, framework)).encode()


def _values(model: ResolvedModel, framework: Framework) -> dict[str, Any]:
    facts, score = model.facts, model.score
    inside = model.model_path + "/"
    weights = framework.weight_files(model)
    return {
        "format": facts.format,
        "pickled": facts.format in PICKLED,
        "joblib": needs_joblib(facts),
        "method": score.method,
        "hooks": score.hooks,
        "model_file": model.model_path,
        "model_files": [f for f in model.files if f.path in weights or f"{f.path}/".startswith(inside)],
        "feature_names": list(facts.feature_names or ()),
        "beside": bool(weights),
        "categories": {name: list(known.values or ()) for name, known in score.categories.items()},
        "indexes": {name: known.dtype for name, known in score.categories.items() if known.dtype},
        **framework.score_values(model),
    }


@functools.cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_FOLDERS),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - Python source: HTML escapes would be wrong, `py` quotes
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["py"] = literal
    environment.filters["constant"] = constant
    return environment
