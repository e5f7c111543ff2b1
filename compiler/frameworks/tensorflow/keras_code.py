"""Code that loading a Keras configuration would import or run: refused, or unknown until the user vouches for it."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from compiler.diagnostics import SourceRange, failure
from compiler.frameworks.base import ModelFile
from compiler.ir import Json

# Keras modules whose functions only compute; others (`keras.utils.get_file`) reach outside.
FUNCTIONS = ("activations", "constraints", "initializers", "losses", "metrics", "ops", "regularizers")
# A PyTorch module inside is a pickle that Keras loads.
PICKLES = frozenset(("TorchModuleWrapper",))


def check_code(model: ModelFile, objects: Iterable[tuple[str, str, Json]]) -> tuple[str, ...]:
    """Dotted names of classes and functions that are not Keras's own, sorted.

    `objects`: module, class name and configuration of each. Raises CompilerError MF221 for bytecode, pickles and the
    standard library.
    """
    unknown = set()
    for module, name, config in objects:
        if name == "__lambda__" or (name == "Lambda" and _is_bytecode(config)):
            raise _refused(model, "a Lambda layer holds Python bytecode")
        if name in PICKLES:
            raise _refused(model, f"the layer {name} holds a pickle")
        if module.split(".", 1)[0] in sys.stdlib_module_names:
            raise _refused(model, f"it refers to '{module}.{name}' of the standard library")
        dotted = f"{module}.{config}" if name == "function" and isinstance(config, str) else f"{module}.{name}"
        if not _is_own(module, name, config):
            unknown.add(dotted.strip(".").replace(">", "."))
    return tuple(sorted(unknown))


def _is_bytecode(config: Json) -> bool:
    """Keras 2 keeps the function as a list [code, defaults, closure], Keras 3 as an object of class `__lambda__`."""
    return isinstance(config, dict) and isinstance(config.get("function"), list)


def _is_own(module: str, name: str, config: Json) -> bool:
    if ">" in name:  # Package>Class: registered by the user
        return False
    if name == "function" and isinstance(config, str):
        parts = module.split(".")
        return module == "" or (parts[0] == "keras" and any(part in FUNCTIONS for part in parts[1:]))
    # Keras 2, and .h5 files of Keras 3, name no module for their own layers.
    return module == "" or module.split(".", 1)[0] in {"keras", "tf_keras", "tensorflow"}


def _refused(model: ModelFile, why: str) -> Exception:
    return failure("MF221", f"the model cannot be taken: {why}", where=SourceRange(str(model.path)))
