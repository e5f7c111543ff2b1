"""What torch.export.save wrote: a zip with the program as JSON."""

from __future__ import annotations

import zipfile

from compiler.diagnostics import SourceRange, failure
from compiler.frameworks.base import ModelFile
from compiler.ir import ModelFacts, Tensor
from compiler.readers.containers.archive import damaged, open_archive, read_member
from compiler.readers.containers.bounded_json import parse_mapping
from compiler.readers.containers.mapped import BadContentError
from compiler.readers.torch.devices import program_devices
from compiler.readers.torch.embedded import judge_embedded
from compiler.readers.torch.exported import read_exported

MAX_PROGRAM = 64 << 20
# Where the program lies: since PyTorch 2.8 under models/, before at the top.
PROGRAMS = ("models/model.json", "serialized_exported_program.json")


def export_facts(model: ModelFile) -> ModelFacts:
    """Facts of the program, and unknown names in the pickles that torch.export.load would load.

    Raises CompilerError: MF203 damaged, MF204 denied, MF223 code in its expressions.
    """
    with open_archive(model.path) as archive:
        unknown = judge_embedded(archive, model.path)
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
        methods=frozenset({"predict"}),
        requires=("numpy", "torch"),
        details={"schema_version": found.schema, **program_devices(text)},
        unknown=tuple(name for name in unknown if name not in model.allow),
    )


def _program(archive: zipfile.ZipFile) -> str:
    """The member with the program; PyTorch puts a folder around everything."""
    return next(name for path in PROGRAMS for name in archive.namelist() if name == path or name.endswith(f"/{path}"))


def _width(inputs: tuple[Tensor, ...]) -> int | None:
    shapes = [tensor.shape for tensor in inputs]
    return shapes[0][1] if len(shapes) == 1 and shapes[0] is not None and len(shapes[0]) == 2 else None
