"""safetensors files: weights without anything else."""

from __future__ import annotations

import math

from compiler.frameworks.base import ModelFile
from compiler.ir import ModelFacts
from compiler.readers.containers.mapped import mapped
from compiler.readers.safetensors import read_safetensors


def safetensors_facts(model: ModelFile) -> ModelFacts:
    """Facts of a safetensors file: names and shapes of the weights, not what they belong to. Raises MF203."""
    with mapped(model.path) as data:
        found = read_safetensors(data)
    total = sum(math.prod(shape) for _, shape in found.tensors.values())
    return ModelFacts(
        framework="pytorch",
        format=model.format,
        methods=frozenset({"predict"}),
        requires=("numpy", "safetensors", "torch"),
        details={"tensors": len(found.tensors), "parameters": total, **found.metadata},
    )
