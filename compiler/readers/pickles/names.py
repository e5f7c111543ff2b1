"""Which names a pickle may refer to, and what it may do with each: the index, recorded and checked in as data.

`index/<package>.json` holds productions that were reviewed one by one; `index/recorded/<package>.json` the classes that
`scripts/record_pickles.py` found in what each release pickles, with their attributes; `index/scanned/<package>.json`
where releases that cannot be run define the same classes. A file is read when a name of its package turns up.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from compiler.readers.pickles.faults import Beyond, Denied
from compiler.readers.pickles.productions import Production
from compiler.readers.pickles.values import Global

_BORROWED, _METHODS = "borrowed", "methods"
_FOLDER = Path(__file__).parent / "index"
_MODULE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", re.ASCII)
_NAME = _MODULE
# Names inside classes of the user's own: each part is a class by its spelling, so that nothing can be walked to.
_NESTED = re.compile(r"_*[A-Z]\w*(\._*[A-Z]\w*)+", re.ASCII)
_MAX_GLOBALS = 10_000
_MAX_LENGTH = 500
# Modules that Python 2 or an earlier 3 had: `sys.stdlib_module_names` lists those of the running version only, and the
# verdict must not depend on it.
_FORMER_NAMES = """
__builtin__ aifc annotationlib asynchat asyncore audioop cPickle cStringIO cgi cgitb chunk commands compression copy_reg
crypt distutils exceptions imghdr imp lib2to3 mailcap msilib nis nntplib nt ossaudiodev pipes popen2 posixfile smtpd
sndhdr spwd sunau telnetlib thread urllib2 uu xdrlib _interpreters
"""
_FORMER = frozenset(_FORMER_NAMES.split())
# Packages and functions outside the standard library that are known for running what they are told or opening files.
_DENIED_NAMES = """
pip setuptools pkg_resources _distutils_hack ensurepip IPython invoke fabric paramiko pexpect sh pytest _pytest
numpy.testing numpy.f2py numpy.distutils numpy.ctypeslib numpy.lib.npyio numpy.lib._npyio_impl numpy.load
numpy.save numpy.savez numpy.savetxt numpy.loadtxt numpy.genfromtxt numpy.fromfile numpy.fromregex
numpy.core._ufunc_reconstruct numpy._core._ufunc_reconstruct numpy.core.multiarray.fromfile
numpy._core.multiarray.fromfile numpy.lib.stride_tricks numpy.lib._stride_tricks_impl
scipy._lib._ccallback scipy.io scipy.datasets scipy.misc scipy._lib._testutils
torch.hub torch.load torch.save torch.jit.load torch.utils.cpp_extension torch.utils.model_zoo torch.distributed
torch.multiprocessing torch._inductor torch._dynamo torch.package torch.utils.bottleneck torch.utils.collect_env
torch.testing torch.serialization.load pandas.eval pandas.io pandas.core.computation pandas.compat.pickle_compat
pandas.read_pickle pandas.read_csv joblib.load joblib.externals joblib.parallel joblib.numpy_pickle.load
joblib.memory.MemorizedFunc sklearn.datasets sklearn.externals.joblib.load sklearn.externals.joblib.parallel
sklearn.utils._testing sklearn.metrics._scorer._cached_call sklearn.metrics._scorer._get_response_method
sklearn.feature_selection._base._get_feature_importances sklearn.feature_selection._from_model._get_feature_importances
sklearn.feature_selection.from_model._get_feature_importances sklearn.utils.validation._check_response_method
"""
_DENIED = tuple(_DENIED_NAMES.split())
# Denied as objects and callees, named in honest pickles all the same: as the class of an array that joblib mapped.
_MEMMAP = frozenset({"numpy.memmap", "numpy.core.memmap.memmap", "numpy._core.memmap.memmap"})
# What honest programs hold that no model needs. None of them acts by being named; calling them is denied.
_HARMLESS = frozenset(
    {("builtins", "print"), ("types", "SimpleNamespace"), ("types", "NoneType")}
    | {("enum", name) for name in ("Enum", "IntEnum", "Flag", "IntFlag", "StrEnum")}
)
_HARMLESS_MODULES = frozenset({"typing", "numbers", "collections.abc"})
# cloudpickle builds classes by value from these; they are code, so never more than "unknown".
_CODE_PARTS = frozenset(
    {("builtins", name) for name in ("type", "property", "classmethod", "staticmethod")} | {("abc", "ABCMeta")}
)
_WELL_KNOWN = {
    ("builtins", "getattr"): "in a way that reaches more than the methods a model needs (Keras models are pickled so: "
    "save them with model.save('m.keras'))",
}


@cache
def _shapes(file: str) -> dict[tuple[str, str], dict[str, str]]:
    """(module, name) -> production as it is written, of the reviewed half of one package's index."""
    path = _FOLDER / f"{file}.json"
    if not path.is_file():
        return {}
    found: dict[tuple[str, str], dict[str, str]] = {}
    for modules, entries in json.loads(path.read_text("utf-8")).items():
        if modules == _BORROWED:
            found.update(_borrowed(entries))
            continue
        if modules == _METHODS:
            continue
        for names, written in entries.items():
            for module in modules.split():
                found.update({(module, name): written for name in names.split()})
    return found


