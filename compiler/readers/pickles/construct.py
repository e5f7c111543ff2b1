"""What REDUCE, NEWOBJ and BUILD may do: describe objects of known classes, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from compiler.readers.pickles.arrays import count_of, dtype_of
from compiler.readers.pickles.faults import Denied, Malformed
from compiler.readers.pickles.values import FORGOTTEN, TRUNCATED, Bag, Blob, Global, Instance, Listing, Pairs

WRAPPERS = frozenset(
    {"joblib.numpy_pickle.NumpyArrayWrapper", "sklearn.externals.joblib.numpy_pickle.NumpyArrayWrapper"}
)
# cloudpickle names the types of code objects this way and then calls what it got.
_BUILTIN_TYPE = frozenset({"cloudpickle.cloudpickle._builtin_type", "cloudpickle._builtin_type"})


def new_object(cls: Any, arguments: Any) -> Instance:
    """NEWOBJ: `cls.__new__(cls, *arguments)`. Raises Denied when `cls` is not a class of the index or unknown."""
    if _from_unknown(cls):
        return Instance(_skeleton(cls), arguments)
    if not isinstance(cls, Global):
        raise Denied("it makes an object of a class that is itself computed")
    if cls.kind not in {"class", "unknown"}:
        raise Denied(f"it makes an object of '{cls.dotted}', which is not a class")
    if not isinstance(arguments, tuple):
        raise Malformed("the arguments of a new object are not a tuple")
    return Instance(cls, arguments)


def reduce_(function: Any, arguments: Any) -> Any:
    """REDUCE: `function(*arguments)`. Raises Denied unless `function` is a known reconstructor, or unknown."""
    if _from_unknown(function):
        return Instance(function.cls, arguments)
    if not isinstance(function, Global):
        raise Denied("it calls something that is itself computed")
    if not isinstance(arguments, tuple):
        raise Malformed("the arguments of a call are not a tuple")
    if not function.reconstructor:
        raise Denied(f"it calls '{function.dotted}', which no pickler does")
    if check := _CHECKS.get(function.dotted):
        return check(function, arguments)
    return Instance(function, arguments)


def _from_unknown(value: Any) -> bool:
    """Whether unknown code made a value, as cloudpickle makes classes: what that does is unknown code too."""
    return isinstance(value, Instance) and value.cls.kind == "unknown"


def _skeleton(made: Instance) -> Global:
    """The class that cloudpickle's `_make_skeleton_class(metaclass, name, bases, …)` makes, else what made it."""
    arguments = made.arguments if isinstance(made.arguments, tuple) else ()
    if made.cls.name == "_make_skeleton_class" and len(arguments) > 1 and isinstance(arguments[1], str):
        return Global(made.cls.module, arguments[1], "unknown", reconstructor=True)
    return made.cls


def build(target: Any, state: Any) -> None:
    """BUILD: `target.__setstate__(state)` or its `__dict__`. Raises Denied when `target` is not an object just made."""
    if not isinstance(target, Instance):
        what = f"'{target.dotted}'" if isinstance(target, Global) else "something that is no object"
        raise Denied(f"it gives a state to {what}")
    if target.state is not None:
        raise Denied(f"it gives a second state to a '{target.cls.dotted}'")
    target.state = state
    if target.cls.dotted == "numpy.dtype":
        dtype_of(target)  # a dtype that lies makes numpy take bytes of the file for pointers
    elif target.cls.name in {"_reconstruct", "_mareconstruct"}:
        _check_array(state)


def _check_array(state: Any) -> None:
    """ndarray.__setstate__: (version, shape, dtype, Fortran order, data), of masked arrays also mask and fill value."""
    if not isinstance(state, tuple) or len(state) not in {5, 7}:
        raise Denied("an array's state is not what numpy writes")
    dtype, count, data = dtype_of(state[2]), count_of(state[1]), state[4]
    if isinstance(data, Listing) != dtype.objects or data is FORGOTTEN:
        raise Denied("an array of objects is stored as bytes, or one of numbers as objects")
    length = data.length if isinstance(data, Listing | Blob) else len(data) if isinstance(data, bytes) else None
    if length is not None and length != count * (1 if dtype.objects else dtype.itemsize):
        raise Denied("an array's data are longer or shorter than its shape")


def _reconstructor(_: Global, arguments: tuple[Any, ...]) -> Instance:
    """copyreg._reconstructor(cls, base, state): protocols 0 and 1."""
    if len(arguments) != 3 or not isinstance(arguments[1], Global) or arguments[1].module != "builtins":
        raise Denied("it calls copyreg._reconstructor in an unusual way")
    made = new_object(arguments[0], ())
    if isinstance(arguments[2], Pairs):
        made.items = Listing(arguments[2].items)
    elif isinstance(arguments[2], list):
        made.items = Listing(arguments[2])
    return made


