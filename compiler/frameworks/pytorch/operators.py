"""What loading and running TorchScript or an exported program could reach: operators off a list, or into files."""

from __future__ import annotations

from functools import cache

from compiler.frameworks.allowed import words
from compiler.frameworks.base import ModelFile
from compiler.frameworks.refused import denied
from compiler.readers.torch.torchscript_code import Calls

# Operators that open files, by every name they can be reached under.
_ACT = frozenset(("save", "from_file"))
_CLASSES = ("quantized.", "rnn.", "xnnpack.", "sparse.")
# Methods of compiled classes on that list, and of what TorchScript has beside operators.
_METHODS = frozenset((
    "__getstate__", "__init__", "__new__", "__setstate__", "bias", "dilation", "groups", "output_padding", "padding",
    "stride", "transpose", "unpack", "weight",
))  # fmt: skip
# What TorchScript knows without a dot, and its keywords where a bracket follows.
_BUILTINS = frozenset((
    "abs", "all", "and", "annotate", "any", "assert", "awaitable", "bin", "bool", "chr", "complex", "del", "dict",
    "divmod", "elif", "enumerate", "filter", "float", "fork", "for", "getattr", "hasattr", "hash", "hex", "if", "in",
    "int", "is", "isinstance", "len", "list", "max", "min", "not", "oct", "or", "ord", "pow", "print", "raise",
    "range", "return", "round", "set", "sorted", "str", "sum", "super", "tuple", "unchecked_cast",
    "unchecked_unwrap_optional", "uninitialized", "while", "with", "zip",
))  # fmt: skip


@cache
def _names() -> frozenset[str]:
    """Operators on the list without their namespaces: as methods they are called so."""
    return frozenset(word.partition("::")[2] for word in words("pytorch/operators"))


def check_operators(model: ModelFile, operators: dict[str, str]) -> dict[str, str]:
    """Operators (`aten::relu` -> place) that are not on the list, as `torch.ops.image.read_file` -> place.

    Raises CompilerError MF204 for those that open files.
    """
    for name, place in operators.items():
        if name.rpartition("::")[2] in _ACT:
            raise denied(model.path, f"its code calls '{name.rpartition('::')[2]}', which opens a file", place)
    listed = words("pytorch/operators")
    return {f"torch.ops.{name.replace('::', '.')}": at for name, at in operators.items() if name not in listed}


def check_calls(model: ModelFile, calls: Calls) -> dict[str, str]:
    """Operators and classes that are on no list, as `torch.ops.image.read_file`, each with its first line.

    Raises CompilerError MF204 for operators that open files, however they are reached.
    """
    unknown = check_operators(model, calls.operators)
    check_operators(model, {f"aten::{name}": place for name, place in calls.attributes.items()})
    known = _names() | calls.defined | _METHODS
    unknown |= {f"torch.ops.aten.{name}": at for name, at in calls.methods.items() if name not in known}
    unknown |= {f"torch.{name}": at for name, at in calls.builtins.items() if name not in _BUILTINS | calls.defined}
    unknown |= {f"torch.classes.{name}": at for name, at in calls.classes.items() if not name.startswith(_CLASSES)}
    return unknown
