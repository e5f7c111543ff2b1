"""PyTorch files around a pickle: weights (state_dict) of any age, and TorchScript."""

from __future__ import annotations

from typing import Any

from compiler.diagnostics import CompilerError, SourceRange, failure
from compiler.frameworks.base import ModelFile
from compiler.frameworks.pytorch.operators import check_calls
from compiler.frameworks.pytorch.tensors import Stored, entries, summary, tensor_of, tensors_in
from compiler.frameworks.symbolic import distributions
from compiler.ir import ModelFacts
from compiler.readers.containers.archive import open_archive
from compiler.readers.pickles.values import TRUNCATED, Instance
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
        called = check_calls(model, read_calls(archive, model.path))
        arguments = forward_arguments(archive)
    root = pickle.value
    return ModelFacts(
        framework="pytorch",
        format="torchscript",
        algorithm=root.cls.name if isinstance(root, Instance) else None,
        methods=frozenset({"predict"}),
        requires=("torch",),
        details={**summary(list(tensors_in(root))), "forward": [*arguments]},
        unknown=tuple(name for name in sorted({*pickle.unknown, *called}) if name not in model.allow),
    )


def state_dict_facts(model: ModelFile) -> ModelFacts:
    """Facts of weights. Raises CompilerError: MF209 for a pickled module or a training checkpoint."""
    pickle = model.pickled
    weights = _weights(model, pickle.value)
    return ModelFacts(
        framework="pytorch",
        format="state_dict",
        methods=frozenset({"predict"}),
        requires=tuple(sorted({*distributions(pickle.packages), "torch"})),
        details=summary(weights),
        unknown=tuple(name for name in pickle.unknown if name not in model.allow),
    )


def _weights(model: ModelFile, root: Any) -> list[Stored]:
    """The tensors of a state_dict. Raises CompilerError MF209 when the file holds something else."""
    if isinstance(root, Instance) and root.cls.dotted != "collections.OrderedDict":
        if tensor_of(root) is not None:
            raise _unserved(model, "a single tensor")
        raise _unserved(
            model, f"a whole module ({root.cls.dotted}), which loads only by running the code it was made of"
        )
    found = entries(root)
    weights = [tensor for _, value in found if (tensor := tensor_of(value)) is not None]
    if not found or (len(weights) < len(found) and found[-1][0] is not TRUNCATED and not _extra_state(found)):
        raise _unserved(model, _checkpoint([str(key) for key, _ in found]))
    return weights


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


def _unserved(model: ModelFile, what: str) -> CompilerError:
    where = SourceRange(str(model.path))
    return failure("MF209", f"the file holds {what}, not weights that can be served", where=where, hint=_WAY_OUT)