def _borrowed(entries: dict[str, str]) -> Iterator[tuple[tuple[str, str], dict[str, str]]]:
    """Productions that one index takes over from others, by name."""
    for file, names in entries.items():
        wanted = frozenset(names.split())
        yield from ((key, written) for key, written in _shapes(file).items() if key[1] in wanted)


@cache
def _recorded(file: str) -> dict[str, Any]:
    path = _FOLDER / "recorded" / f"{file}.json"
    data: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {"classes": {}}
    path = _FOLDER / "scanned" / f"{file}.json"
    scanned = json.loads(path.read_text("utf-8"))["classes"] if path.is_file() else {}
    data["scanned"] = {module: frozenset(names.split()) for module, names in scanned.items()}
    data["homes"] = {module: frozenset(names.split()) for module, names in data["classes"].items()}
    return data


def _production(written: dict[str, str], name: str) -> Production:
    def words(key: str) -> frozenset[str]:
        return frozenset(written.get(key, "").split())

    tags = words("tags") | ({name} if "new" in written or "call" in written else set())
    plain = {key: written.get(key) for key in ("call", "new", "keywords", "state", "items", "check")}
    attributes = _attributes(written.get("attributes", ""))
    return Production(tags=tags, value=words("value"), attributes=attributes, hidden=words("hidden"), **plain)


def _attributes(text: str) -> dict[str, frozenset[str]]:
    """Attributes as they are written: `coef_ estimator_:estimator loss:Loss|inert`."""
    found = {}
    for entry in text.split():
        name, _, families = entry.partition(":")
        found[name] = frozenset(families.split("|") if families else ())
    return found


def _recorded_production(file: str, module: str, name: str) -> Production | None:
    data = _recorded(file)
    scanned = name in data["scanned"].get(module, ())
    if name not in data["homes"].get(module, ()) and not scanned:
        return None
    return Production(
        tags=frozenset({name, *data["tags"].get(name, "object").split()}),
        value=frozenset({"class", f"class_{name}"}),
        new="()",
        state="slots" if name in data.get("slots", "").split() else "attributes",
        attributes=_attributes(data["attributes"].get(name, "")),
        hidden=frozenset(_hidden(data, name)),
    )


def _hidden(data: dict[str, Any], name: str) -> Iterator[str]:
    """Methods and properties of a recorded class and of its bases.

    Not those with a trailing underscore: properties of one release are attributes of fitted estimators in another.
    """
    for base in (name, *data["bases"].get(name, "").split()):
        yield from (method for method in data["methods"].get(base, "").split() if not method.endswith("_"))


@cache
def _methods(file: str) -> dict[str, frozenset[str]]:
    """Family -> methods that may be referred to, bound or not."""
    path = _FOLDER / f"{file}.json"
    written = json.loads(path.read_text("utf-8")).get(_METHODS, {}) if path.is_file() else {}
    return {family: frozenset(names.split()) for family, names in written.items()}


def _method(file: str, module: str, name: str) -> Production | None:
    """A method of a recorded class, named as a whole: `randint_gen._entropy`."""
    cls, _, method = name.rpartition(".")
    owner = lookup(file, module, cls) if cls else None
    for family in owner.tags if owner else ():
        if method in _methods(file).get(family, ()):
            return Production(value=frozenset({f"{family}_function"}))
    return None


@cache
def lookup(file: str, module: str, name: str) -> Production | None:
    """What the index of one package says of a name; None when it does not know it."""
    written = _shapes(file).get((module, name))
    if written is not None:
        return _production(written, name)
    return _recorded_production(file, module, name) or _method(file, module, name)


