"""What REDUCE, NEWOBJ and BUILD do: describe objects. Whether those are allowed is judged in their final form.

Only what decides how the bytes after it are read, or what loading makes of plain data, is worked out at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from compiler.readers.pickles.arrays import check_array
from compiler.readers.pickles.dtypes import dtype_of
from compiler.readers.pickles.elements import folded_scalar
from compiler.readers.pickles.faults import Denied, Malformed
from compiler.readers.pickles.names import Globals
from compiler.readers.pickles.values import FORGOTTEN, Bag, Blob, Global, Instance, Listing, Pairs

WRAPPERS = frozenset(
    {"joblib.numpy_pickle.NumpyArrayWrapper", "sklearn.externals.joblib.numpy_pickle.NumpyArrayWrapper"}
)
# cloudpickle names the types of code objects this way and then calls what it got.
_BUILTIN_TYPE = frozenset({"cloudpickle.cloudpickle._builtin_type", "cloudpickle._builtin_type"})
_BASES = frozenset({"object", "dict", "list", "tuple", "set", "frozenset", "int", "float", "str", "bytes", "complex"})
_LATIN = ("latin1", "latin-1")
_ARRAYS = frozenset({"_reconstruct", "_mareconstruct"})


def new_object(cls: Any, arguments: Any, offset: int = 0) -> Instance:
    """NEWOBJ: `cls.__new__(cls, *arguments)`. Raises Denied when `cls` is not a class of the index or unknown."""
    if _from_unknown(cls):
        return Instance(_skeleton(cls), arguments, new=True, offset=offset)
    if not isinstance(cls, Global):
        raise Denied("it makes an object of a class that is itself computed")
    if cls.production.new is None and not cls.unknown:
        raise Denied(f"it makes an object of '{cls.dotted}', which no pickler does")
    if not isinstance(arguments, tuple):
        raise Malformed("the arguments of a new object are not a tuple")
    return Instance(cls, arguments, new=True, offset=offset)


def reduce_(function: Any, arguments: Any, names: Globals, offset: int = 0) -> Any:
    """REDUCE: `function(*arguments)`. Raises Denied unless `function` is called by some pickler, or unknown."""
    if _from_unknown(function):
        return Instance(function.cls, arguments, offset=offset)
    if not isinstance(function, Global):
        raise Denied("it calls something that is itself computed")
    if not isinstance(arguments, tuple):
        raise Malformed("the arguments of a call are not a tuple")
    if function.production.call is None and not function.unknown:
        raise Denied(f"it calls '{function.dotted}', which no pickler does")
    made = Instance(function, arguments, offset=offset)
    if fold := _FOLDS.get(function.dotted):
        return fold(made, arguments, names)
    return made


def _from_unknown(value: Any) -> bool:
    """Whether unknown code made a value, as cloudpickle makes classes: what that does is unknown code too."""
    return isinstance(value, Instance) and value.cls.unknown


def _skeleton(made: Instance) -> Global:
    """The class that cloudpickle's `_make_skeleton_class(metaclass, name, bases, …)` makes, else what made it."""
    arguments = made.arguments if isinstance(made.arguments, tuple) else ()
    if made.cls.name == "_make_skeleton_class" and len(arguments) > 1 and isinstance(arguments[1], str):
        return Global(made.cls.module, arguments[1], "unknown")
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
    elif target.cls.name in _ARRAYS and not target.cls.unknown:
        check_array(state)


def _reconstructor(made: Instance, arguments: tuple[Any, ...], _names: Globals) -> Instance:
    """copyreg._reconstructor(cls, base, state), as protocols 0 and 1 write NEWOBJ: base.__init__(object, state)."""
    cls, base, state = arguments if len(arguments) == 3 else (None, None, None)
    if not isinstance(base, Global) or base.module != "builtins" or base.name not in _BASES:
        raise Denied("it calls copyreg._reconstructor in an unusual way")
    found = new_object(cls, (), made.offset)
    if base.name == "object":
        if state is not None:
            raise Denied("it calls copyreg._reconstructor in an unusual way")
        return found
    if base.name == "dict" and isinstance(state, Pairs):
        found.items, found.pairs = state.items, True
    elif base.name == "list" and isinstance(state, Listing):
        found.items = state
    elif not found.cls.unknown:
        raise Denied("it calls copyreg._reconstructor in an unusual way")
    else:
        found.arguments = (state,)
    return found


def _newobj(made: Instance, arguments: tuple[Any, ...], _names: Globals) -> Instance:
    """copyreg.__newobj__(cls, *args), as protocol 2 spells NEWOBJ when it cannot use the opcode."""
    if not arguments:
        raise Malformed("copyreg.__newobj__ without a class")
    return new_object(arguments[0], tuple(arguments[1:]), made.offset)


