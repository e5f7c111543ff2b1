"""PyTorch files without a pickle: `torch.export` archives and safetensors."""

from __future__ import annotations

import math
import zipfile

from compiler.diagnostics import SourceRange, failure
from compiler.frameworks.base import ModelFile
from compiler.ir import ModelFacts, Tensor
from compiler.readers.archive import damaged, open_archive, read_member
from compiler.readers.bounded_json import parse_mapping
from compiler.readers.mapped import BadContentError, mapped
from compiler.readers.safetensors import read_safetensors
from compiler.readers.torch_export import read_exported

MAX_PROGRAM = 64 << 20
# Where the program lies: since PyTorch 2.8 under models/, before at the top.
PROGRAMS = ("models/model.json", "serialized_exported_program.json")
PREDICT = frozenset(("predict",))


def export_facts(model: ModelFile) -> ModelFacts:
    """Facts of a `torch.export` archive. Raises CompilerError: MF203 damaged, MF223 code in its expressions."""
    with open_archive(model.path) as archive:
        name = _program(archive)
        text = read_member(archive, name, MAX_PROGRAM)
    try:
        found = read_exported(parse_mapping(text))
    except BadContentError as error:
        raise damaged(model.path, f"'{name}': {error}") from error
    if found.foreign:
        raise failure(
            "MF223",
            f"loading the archive would evaluate '{found.foreign[0]}', which torch.export does not write",
            where=SourceRange(str(model.path)),
            hint="export the model again from a clean program",
        )
    return ModelFacts(
        framework="pytorch",
        format=model.format,
        version=found.version,
        algorithm=found.class_name,
        feature_count=_width(found.inputs),
        inputs=found.inputs,
        outputs=found.outputs,
        methods=PREDICT,
        requires=("numpy", "torch"),
        details={"schema_version": found.schema},
    )


def safetensors_facts(model: ModelFile) -> ModelFacts:
    """Facts of a safetensors file: names and shapes of the weights, not what they belong to. Raises MF203."""
    with mapped(model.path) as data:
        found = read_safetensors(data)
    total = sum(math.prod(shape) for _, shape in found.tensors.values())
    return ModelFacts(
        framework="pytorch",
        format=model.format,
        methods=PREDICT,
        requires=("numpy", "safetensors", "torch"),
        details={"tensors": len(found.tensors), "parameters": total, **found.metadata},
    )


def _program(archive: zipfile.ZipFile) -> str:
    """The member with the program; PyTorch puts a folder around everything."""
    return next(name for path in PROGRAMS for name in archive.namelist() if name == path or name.endswith(f"/{path}"))


def _width(inputs: tuple[Tensor, ...]) -> int | None:
    shapes = [tensor.shape for tensor in inputs]
    return shapes[0][1] if len(shapes) == 1 and shapes[0] is not None and len(shapes[0]) == 2 else None
