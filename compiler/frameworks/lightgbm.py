"""LightGBM: boosters saved as text, and pickled sklearn-API models."""

from __future__ import annotations

from compiler.frameworks.base import ModelFile
from compiler.ir import ModelFacts
from compiler.readers.lightgbm_model import LightgbmModel, read_lightgbm
from compiler.readers.mapped import mapped


class LightGBM:
    """Facts of LightGBM models; the trees are never looked at."""

    name = "lightgbm"
    formats = frozenset(("lightgbm-text",))
    score_template = "score/lightgbm.py.j2"

    def facts(self, model: ModelFile) -> ModelFacts | None:
        """What the file says of itself. Raises CompilerError MF203 when it is damaged."""
        with mapped(model.path) as data:
            return booster_facts(read_lightgbm(data), model.format)


def booster_facts(model: LightgbmModel, format_: str) -> ModelFacts:
    """Facts of what `read_lightgbm` returned, from a file or from the text inside a pickled Booster.

    The text records no class labels: a booster answers with probabilities, one a class.
    """
    return ModelFacts(
        framework="lightgbm",
        format=format_,
        algorithm="Booster",
        hyperparameters=model.parameters or {"objective": model.header.get("objective")},
        feature_names=tuple(model.header["feature_names"].split(" ")),
        feature_count=int(model.header["max_feature_idx"]) + 1,
        methods=frozenset(("predict",)),
        requires=("lightgbm", "numpy"),
        details={"format_version": model.header.get("version")},
    )
