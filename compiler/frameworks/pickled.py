"""What pickled models of every framework share: format, requirements, unknown code, and the bytes inside."""

from __future__ import annotations

from compiler.frameworks.base import ModelFile
from compiler.frameworks.symbolic import distributions
from compiler.ir import Need
from compiler.readers.pickles.values import Blob, Instance

# What NumPy 1.26 has under its new name as well, so that it reads most pickles of NumPy 2 (its 1.26.4 wheel).
_NUMPY_STUBS = frozenset(
    f"numpy._core{name}" for name in ("", ".multiarray", ".umath", "._multiarray_umath", "._internal", "._dtype")
)


def root_of(model: ModelFile, package: str) -> Instance | None:
    """The object at the root of a pickle when its class belongs to `package`, else None."""
    root = model.pickled.value
    return root if isinstance(root, Instance) and root.cls.module.split(".", 1)[0] == package else None


def format_of(model: ModelFile) -> str:
    """`joblib` or `pickle` for what the sniffer calls a pickle; other formats as they are."""
    return model.format if model.format != "pickle" else "joblib" if model.is_joblib else "pickle"


def requires(model: ModelFile, *always: str) -> tuple[str, ...]:
    """Distributions that loading the file needs, sorted; `always` are those that its classes import themselves."""
    joblib = {"joblib"} if format_of(model) == "joblib" else set()
    return tuple(sorted({*distributions(model.pickled.packages), *joblib, *always}))


def unknown(model: ModelFile) -> tuple[str, ...]:
    """Dotted names of unknown code that the user has not allowed; nobody can allow what lies in `__main__`."""
    allowed = {name for name in model.allow if not name.startswith("__main__.")}
    return tuple(name for name in model.pickled.unknown if name not in allowed)


def needs(model: ModelFile) -> tuple[Need, ...]:
    """The releases of numpy that the names in the pickle ask for."""
    own = {name for name in model.pickled.modules if name.startswith("numpy.")}
    new = {name for name in own if name.startswith("numpy._core")}
    if new:
        beyond = sorted(new - _NUMPY_STUBS)
        reason = f"the pickle was written with NumPy 2: it names {(beyond or sorted(new))[0]}"
        return (Need("numpy", ">=2", reason, bool(beyond)), *(() if beyond else (Need("numpy", ">=1.26.1", reason),)))
    old = sorted(name for name in own if name.startswith("numpy.core"))
    reason = f"the pickle was written with NumPy 1: it names {old[0]}" if old else ""
    return (Need("numpy", "<2", reason, required=False),) if old else ()


def raw_model(root: Instance, attribute: str) -> bytes | memoryview | None:
    """The serialized model that a Booster, or an estimator's `_Booster`, keeps; None when it was skipped."""
    booster = root if root.cls.name == "Booster" else root.attributes().get("_Booster")
    value = booster.attributes().get(attribute) if isinstance(booster, Instance) else None
    return _bytes(value)


def _bytes(value: object) -> bytes | memoryview | None:
    """Bytes as the protocols write them: as they are, or below 3 as text that is encoded in Latin-1 again."""
    if isinstance(value, Instance) and isinstance(value.arguments, tuple) and value.arguments:
        inner = _bytes(value.arguments[0])
        if inner is None or value.cls.dotted != "_codecs.encode":
            return inner
        return str(inner, "utf-8", "replace").encode("latin-1", "replace")
    if isinstance(value, Blob):
        return value.data
    if isinstance(value, str):
        return value.encode("utf-8", "replace")
    return value if isinstance(value, bytes) else None