def _newobj_ex(made: Instance, arguments: tuple[Any, ...], _names: Globals) -> Instance:
    if len(arguments) != 3 or not isinstance(arguments[2], Pairs):
        raise Malformed("copyreg.__newobj_ex__ without a class, arguments and keywords")
    found = new_object(arguments[0], arguments[1], made.offset)
    found.keywords = arguments[2]
    return found


def _encode(made: Instance, arguments: tuple[Any, ...], _names: Globals) -> Any:
    """_codecs.encode(text, 'latin1'): how protocols 0 to 2 write bytes."""
    if len(arguments) != 2 or arguments[1] not in _LATIN:
        raise Denied("it calls _codecs.encode for another purpose than bytes")
    if isinstance(arguments[0], str):
        return arguments[0].encode("latin-1", "replace")
    if isinstance(arguments[0], Blob) or arguments[0] is FORGOTTEN:
        return made
    raise Denied("it calls _codecs.encode on something that is not text")


def _buffer(made: Instance, arguments: tuple[Any, ...], _names: Globals) -> Any:
    """bytes(…) and bytearray(…) of bytes, or of text with its codec; with a number they would only claim memory."""
    if not arguments:
        return b""
    first = arguments[0]
    if len(arguments) == 2 and arguments[1] in _LATIN and isinstance(first, str):
        return first.encode("latin-1", "replace")
    encoded = isinstance(first, Instance) and first.cls.dotted == "_codecs.encode"
    long_text = isinstance(first, Blob) and first.text
    if len(arguments) == 1 and (encoded or (isinstance(first, bytes | Blob) and not long_text) or first is FORGOTTEN):
        return first
    if len(arguments) == 2 and arguments[1] in _LATIN and (long_text or first is FORGOTTEN):
        return made
    raise Denied(f"it calls {made.cls.name}() on something that is not bytes")


def _set(_: Instance, arguments: tuple[Any, ...], _names: Globals) -> Bag:
    """set([…]) and frozenset([…]): protocols up to 3."""
    first = arguments[0] if arguments else Listing()
    if len(arguments) > 1 or not isinstance(first, list | tuple | Bag):
        raise Denied("it makes a set of something that is no list")
    found = Bag([])
    found.items = first.items if isinstance(first, Bag) else first if isinstance(first, Listing) else Listing(first)
    return found


def _scalar(made: Instance, arguments: tuple[Any, ...], _names: Globals) -> Any:
    """Numpy's scalars of numbers and text are numbers and text."""
    found = folded_scalar(made, arguments)
    return made if found is None else found


def _method(made: Instance, arguments: tuple[Any, ...], names: Globals) -> Any:
    """getattr(class, 'name'), as protocols before 4 write nested names: the name as a whole, where it is recorded."""
    owner, name = arguments if len(arguments) == 2 else (None, None)
    if isinstance(owner, str) and isinstance(name, str):
        owner = names.find("builtins", "str")
    if isinstance(owner, Global) and isinstance(name, str):
        whole = names.method(owner, name)
        if whole is None:
            raise Denied(f"it calls getattr on '{owner.dotted}' for more than the methods a model needs{_KERAS}")
        return whole
    return made


def _type(made: Instance, arguments: tuple[Any, ...], names: Globals) -> Any:
    """type(None) is NoneType; type(name, bases, …) makes a class by value, which is code."""
    return made if arguments == (None,) else Instance(names.unlisted("builtins", "type"), arguments, offset=made.offset)


_KERAS = " (Keras models are pickled so: save them with model.save('m.keras'))"


def _builtin_type(_: Instance, arguments: tuple[Any, ...], names: Globals) -> Any:
    """The type that cloudpickle looks up: MethodType for bound methods; the others are parts of code by value."""
    name = arguments[0] if len(arguments) == 1 else None
    if not isinstance(name, str) or not name.isidentifier():
        raise Denied("it calls cloudpickle._builtin_type in an unusual way")
    return names.find("types", name) if name == "MethodType" else names.unlisted("types", name)


_FOLDS: dict[str, Callable[[Instance, tuple[Any, ...], Globals], Any]] = {
    "copyreg._reconstructor": _reconstructor,
    "copyreg.__newobj__": _newobj,
    "copyreg.__newobj_ex__": _newobj_ex,
    "_codecs.encode": _encode,
    "builtins.bytes": _buffer,
    "builtins.bytearray": _buffer,
    "builtins.set": _set,
    "builtins.frozenset": _set,
    "builtins.getattr": _method,
    "builtins.type": _type,
    "numpy._core.multiarray.scalar": _scalar,
    "numpy.core.multiarray.scalar": _scalar,
    **dict.fromkeys(_BUILTIN_TYPE, _builtin_type),
}
