"""The model in a sentence, its facts, and what the static check concluded."""

from __future__ import annotations

import json
from collections.abc import Sequence

from compiler.emit.record import ArtifactRecord
from compiler.ir import CondaEnvironment, ResolvedModel

_VOWELS = tuple("AEIOUaeiou")


def sentence(model: ResolvedModel, record: ArtifactRecord) -> str:
    """What the model is: `A scikit-learn RandomForestClassifier that maps 13 input columns to one of 3 classes.`."""
    facts = model.facts
    kind = " ".join(part for part in (facts.framework, facts.algorithm or "model") if part)
    if facts.framework in (None, "other"):
        kind = facts.algorithm or "model with its own score.py"
    article = "An" if kind.startswith(_VOWELS) else "A"
    size = f"{len(record.files)} files, {record.size:,} bytes"
    return f"{article} {kind}{_mapping(model)}. The artifact is {size}."


def _mapping(model: ResolvedModel) -> str:
    facts = model.facts
    width = len(model.input_schema.fields) if model.input_schema else facts.feature_count
    takes = f"{width} input column{'' if width == 1 else 's'}" if width else ""
    gives = f"one of {len(facts.classes)} classes" if facts.classes else ""
    outputs = model.output_schema.fields if model.output_schema else ()
    if not gives and outputs:
        gives = f"{len(outputs)} outputs" if len(outputs) > 1 else f"'{outputs[0].name}'"
    if takes and gives:
        return f" that maps {takes} to {gives}"
    return f" with {takes}" if takes else ""


def facts(model: ResolvedModel, record: ArtifactRecord) -> tuple[tuple[str, str], ...]:
    """Names and values; `not recorded` where the model file does not say."""
    known, golden = model.facts, model.golden
    values: dict[str, object] = {
        "Digest": f"sha256:{record.digest}",
        "Framework": " ".join(part for part in (known.framework, known.version) if part) or None,
        "Algorithm": known.algorithm,
        "Format": known.format,
        "Model file": model.model_path,
        "Features": known.feature_count,
        "Classes": json.dumps(list(known.classes), ensure_ascii=False, allow_nan=False) if known.classes else None,
        "Requires": ", ".join(known.requires) or None,
        "Scored by": _scored_by(model),
        "Use case": model.use_case,
        "Inference environment": _environment(model.inference),
        "Training environment": _environment(model.training),
        "Golden rows": f"{len(golden.inputs)}, tolerance {golden.tolerance:g}" if golden else "none",
    }
    return tuple((name, "not recorded" if value is None else str(value)) for name, value in values.items())


def safety(model: ResolvedModel, allowed: Sequence[str]) -> tuple[str, str]:
    """The verdict of the static check as a tone and a sentence."""
    if model.prebuilt:
        return "warn", "The artifact was made elsewhere. Its score.py is yours to trust; Manifact did not generate it."
    if model.facts.unknown or allowed:
        names = ", ".join(dict.fromkeys((*model.facts.unknown, *allowed)))
        return "warn", f"The model names code that the manifest allows by hand: {names}."
    if model.facts.framework in (None, "other"):
        return "warn", "Manifact does not read this format. Your score.py decides how the file is loaded."
    return "good", "The static check found only known code. The model was read without loading it."


def _scored_by(model: ResolvedModel) -> str:
    if model.prebuilt:
        return "a container" if model.prebuilt.contract == "container" else "the artifact's own score.py"
    return "your own score.py" if model.score.own else f"the generated score.py, with {model.score.method}"


def _environment(environment: CondaEnvironment | None) -> str:
    return f"{environment.path} (Python {environment.python})" if environment else "none"
