"""What a `torch.export` archive says of itself, and whether its expressions are only arithmetic.

Loading evaluates text in it: sizes go through sympy's `sympify`, guards through `exec`, and operators are looked up
from the `torch` package down (PyTorch 2.13: `torch/_export/serde/serialize.py`, `torch/export/_unlift.py`). So all of
it is checked here against what `torch.export.save` writes.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from compiler.ir import Json, Tensor

# torch.export's ScalarType (schema version 8) -> numpy dtype
DTYPES = {
    1: "uint8", 2: "int8", 3: "int16", 4: "int32", 5: "int64", 6: "float16", 7: "float32", 8: "float64",
    10: "complex64", 11: "complex128", 12: "bool", 13: "bfloat16", 28: "uint16",
}  # fmt: skip
MAX_NODES = 5_000_000
MAX_EXPRESSION = 10_000
TARGET = re.compile(
    r"torch\.ops\.[a-z]\w*(?:\.\w+)+|torch\.sym_\w+|math\.\w+|_operator\.(?!attrgetter|methodcaller|call\b)\w+"
)
NAME = re.compile(r"L|[A-Z][A-Za-z]+|[a-z]+\d+|oo|int_oo|true|false")
METHODS = frozenset(("size", "stride", "storage_offset", "dim", "numel", "shape", "ndim"))
HARMLESS = (
    ast.Expression, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.Subscript, ast.Call, ast.keyword, ast.Tuple,
    ast.List, ast.Load, ast.operator, ast.unaryop, ast.boolop, ast.cmpop,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ExportedProgram:
    """The facts of an exported program."""

    version: str | None
    """PyTorch's, where it is recorded (since 2.6)."""
    schema: str | None
    """Of the archive, `8.20`."""
    class_name: str | None
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    foreign: tuple[str, ...]
    """Operators and expressions that are not what `torch.export` writes."""
    operators: dict[str, str]
    """Of PyTorch and of extensions, sorted: `aten::relu` -> the first of its nodes, by the name of what it gives."""


def read_exported(tree: Json) -> ExportedProgram:
    """The facts of a program's JSON tree; missing parts are left out."""
    root = _mapping(tree)
    module = _mapping(root.get("graph_module"))
    graph, signature = _mapping(module.get("graph")), _mapping(module.get("signature"))
    values, schema = _mapping(graph.get("tensor_values")), _mapping(root.get("schema_version"))
    version = root.get("torch_version")
    return ExportedProgram(
        version=version if isinstance(version, str) else None,
        schema=f"{schema['major']}.{schema.get('minor', 0)}" if "major" in schema else None,
        class_name=_class_name(graph),
        inputs=_named(_tensors(signature.get("input_specs"), "user_input", values), module),
        outputs=_tensors(signature.get("output_specs"), "user_output", values),
        foreign=tuple(dict.fromkeys(_foreign(root))),
        operators=dict(sorted(_operators(root).items())),
    )


def is_arithmetic(expression: str) -> bool:
    """Whether an expression only computes with sizes and symbols, so that evaluating it can do nothing else."""
    if len(expression) > MAX_EXPRESSION:
        return False
    try:
        return all(map(_is_harmless, ast.walk(ast.parse(expression.strip(), mode="eval"))))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def _is_harmless(node: ast.AST) -> bool:
    if isinstance(node, ast.Name):
        return NAME.fullmatch(node.id) is not None
    if isinstance(node, ast.Attribute):
        return node.attr in METHODS
    if isinstance(node, ast.Constant):
        return not isinstance(node.value, str) or re.fullmatch(r"[A-Za-z_]\w*", node.value) is not None
    return isinstance(node, HARMLESS)


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _tensors(specs: Any, kind: str, values: dict[str, Any]) -> tuple[Tensor, ...]:
    found = []
    for spec in _items(specs):
        argument = _mapping(_mapping(_mapping(spec).get(kind)).get("arg"))
        name = _mapping(argument.get("as_tensor")).get("name")
        if isinstance(name, str):
            found.append(_tensor(name, _mapping(values.get(name))))
    return tuple(found)


