"""What running a SavedModel could reach: operations off the list are code of others, a PrintV2 to a file denied."""

from __future__ import annotations

from pathlib import PurePosixPath

from compiler.frameworks.allowed import words
from compiler.frameworks.base import ModelFile
from compiler.frameworks.refused import denied
from compiler.readers.containers.mapped import BadContentError
from compiler.readers.containers.protobuf import fields, text
from compiler.readers.tensorflow.saved_model_graph import Body, Node
from compiler.readers.tensorflow.saved_model_meta import Meta
from compiler.readers.tensorflow.saved_model_paths import FILES, Paths

_PRINT = "PrintV2"
_STREAMS = frozenset(("stdout", "stderr", "log(info)", "log(warning)", "log(error)"))
_MAX_UNKNOWN = 200


def check_operations(model: ModelFile, metas: tuple[Meta, ...]) -> dict[str, str]:
    """Operations that are not known to compute alone, as `tensorflow.ReadFile`, each with its first node.

    Raises CompilerError MF204 for one that prints into a file and for assets outside of the model's folder, and
    `BadContentError`.
    """
    found: dict[str, str] = {}
    for meta in metas:
        for name in meta.files:
            _check_asset(model, name)
        found = _foreign(model, meta) | found
    return {f"tensorflow.{name}": place for name, place in found.items()}


def _check_asset(model: ModelFile, name: str) -> None:
    path = PurePosixPath(name)
    if not name or path.is_absolute() or ".." in path.parts or "://" in name:
        raise denied(model.path, f"its asset '{name:.200}' lies outside of its folder", "saved_model.pb")


def _foreign(model: ModelFile, meta: Meta) -> dict[str, str]:
    known, found = words("tensorflow/operations"), dict[str, str]()
    paths = Paths(meta.bodies, meta.names, meta.budget)
    for body in meta.bodies:
        for node in body:
            name = node.operation
            if name in known or name in found:
                continue
            if name == _PRINT:
                _check_stream(model, body, node)
            elif name not in FILES or not paths.is_own(body, node):
                found[name] = _place(body, node)
                if len(found) > _MAX_UNKNOWN:
                    raise BadContentError(f"it has more than {_MAX_UNKNOWN} operations that TensorFlow does not have")
    return found


def _check_stream(model: ModelFile, body: Body, node: Node) -> None:
    attribute = node.attributes.get("output_stream", memoryview(b""))
    streams = [text(value) for number, value in fields(attribute, body.budget) if number == 2]
    for stream in streams:
        if stream not in _STREAMS:
            raise denied(model.path, f"PrintV2 writes to '{stream:.200}'", _place(body, node))


def _place(body: Body, node: Node) -> str:
    function = f"function '{body.name:.80}', " if body.name else ""
    return f"saved_model.pb, {function}node '{node.name:.80}'"
