"""PyTorch files around a pickle: weights (state_dict) of any age, and TorchScript."""

from __future__ import annotations

from typing import Any

from compiler.diagnostics import SourceRange, did_you_mean, failure
from compiler.frameworks.base import ModelFile
from compiler.frameworks.pytorch.operators import check_calls
from compiler.frameworks.pytorch.tensors import Stored, entries, summary, tensor_of, tensors_in
from compiler.frameworks.symbolic import distributions, native
from compiler.ir import Json, ModelFacts, Unserved
from compiler.readers.containers.archive import open_archive
from compiler.readers.pickles.values import Instance, Pairs
from compiler.readers.torch.devices import script_devices
from compiler.readers.torch.torchscript import forward_arguments
from compiler.readers.torch.torchscript_code import read_calls
from compiler.readers.torch.zip_file import read_data

_WAY_OUT = (
    "save model.state_dict() and name its class under 'spec.model.architecture', or save the model as TorchScript "
    "(torch.jit.script(model).save) or with torch.export.save"
)
_WEIGHTS = frozenset({"state_dict", "model_state_dict", "model", "net", "network", "weights"})


def torchscript_facts(model: ModelFile) -> ModelFacts:
    """The module's class and its tensors; TorchScript records neither torch's version nor input shapes."""
    with open_archive(model.path) as archive:
        pickle = read_data(archive, model.path, torchscript=True)
        constants = read_data(archive, model.path, torchscript=True, member="constants.pkl")
        called = check_calls(model, read_calls(archive, model.path))
        arguments = forward_arguments(archive)
        devices = script_devices(archive)
    root, unknown = pickle.value, dict.fromkeys(pickle.unknown, "data.pkl") | called
    unknown = dict.fromkeys(constants.unknown, "constants.pkl") | unknown
    return ModelFacts(
        framework="pytorch",
        format="torchscript",
        algorithm=root.cls.name if isinstance(root, Instance) else None,
        methods=frozenset({"predict"}),
        requires=("torch",),
        details={**summary(list(tensors_in(root))), "forward": [*arguments], **devices},
        unknown=model.not_allowed(unknown),
        places=unknown,
    )


def state_dict_facts(model: ModelFile) -> ModelFacts:
    """Facts of weights; with `unserved` for a pickled module, a training checkpoint or anything else."""
    pickle = model.pickled
    value, path = (pickle.value, []) if model.weights is None else _entry(model, pickle.value, model.weights)
    weights = _weights(value)
    if isinstance(weights, Unserved):
        return ModelFacts(
            framework="pytorch",
            format=model.format,
            algorithm=value.cls.name if isinstance(value, Instance) else None,
            requires=("torch",),
            details={**summary(list(tensors_in(value))), **_settings(value)},
            unserved=weights,
        )
    return ModelFacts(
        framework="pytorch",
        format="state_dict",
        methods=frozenset({"predict"}),
        requires=tuple(sorted({*distributions(pickle.packages), "torch"})),
        details={**summary(weights), **({"weights": [*path]} if path else {})},
        unknown=tuple(name for name in pickle.unknown if name not in model.allow),
    )


def _entry(model: ModelFile, root: Any, name: str) -> tuple[Any, list[Json]]:
    """The value under a dotted path of keys, and the keys; a key may itself hold dots. Raises CompilerError MF209."""
    found, path, left = root, list[Json](), name
    while left:
        inner = {key: value for key, value in entries(found) if isinstance(key, str)}
        key = next((key for key in sorted(inner, key=len, reverse=True) if f"{left}.".startswith(f"{key}.")), None)
        if key is None:
            shown = ", ".join([*inner][:6]) or "no entries"
            raise failure(
                "MF209",
                f"the checkpoint has no '{name}'; {f'in {path[-1]!r} ' if path else ''}there are: {shown}",
                where=SourceRange(str(model.path)),
                hint=did_you_mean(left, inner),
            )
        found, left = inner[key], left[len(key) + 1 :]
        path.append(key)
    return found, path


def _weights(root: Any) -> list[Stored] | Unserved:
    """The tensors of a state_dict, or what the file holds else."""
    if isinstance(root, Instance) and root.cls.dotted != "collections.OrderedDict":
        if tensor_of(root) is not None:
            return Unserved("a single tensor", _WAY_OUT)
        if root.cls.unknown or root.cls.module.startswith("torch."):
            module = f"a whole module ({root.cls.dotted}), which loads only by running the code it was made of"
            return Unserved(module, _WAY_OUT)
        return Unserved(f"a '{root.cls.dotted}', which is no weights", _WAY_OUT)
    found = entries(root)
    weights = [tensor for _, value in found if (tensor := tensor_of(value)) is not None]
    if not found or (len(weights) < len(found) and not _dropped(root) and not _extra_state(found)):
        keys = [str(key) for key, _ in found]
        return Unserved(_checkpoint(keys), _ways_out(keys))
    return weights


def _settings(root: Any) -> dict[str, Json]:
    """What a checkpoint says beside its tensors: the epoch, the release of a library."""
    plain = {str(key): native(value) for key, value in entries(root) if isinstance(value, bool | int | float | str)}
    return {"entries": plain} if plain else {}


def _dropped(root: Any) -> int:
    items = root.items if isinstance(root, Instance | Pairs) else None
    return items.dropped if items is not None else 0


def _extra_state(found: list[tuple[Any, Any]]) -> bool:
    """Whether everything but tensors is what modules add by `get_extra_state`, or quantized modules' settings."""
    others = [key for key, value in found if tensor_of(value) is None]
    return len(others) < len(found) and all(isinstance(key, str) and "." in key for key in others)


def _checkpoint(keys: list[str]) -> str:
    if not keys:
        return "no weights"
    inner = next((key for key in keys if key in _WEIGHTS), None)
    shown = ", ".join(keys[:6])
    return f"a training checkpoint ({shown})" + (f", of which only '{inner}' is needed" if inner else "")


def _ways_out(keys: list[str]) -> str:
    inner = next((key for key in keys if key in _WEIGHTS), None)
    return f"set 'spec.model.weights: {inner}', or {_WAY_OUT}" if inner else _WAY_OUT
