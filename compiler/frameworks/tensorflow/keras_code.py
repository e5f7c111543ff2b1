"""Code that loading a Keras configuration would import or run: refused, or unknown until the user vouches for it."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterable, Iterator

from compiler.diagnostics import CompilerError, SourceRange, failure
from compiler.frameworks.allowed import words
from compiler.frameworks.base import ModelFile
from compiler.frameworks.refused import denied
from compiler.readers.containers.bounded_json import parse_mapping
from compiler.readers.containers.mapped import BadContentError
from compiler.readers.tensorflow.keras_config import KerasObject

_KERAS = frozenset(("keras", "tf_keras", "tensorflow"))
# Parts of a module's name that say nothing of what is in it, and the modules that hold what models are made of.
_SHELLS = frozenset(("src", "api", "_v1", "_v2", "v1", "v2", "python", "keras", "_tf_keras", "legacy", "compat"))
_MODULES = frozenset((
    "activations", "constraints", "dtype_policies", "engine", "experimental", "initializers", "layers", "losses",
    "metrics", "mixed_precision", "models", "ops", "optimizers", "premade_models", "quantizers", "random",
    "regularizers", "trainers",
))  # fmt: skip
# Layers that load another program, and layers that read a vocabulary when it is a path.
_LOADERS = frozenset(("TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"))
_VOCABULARIES = frozenset(("StringLookup", "IntegerLookup", "TextVectorization", "IndexLookup"))
_TENSOR_FUNCTIONS = frozenset(("TFOpLambda", "SlicingOpLambda"))
# Keras 2.11 and later register their own optimizers as if a user had.
_CUSTOM = "Custom>"
_LAMBDA, _ANONYMOUS = "__lambda__", "<lambda>"


def check_code(model: ModelFile, objects: Iterable[KerasObject]) -> dict[str, str]:
    """Dotted names of classes and functions that are neither Keras's own nor harmless, each with its first place.

    Raises CompilerError: MF221 for bytecode, MF204 for what loads other files or programs, and the standard library.
    """
    unknown: dict[str, str] = {}
    for found in objects:
        if _has_bytecode(found):
            raise _bytecode(model, found)
        if why := _acts(found):
            raise denied(model.path, why, found.place)
        for name in _unknown(found):
            unknown.setdefault(name, found.place)
    return unknown


def check_record(objects: Iterable[KerasObject]) -> dict[str, str]:
    """Likewise for what Keras 2 records beside a graph that is served without it: only Keras itself would load it.

    So names of classes do not matter, and what would act is code of others.
    """
    unknown: dict[str, str] = {}
    for found in objects:
        if _has_bytecode(found):
            unknown.setdefault("keras.layers.Lambda", found.place)
        elif _acts(found) and found.name not in _VOCABULARIES:
            unknown.setdefault(_dotted(found), found.place)
        for name in _tensor_functions(found):
            unknown.setdefault(name, found.place)
    return unknown


def _bytecode(model: ModelFile, found: KerasObject) -> CompilerError:
    why = f"the model cannot be taken: a Lambda layer holds Python bytecode ({found.place})"
    return failure("MF221", why, where=SourceRange(str(model.path)))


def _has_bytecode(found: KerasObject) -> bool:
    """Keras 2 keeps a function as a list [code, defaults, closure], Keras 3 as an object of class `__lambda__`."""
    if _LAMBDA in {found.name, found.registered} or _ANONYMOUS in (found.config, found.registered):
        return True
    if found.name != "Lambda" or not isinstance(found.config, dict):
        return False
    settings = found.config
    kinds = [settings.get(f"{key}_type") for key in ("function", "output_shape", "mask")]
    listed = [value for key in ("function", "output_shape", "mask") if isinstance(value := settings.get(key), list)]
    return "lambda" in kinds or any(value and isinstance(value[0], str) for value in listed)


def _acts(found: KerasObject) -> str | None:
    """Why an object is denied; None when it is not."""
    if _LOADERS.intersection((found.name, found.registered)):
        return f"the layer {found.name} loads another program"
    vocabulary = found.config.get("vocabulary") if isinstance(found.config, dict) else None
    if isinstance(vocabulary, str) and found.name in _VOCABULARIES:
        return f"the layer {found.name} reads the file '{vocabulary:.200}' while the model loads"
    top, name = found.module.split(".", 1)[0], f"{found.module}.{_name(found)}"
    if top == "builtins":
        return None if _is_function(found) and found.config not in _BUILTINS else f"it refers to '{name}'"
    if top in sys.stdlib_module_names:
        return f"it refers to '{name}' of the standard library"
    outside = top in _KERAS and not _module_of_models(found.module)
    return f"it refers to '{name}', which is no part of a model" if outside else None


_BUILTINS = frozenset(dir(builtins)) - words("tensorflow/keras-functions")


def _module_of_models(module: str) -> bool:
    inner = [part for part in module.split(".")[1:] if part not in _SHELLS]
    return not inner or inner[0] in _MODULES


def _is_function(found: KerasObject) -> bool:
    return found.name == "function" and isinstance(found.config, str)


def _unknown(found: KerasObject) -> Iterator[str]:
    """Names in an object that are on none of the lists."""
    top = found.module.split(".", 1)[0]
    known = top in _KERAS | {"", "builtins"} and _is_listed(found)
    if not known or (found.registered and not _is_plain(found)):
        yield _dotted(found)
    if found.name == "Lambda" and isinstance(found.config, dict) and isinstance(found.config.get("function"), str):
        name = str(found.config["function"])
        if name not in words("tensorflow/keras-functions"):
            yield f"{found.config.get('module') or ''}.{name}".strip(".")
    yield from _tensor_functions(found)


def _tensor_functions(found: KerasObject) -> Iterator[str]:
    if found.name in _TENSOR_FUNCTIONS:
        function = str(found.config.get("function")) if isinstance(found.config, dict) else ""
        if function not in words("tensorflow/functions"):
            yield f"tensorflow.{function}"


def _is_listed(found: KerasObject) -> bool:
    if _is_function(found):
        return found.config in words("tensorflow/keras-functions")
    if found.name == "TensorFlowOpLayer":
        return _operation(found) in words("tensorflow/operations")
    return (
        found.name.removeprefix(_CUSTOM) in words("tensorflow/keras-classes")
        or found.name == "Lambda"
        or found.name in _TENSOR_FUNCTIONS
    )


def _is_plain(found: KerasObject) -> bool:
    """Whether the name under which an object is registered says the same as its class."""
    known = {found.name, found.config if _is_function(found) else None, f"{_CUSTOM}{found.name}"}
    return found.registered in known or found.registered in words("tensorflow/keras-classes")


def _operation(found: KerasObject) -> str:
    """The operation that a TensorFlowOpLayer of TensorFlow 2.0 to 2.3 holds as JSON."""
    node = found.config.get("node_def") if isinstance(found.config, dict) else None
    try:
        return str(parse_mapping(node.encode()).get("op")) if isinstance(node, str) else ""
    except BadContentError:
        return ""


def _name(found: KerasObject) -> str:
    return str(found.config) if _is_function(found) else found.name


def _dotted(found: KerasObject) -> str:
    name = _name(found)
    registered = found.registered if found.registered and not _is_plain(found) else ""
    module = "" if found.module == "builtins" and name not in _BUILTINS else found.module
    return f"{module}.{(registered or name).replace('>', '.')}".strip(".")
