"""What a Keras configuration says of a model: inputs, outputs, and code that loading it would run.

The same JSON tree stands in `.keras` files (Keras 3) and in the attributes of `.h5` files (Keras 2 and 3).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from compiler.ir import Json, Tensor
from compiler.readers.containers.bounded_json import parse_json
from compiler.readers.containers.mapped import BadContentError

MAX_NODES = 2_000_000
MAX_DEPTH = 2_000


@dataclass(frozen=True, slots=True)
class KerasModel:
    """The facts of a configuration."""

    class_name: str
    """Sequential, Functional, Model, or a subclass of the user's."""
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]


@dataclass(frozen=True, slots=True)
class KerasObject:
    """One serialized class or function, as it stands in a configuration."""

    place: str
    """Where: `config.layers[3].config.activation`."""
    module: str
    name: str
    """Its class; `function` for a function, whose name is the configuration."""
    registered: str
    """The name under which it is registered, "" where there is none."""
    config: Json


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


def objects(tree: Json, place: str = "") -> Iterator[KerasObject]:
    """Every serialized object in a tree, those in JSON text within it too. Raises ValueError for a tree too large."""
    keys: list[str] = [place]
    waiting: list[Iterator[tuple[str, Json]]] = [iter([("", tree)])]
    count = 0
    while waiting:
        entry = next(waiting[-1], None)
        if entry is None:
            waiting.pop()
            keys.pop()
            continue
        count += 1
        if count > MAX_NODES or len(waiting) > MAX_DEPTH:
            raise ValueError("the configuration is too large")
        key, node = entry
        node = _parsed(node) if isinstance(node, str) else node
        if isinstance(node, dict | list):
            keys.append(key)
            if isinstance(node, dict) and isinstance(node.get("class_name"), str):
                yield _object("".join(keys).strip("."), node)
            waiting.append(_children(node))


def _children(node: dict[str, Json] | list[Json]) -> Iterator[tuple[str, Json]]:
    if isinstance(node, dict):
        return ((f".{key:.40}", value) for key, value in node.items())
    return ((f"[{number}]", value) for number, value in enumerate(node))


def _parsed(text: str) -> Json:
    """The tree in a text that is JSON; other texts as they are."""
    if not text.lstrip().startswith(("{", "[")):
        return text
    try:
        return parse_json(text.encode("utf-8", "surrogatepass"))
    except BadContentError:
        return text


def _object(place: str, node: dict[str, Any]) -> KerasObject:
    module, registered, name = node.get("module"), node.get("registered_name"), str(node["class_name"])
    if name == "__typespec__":
        name = str(node.get("spec_name"))
    return KerasObject(
        place=place,
        module=module if isinstance(module, str) else "",
        name=name,
        registered=registered if isinstance(registered, str) else "",
        config=node.get("config"),
    )
