"""What a Keras configuration says of a model: inputs, outputs, and code that loading it would run.

The same JSON tree stands in `.keras` files (Keras 3) and in the attributes of `.h5` files (Keras 2 and 3).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from compiler.ir import Json, Tensor

MAX_NODES = 2_000_000


@dataclass(frozen=True, slots=True)
class KerasModel:
    """The facts of a configuration."""

    class_name: str
    """Sequential, Functional, Model, or a subclass of the user's."""
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    objects: tuple[tuple[str, str, Json], ...]
    """Module, class name and configuration of every serialized object in it."""


def read_config(config: Json) -> KerasModel:
    """The facts of a model's configuration (`class_name` and `config`)."""
    tree = config if isinstance(config, dict) else {}
    inner = _mapping(tree.get("config"))
    layers = [_mapping(layer) for layer in _items(inner.get("layers"))]
    if not layers and isinstance(tree.get("config"), list):  # Sequential of Keras before 2.2.3: the bare list of layers
        layers = [_mapping(layer) for layer in _items(tree.get("config"))]
    ends = (_ends(inner.get("input_layers")), _ends(inner.get("output_layers")))
    by_name = {_name(layer): layer for layer in layers}
    inputs = [by_name[name] for name in ends[0] if name in by_name] or layers[:1]
    outputs = [by_name[name] for name in ends[1] if name in by_name] or layers[-1:]
    return KerasModel(
        class_name=str(tree.get("class_name", "")),
        inputs=tuple(_input(layer, inner) for layer in inputs),
        outputs=tuple(_output(layer) for layer in outputs),
        objects=tuple(_objects(tree)),
    )


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _name(layer: dict[str, Any]) -> str:
    return str(_mapping(layer.get("config")).get("name", layer.get("name", "")))


def _ends(value: Any) -> list[str]:
    """Names in `input_layers`: one [name, 0, 0], a list of such, or a mapping of them."""
    if isinstance(value, dict):
        return [name for item in value.values() for name in _ends(item)]
    if not isinstance(value, list) or not value:
        return []
    if isinstance(value[0], str):
        return [value[0]]
    return [name for item in value for name in _ends(item)]


def _input(layer: dict[str, Any], model: dict[str, Any]) -> Tensor:
    config = _mapping(layer.get("config"))
    shapes = (config.get("batch_shape"), config.get("batch_input_shape"), model.get("build_input_shape"))
    shape = next((found for found in map(_shape, shapes) if found is not None), None)
    return Tensor(_name(layer), _dtype(config), shape)


def _output(layer: dict[str, Any]) -> Tensor:
    """Only a Dense layer that takes vectors tells its output's shape by itself."""
    config = _mapping(layer.get("config"))
    units = config.get("units")
    built = _shape(_mapping(layer.get("build_config")).get("input_shape"))
    flat = layer.get("class_name") == "Dense" and isinstance(units, int) and built is not None and len(built) == 2
    return Tensor(_name(layer), _dtype(config), (None, units) if flat else None)


def _shape(value: Any) -> tuple[int | None, ...] | None:
    axes = value if isinstance(value, list) else None
    if axes is None or not all(axis is None or type(axis) is int for axis in axes):
        return None
    return tuple(axes)


def _dtype(config: dict[str, Any]) -> str:
    """The dtype itself, or that of a policy; float32 is Keras's default."""
    dtype = config.get("dtype")
    if isinstance(dtype, dict):
        dtype = _mapping(dtype.get("config")).get("name")
    named = dtype if isinstance(dtype, str) else "float32"
    return "float32" if named.startswith("mixed_") else named


def _objects(tree: Json) -> Iterator[tuple[str, str, Json]]:
    stack: list[Json] = [tree]
    for _ in range(MAX_NODES):
        if not stack:
            return
        node = stack.pop()
        if isinstance(node, dict):
            if isinstance(node.get("class_name"), str):
                module = node.get("module")
                name = node.get("registered_name") or node["class_name"]
                yield (module if isinstance(module, str) else "", str(name), node.get("config"))
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)
    raise ValueError("the configuration is too large")
