"""PyTorch: weights (state_dict) of any age, TorchScript, torch.export and safetensors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from compiler.diagnostics import CompilerError, failure
from compiler.frameworks.base import Framework, ModelFile
from compiler.frameworks.formats import WEIGHTS, Format, Mark, Sample
from compiler.ir import ModelFacts, ResolvedModel

if TYPE_CHECKING:
    from compiler.readers.pickles import Pickle

# torch.save before 1.6 begins with this number as a pickle of its own (torch.serialization.MAGIC_NUMBER).
_LEGACY_MAGIC = bytes.fromhex("6cfc9c46f9206aa85019")


def _is_safetensors(sample: Sample) -> bool:
    length = int.from_bytes(sample.head[:8], "little")
    return sample.codec is None and sample.head[8:9] == b"{" and 2 <= length <= sample.path.stat().st_size - 8


def _is_legacy(sample: Sample) -> bool:
    return sample.head[2:14] == b"\x8a\x0a" + _LEGACY_MAGIC


def _is_export(sample: Sample) -> bool:
    return sample.has("models/model.json") or sample.has("serialized_exported_program.json")


def _read_torch(path: Path) -> Pickle:
    from compiler.readers.torch.zip_file import read_torch

    return read_torch(path)


def _read_legacy(path: Path) -> Pickle:
    from compiler.readers.torch.legacy import read_torch_legacy

    return read_torch_legacy(path)


class PyTorch(Framework):
    """What torch.save, torch.jit.save, torch.export.save and safetensors wrote."""

    name = "pytorch"
    formats = (
        Format("torch-export", Mark.MEMBER, _is_export),
        Format("torchscript", Mark.MEMBER, lambda s: s.has("data.pkl", "constants.pkl")),
        Format("torch", Mark.MEMBER, lambda s: s.has("data.pkl"), read_pickle=_read_torch),
        Format("torch-legacy", Mark.OPENING, _is_legacy, read_pickle=_read_legacy),
        Format("safetensors", Mark.OPENING, _is_safetensors),
    )
    score_template = "pytorch/score.py.j2"
    distributions = ("torch", "pytorch")
    tolerance = 1e-5
    libraries = {"torch": "torch", "safetensors": "safetensors"}
    ways_out = {"torch": "save model.state_dict() with torch.save and name its class under 'spec.model.architecture'"}

    def facts(self, model: ModelFile) -> ModelFacts | None:
        """Facts of weights, of a TorchScript module, or of an exported program."""
        from compiler.frameworks.pytorch.facts import facts

        return facts(model)

    def refusal(self, model: ResolvedModel) -> CompilerError | None:
        """Weights need the network that they belong to."""
        form = model.facts.format
        if form in WEIGHTS and model.score.architecture is None:
            return failure(
                "MF506",
                f"the file holds weights ({form}) and not the network they belong to",
                hint="name its class with 'spec.model.architecture: {file: net.py, class: Net}'",
            )
        return None

    def score_values(self, model: ResolvedModel) -> dict[str, Any]:
        """The network's class, the entry that holds its weights, and how rows reach it."""
        from compiler.frameworks.layout import layout

        details = model.facts.details
        return {
            "architecture": model.score.architecture,
            "dtypes": [tensor.dtype for tensor in model.facts.inputs],
            "weights": details.get("weights", []),
            "weights_only": "weights" not in details,  # a checkpoint holds more than tensors
            **layout(model, ask_the_model=True),
        }


FRAMEWORK = PyTorch()