def _newobj(_: Global, arguments: tuple[Any, ...]) -> Instance:
    """copyreg.__newobj__(cls, *args), as protocol 2 spells NEWOBJ when it cannot use the opcode."""
    if not arguments:
        raise Malformed("copyreg.__newobj__ without a class")
    return new_object(arguments[0], tuple(arguments[1:]))


def _newobj_ex(_: Global, arguments: tuple[Any, ...]) -> Instance:
    if len(arguments) != 3:
        raise Malformed("copyreg.__newobj_ex__ without a class, arguments and keywords")
    return new_object(arguments[0], arguments[1])


def _encode(function: Global, arguments: tuple[Any, ...]) -> Any:
    """_codecs.encode(text, 'latin1'): how protocols 0 to 2 write bytes."""
    if len(arguments) != 2 or arguments[1] not in {"latin1", "latin-1"}:
        raise Denied("it calls _codecs.encode for another purpose than bytes")
    if isinstance(arguments[0], str):
        return arguments[0].encode("latin-1", "replace")
    if isinstance(arguments[0], Blob) or arguments[0] is FORGOTTEN:
        return Instance(function, arguments)
    raise Denied("it calls _codecs.encode on something that is not text")


def _buffer(function: Global, arguments: tuple[Any, ...]) -> Any:
    """bytes(…) and bytearray(…) of text or bytes; with a number they would only claim memory."""
    if not arguments:
        return b""
    first = arguments[0]
    if isinstance(first, Instance) and first.cls.dotted == "_codecs.encode":
        return first
    if not isinstance(first, bytes | str | Blob | list) and first is not FORGOTTEN:
        raise Denied(f"it calls {function.name}() on something that is not bytes")
    return first if isinstance(first, bytes | Blob) else Instance(function, arguments)


def _set(_: Global, arguments: tuple[Any, ...]) -> Bag:
    """set([…]) and frozenset([…]): protocols up to 3."""
    if not arguments:
        return Bag([])
    if not isinstance(arguments[0], list | tuple | Bag) and arguments[0] is not FORGOTTEN:
        raise Denied("it makes a set of something that is no list")
    items = arguments[0].items if isinstance(arguments[0], Bag) else arguments[0]
    return Bag(list(items) if isinstance(items, list | tuple) else [TRUNCATED])


def _dtype(function: Global, arguments: tuple[Any, ...]) -> Instance:
    """numpy.dtype(code, align, copy). A fresh object each time, so that BUILD cannot change one in use."""
    if not arguments or len(arguments) > 3:
        raise Denied("it calls numpy.dtype in an unusual way")
    return Instance(function, arguments)


def _generator(function: Global, arguments: tuple[Any, ...]) -> Instance:
    """Makers of numpy's random generators: they call their arguments, which must be numpy's own."""
    for argument in arguments:
        if isinstance(argument, Global) and not argument.module.startswith("numpy.random"):
            raise Denied(f"it makes a random generator out of '{argument.dotted}'")
    return Instance(function, arguments)


def _partial(function: Global, arguments: tuple[Any, ...]) -> Instance:
    """functools.partial(function): a call that is made later, so not of a class that opens files."""
    if arguments and isinstance(arguments[0], Global) and arguments[0].name == "memmap":
        raise Denied("it prepares a call of numpy.memmap, which opens files")
    return Instance(function, arguments)


def _builtin_type(function: Global, arguments: tuple[Any, ...]) -> Any:
    if len(arguments) == 1 and isinstance(arguments[0], str) and arguments[0].isidentifier():
        return Global("types", arguments[0], "unknown", reconstructor=True)
    return Instance(function, arguments)


_CHECKS: dict[str, Callable[[Global, tuple[Any, ...]], Any]] = {
    "copyreg._reconstructor": _reconstructor,
    "copyreg.__newobj__": _newobj,
    "copyreg.__newobj_ex__": _newobj_ex,
    "_codecs.encode": _encode,
    "builtins.bytes": _buffer,
    "builtins.bytearray": _buffer,
    "builtins.set": _set,
    "builtins.frozenset": _set,
    "numpy.dtype": _dtype,
    "functools.partial": _partial,
    "numpy.random.__RandomState_ctor": _generator,
    "numpy.random._pickle.__randomstate_ctor": _generator,
    "numpy.random._pickle.__bit_generator_ctor": _generator,
    "numpy.random._pickle.__generator_ctor": _generator,
    **dict.fromkeys(_BUILTIN_TYPE, _builtin_type),
}
