"""TensorFlow and Keras: `.keras` and `.h5` files, SavedModel folders."""

from __future__ import annotations

from typing import Any

from compiler.frameworks.base import Framework, ModelFile
from compiler.frameworks.formats import Format, Mark
from compiler.ir import ModelFacts, ResolvedModel

# Keras tells a file's format by these endings.
_ENDINGS = {"keras": ".keras", "h5": ".h5"}
_SAVE = "save it with model.save('model.keras')"


class TensorFlow(Framework):
    """What Keras 2 and 3 and TensorFlow wrote."""

    name = "tensorflow"
    formats = (
        Format("savedmodel", Mark.STRUCTURE, lambda s: s.has("saved_model.pb"), directory=True),
        Format("keras", Mark.STRUCTURE, lambda s: s.has("config.json", "metadata.json")),
        Format("h5", Mark.OPENING, lambda s: s.head.startswith(b"\x89HDF\r\n\x1a\n")),
    )
    score_template = "tensorflow/score.py.j2"
    distributions = ("tensorflow", "tensorflow-cpu")
    tolerance = 1e-5
    libraries = {"tensorflow": "tensorflow", "tensorflow-cpu": "tensorflow", "keras": "keras"}
    ways_out = {"keras": _SAVE, "tensorflow": _SAVE}

    def facts(self, model: ModelFile) -> ModelFacts | None:
        """Facts of a Keras model or a SavedModel."""
        from compiler.frameworks.tensorflow.facts import facts

        return facts(model)

    def score_values(self, model: ResolvedModel) -> dict[str, Any]:
        """How rows reach the model, and the name that Keras must see where the file's own would not tell its format."""
        from compiler.frameworks.layout import layout

        ending = _ENDINGS.get(model.facts.format, "")
        return {"linked": "" if model.model_path.endswith(ending) else f"model{ending}", **layout(model)}


FRAMEWORK = TensorFlow()