def _tensor(name: str, value: dict[str, Any]) -> Tensor:
    axes = [_mapping(size) for size in _items(value.get("sizes"))]
    sizes = [axis.get("as_int") for axis in axes]
    symbols = [_mapping(axis.get("as_expr")).get("expr_str") for axis in axes]
    dtype = value.get("dtype")
    known = DTYPES.get(dtype, "object") if isinstance(dtype, int) else "object"
    return Tensor(
        name,
        known,
        tuple(size if isinstance(size, int) else None for size in sizes),
        tuple(symbol if isinstance(symbol, str) else None for symbol in symbols),
    )


def _named(tensors: tuple[Tensor, ...], module: dict[str, Any]) -> tuple[Tensor, ...]:
    """The inputs under the names by which a caller hands them over: keys of mappings, arguments of `forward`."""
    root = next((_mapping(entry) for entry in _items(module.get("module_call_graph"))), {})
    signature = _mapping(root.get("signature"))
    arguments = [str(name) for name in _items(signature.get("forward_arg_names"))]
    try:
        tree = json.loads(str(signature.get("in_spec", "")))[1]
        names = list(_leaf_names(tree, arguments))
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        return tensors
    if len(names) != len(tensors) or len(set(names)) != len(names):
        return tensors
    return tuple(replace(tensor, name=name or tensor.name) for tensor, name in zip(tensors, names, strict=True))


def _leaf_names(tree: Any, arguments: list[str]) -> Iterator[str]:
    """Names of a call's tensors in their flat order; `tree` is the form of (positional, keyword) arguments."""
    positional, keyword = tree["children_spec"]
    for name, child in zip(arguments, positional["children_spec"], strict=False):
        yield from _names_below(child, name)
    for name, child in zip(json.loads(keyword["context"]), keyword["children_spec"], strict=True):
        yield from _names_below(child, name)


def _names_below(tree: Any, name: str) -> Iterator[str]:
    if tree["type"] is None:
        yield name
        return
    is_mapping = str(tree["type"]).endswith("ict")  # dict, OrderedDict
    keys = json.loads(tree["context"]) if is_mapping else [f"{name}_{i}" for i in range(len(tree["children_spec"]))]
    for key, child in zip(keys, tree["children_spec"], strict=True):
        yield from _names_below(child, str(key))


def _class_name(graph: dict[str, Any]) -> str | None:
    """The class at the root of a node's module stack: `L__self__,,__main__.Net;…`."""
    for node in _items(graph.get("nodes")):
        stack = _mapping(_mapping(node).get("metadata")).get("nn_module_stack")
        if isinstance(stack, str) and (found := re.match(r"[^,;]*,,([\w.]+)", stack)):
            return found[1].rpartition(".")[2]
    return None


def _foreign(root: dict[str, Any]) -> Iterator[str]:
    guards = [item for item in _items(root.get("guards_code")) if isinstance(item, str)]
    yield from (guard[:200] for guard in guards if not is_arithmetic(guard))
    stack: list[Any] = [root]
    for _ in range(MAX_NODES):
        if not stack:
            return
        node = stack.pop()
        if isinstance(node, dict):
            expression, target = node.get("expr_str"), node.get("target")
            if isinstance(expression, str) and not is_arithmetic(expression):
                yield expression[:200]
            if isinstance(target, str) and "inputs" in node and not TARGET.fullmatch(target):
                yield target[:200]
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)
    yield "a graph too large to be checked"


def _operators(root: dict[str, Any]) -> dict[str, str]:
    """The operators that nodes anywhere in the tree call, without their overloads, each with one of its nodes."""
    found, stack = dict[str, str](), [root]
    while stack:
        node: Any = stack.pop()
        if isinstance(node, dict):
            target = node.get("target")
            parts = target.split(".") if isinstance(target, str) else []
            if parts[:2] == ["torch", "ops"] and len(parts) > 3:
                found.setdefault(f"{parts[2]}::{parts[3]}", _node_name(node))
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)
    return found


def _node_name(node: dict[str, Any]) -> str:
    """A node's own name, or what it gives is called, or what it calls."""
    outputs = [_mapping(given) for output in _items(node.get("outputs")) for given in _mapping(output).values()]
    names = [node.get("name"), *(output.get("name") for output in outputs), node["target"]]
    return f"'{next(name for name in names if isinstance(name, str)):.80}'"
