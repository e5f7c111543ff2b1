"""What torch.export.save wrote: a zip with the program as JSON."""

from __future__ import annotations

import re
import zipfile

from compiler.diagnostics import SourceRange, failure
from compiler.frameworks.base import ModelFile
from compiler.frameworks.pytorch.operators import check_operators
from compiler.ir import ModelFacts, Tensor
from compiler.readers.containers.archive import damaged, open_archive, read_member
from compiler.readers.containers.bounded_json import MAX_MEMORY, parse_mapping
from compiler.readers.containers.mapped import BadContentError
from compiler.readers.torch.devices import program_devices
from compiler.readers.torch.embedded import judge_embedded
from compiler.readers.torch.exported import ExportedProgram, read_exported

MAX_PROGRAM = 64 << 20
# PyTorch stores the program as it is, and that of a language model has tens of megabytes: its values may take this many
# times as much.
GROWTH = 25
# Where the program lies: since PyTorch 2.8 under models/, before at the top.
PROGRAMS = ("models/model.json", "serialized_exported_program.json")


def export_facts(model: ModelFile) -> ModelFacts:
    """Facts of the program, and unknown names in what torch.export.load would load: every program and pickle.

    Raises CompilerError: MF203 damaged, MF204 denied (pickles, compiled code, operators that open files), MF223 code in
    expressions.
    """
    with open_archive(model.path) as archive:
        unknown = judge_embedded(archive, model.path)
        name = _program(archive)
        found = _judged(model, archive, name, unknown)
        devices = program_devices(read_member(archive, name, MAX_PROGRAM))
        for other in archive.namelist():
            if other != name and re.search(r"(?:^|/)models/[^/]*\.json$", other, re.IGNORECASE):
                _judged(model, archive, other, unknown)
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
        details={"schema_version": found.schema, **devices},
        unknown=model.not_allowed(unknown),
        places=unknown,
    )


def _judged(model: ModelFile, archive: zipfile.ZipFile, name: str, unknown: dict[str, str]) -> ExportedProgram:
    """One program of the archive; its unknown operators are added."""
    try:
        memory = max(MAX_MEMORY, GROWTH * archive.getinfo(name).compress_size)
        found = read_exported(parse_mapping(read_member(archive, name, MAX_PROGRAM), memory=memory))
    except BadContentError as error:
        raise damaged(model.path, f"'{name}': {error}") from error
    if found.foreign:
        raise failure(
            "MF223",
            f"loading the archive would evaluate '{found.foreign[0]}', which torch.export does not write",
            where=SourceRange(str(model.path)),
            hint="export the model again from a clean program",
        )
    unknown |= check_operators(model, {operator: f"{name}, node {node}" for operator, node in found.operators.items()})
    return found


def _program(archive: zipfile.ZipFile) -> str:
    """The member with the program; PyTorch puts a folder around everything."""
    return next(name for path in PROGRAMS for name in archive.namelist() if name == path or name.endswith(f"/{path}"))


def _width(inputs: tuple[Tensor, ...]) -> int | None:
    shapes = [tensor.shape for tensor in inputs]
    return shapes[0][1] if len(shapes) == 1 and shapes[0] is not None and len(shapes[0]) == 2 else None
