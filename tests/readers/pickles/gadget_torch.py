"""Programs loaded as files of torch: with storages beside the pickle, and an eye on whose objects are made."""

from __future__ import annotations

import io
import pickle
import sys
from typing import Any

import torch

OWN = frozenset({"torch", "numpy", "gadget_probe", *sys.stdlib_module_names, "__builtin__", "copy_reg"})
"""Packages whose objects belong in a file of torch."""


class ForeignError(OSError):
    """A file of torch names an object of another library."""


class Unpickler(pickle.Unpickler):
    """torch's own, without its list of allowed names."""

    def find_class(self, module: str, name: str) -> Any:
        if module.split(".", 1)[0] not in OWN:
            raise ForeignError(module)
        return super().find_class(module, name)

    def persistent_load(self, _: Any) -> Any:
        return torch.FloatStorage([1.0, 2.0, 3.0, 4.0])


def loads(program: bytes) -> Any:
    """The object that a program makes."""
    return Unpickler(io.BytesIO(program)).load()
