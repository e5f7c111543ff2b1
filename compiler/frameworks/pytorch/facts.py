"""PyTorch: weights (state_dict) of any age, TorchScript, torch.export and safetensors."""

from __future__ import annotations

from compiler.frameworks.base import ModelFile
from compiler.ir import ModelFacts


def facts(model: ModelFile) -> ModelFacts | None:
    """Facts of weights, of a TorchScript module, or of an exported program.

    Raises CompilerError: MF209 for a pickled module or a training checkpoint, MF203, MF204, MF206, MF223.
    """
    if model.format == "safetensors":
        from compiler.frameworks.pytorch.safetensors_files import safetensors_facts

        return safetensors_facts(model)
    if model.format == "torch-export":
        from compiler.frameworks.pytorch.exports import export_facts

        return export_facts(model)
    from compiler.frameworks.pytorch.pickles import state_dict_facts, torchscript_facts

    return torchscript_facts(model) if model.format == "torchscript" else state_dict_facts(model)