@cache
def is_standard(root: str) -> bool:
    """Whether a top-level module belongs to Python itself, in any version."""
    return root in sys.stdlib_module_names or root in _FORMER


def _is_denied(dotted: str) -> bool:
    return any(dotted == prefix or dotted.startswith(prefix + ".") for prefix in _DENIED)


@cache
def is_recorded(root: str) -> bool:
    """Whether the index has a file for a package."""
    return (_FOLDER / f"{root}.json").is_file() or (_FOLDER / "recorded" / f"{root}.json").is_file()


@cache
def _texts(file: str) -> frozenset[str]:
    data = _recorded(file)
    names = {text for key in _shapes(file) for text in key} | {n for names in data["homes"].values() for n in names}
    attributes = {name for written in data.get("attributes", {}).values() for name in _attributes(written)}
    return frozenset(names | attributes | set(data["homes"]))


class Globals:
    """The names that one pickle has referred to, each judged once."""

    def __init__(self, *, index: str | None = None, torchscript: bool = False) -> None:
        self._index = index
        """The one file of the index that counts; None: that of each name's own package."""
        self._torchscript = torchscript
        self.seen: dict[tuple[str, str], Global] = {}
        self._texts: frozenset[str] = frozenset()
        self._texts_for = -1
        """How many names had been seen when the texts were put together."""

    def find(self, module: str, name: str) -> Global:
        """The judged name. Raises Denied when it can never be part of a model."""
        key = (module, name)
        if key not in self.seen:
            if len(self.seen) >= _MAX_GLOBALS:
                raise Beyond(f"it refers to more than {_MAX_GLOBALS:,} names")
            self.seen[key] = self._judge(module, name)
        return self.seen[key]

    def _judge(self, module: str, name: str) -> Global:
        if len(module) + len(name) > _MAX_LENGTH or not _MODULE.fullmatch(module) or not _NAME.fullmatch(name):
            raise Denied(f"it refers to {_shown(module)} {_shown(name)}, which is no plain module and name")
        root = module.split(".", 1)[0]
        if root == "__torch__" and self._torchscript:  # code inside the archive, which only TorchScript's runtime sees
            return Global(module, name, "known", _TORCHSCRIPT)
        found = lookup(self._index or self._file(root), module, name)
        if found is not None:
            return Global(module, name, "known", found)
        return self._unlisted(module, name, root)

    def _file(self, root: str) -> str:
        return "standard" if is_standard(root) else root

    def _unlisted(self, module: str, name: str, root: str) -> Global:
        standard = is_standard(root)
        if (module, name) in _HARMLESS or (module in _HARMLESS_MODULES and "." not in name):
            return Global(module, name, "harmless")
        dotted = f"{module}.{name}"
        if (standard and (module, name) not in _CODE_PARTS) or _is_denied(dotted) or dotted in _MEMMAP:
            why = _WELL_KNOWN.get((module, name), "which no model needs and which could run anything")
            raise Denied(f"it refers to '{dotted}', {why}")
        if "." in name and (not _NESTED.fullmatch(name) or is_recorded(root)):
            raise Denied(f"it refers to '{dotted}', which reaches through an object")
        return Global(module, name, "unknown")

    def unlisted(self, module: str, name: str) -> Global:
        """A name that counts as code nobody knows, whatever the index says."""
        self.seen[module, name] = found = Global(module, name, "unknown")
        return found

    def method(self, owner: Global, name: str) -> Global | None:
        """`getattr(class, 'name')` where it is recorded as a whole, None where it is not."""
        file = self._index or self._file(owner.module.split(".", 1)[0])
        found = lookup(file, owner.module, f"{owner.name}.{name}")
        return None if found is None else self.find(owner.module, f"{owner.name}.{name}")

    def texts(self) -> frozenset[str]:
        """Modules, names and attributes of the index: texts that are remembered beyond the machine's memory limit."""
        if self._texts_for != len(self.seen):
            roots = {module.split(".", 1)[0] for module, _ in self.seen}
            self._texts = frozenset().union(*(_texts(self._index or self._file(root)) for root in roots))
            self._texts_for = len(self.seen)
        return self._texts

    @property
    def unknown(self) -> tuple[str, ...]:
        """Dotted names that are neither known nor denied, sorted."""
        return tuple(sorted(found.dotted for found in self.seen.values() if found.unknown))


_TORCHSCRIPT = Production(tags=frozenset({"object"}), new="()", state="any")


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:60] + "…")
