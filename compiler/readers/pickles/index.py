"""Which names a pickle may refer to: an exact index, generated per framework release and checked in as data.

`index/<package>.json` lists classes (made by NEWOBJ, given state by BUILD), functions (referred to, never called) and
reconstructors (called by REDUCE). `scripts/make_sklearn_index.py` and `scripts/make_library_index.py` write them.
"""

from __future__ import annotations

import json
import re
import sys
from functools import cache
from pathlib import Path

from compiler.readers.pickles.faults import Beyond, Denied
from compiler.readers.pickles.values import Global

_FOLDER = Path(__file__).parent / "index"
_FILES = {
    "sklearn": "sklearn",
    "numpy": "numpy",
    "scipy": "scipy",
    "pandas": "pandas",
    "joblib": "joblib",
    "torch": "torch",
    "xgboost": "xgboost",
    "lightgbm": "lightgbm",
}
_MODULE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", re.ASCII)
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
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
pip setuptools pkg_resources _distutils_hack ensurepip IPython invoke fabric paramiko pexpect sh dill pytest _pytest
numpy.testing numpy.f2py numpy.distutils numpy.ctypeslib numpy.lib.npyio numpy.lib._npyio_impl numpy.memmap numpy.load
numpy.save numpy.fromfile numpy.core._ufunc_reconstruct numpy._core._ufunc_reconstruct numpy.core.memmap
numpy._core.memmap numpy.core.multiarray.fromfile numpy._core.multiarray.fromfile
torch.hub torch.load torch.save torch.jit.load torch.utils.cpp_extension torch.utils.model_zoo torch.distributed
torch.multiprocessing torch._inductor torch._dynamo torch.package torch.utils.bottleneck torch.utils.collect_env
torch.testing torch.serialization.load pandas.eval pandas.io pandas.core.computation pandas.compat.pickle_compat
pandas.read_pickle joblib.load joblib.externals joblib.parallel joblib.numpy_pickle.load sklearn.datasets
sklearn.externals.joblib.load sklearn.externals.joblib.parallel sklearn.utils._testing
"""
_DENIED = tuple(_DENIED_NAMES.split())
# What the pickles of honest programs hold and what still is refused, with the way out.
_WELL_KNOWN = {
    (
        "builtins",
        "getattr",
    ): "which can reach anything (Keras models are pickled so: save them with model.save('m.keras'))",
}
# cloudpickle builds classes by value from these; they are code, so never more than "unknown".
_CODE_PARTS = frozenset(
    {("builtins", name) for name in ("type", "property", "classmethod", "staticmethod")} | {("abc", "ABCMeta")}
)


@cache
def _names(file: str) -> dict[tuple[str, str], tuple[str, bool]]:
    """(module, name) -> (kind, whether REDUCE may call it) of one index file."""
    data = json.loads((_FOLDER / f"{file}.json").read_text("utf-8"))
    found: dict[tuple[str, str], tuple[str, bool]] = {}
    for section, kind in (("reconstructors", "reconstructor"), ("functions", "function"), ("classes", "class")):
        for module, names in data[section].items():
            for name in names.split():
                callable_ = kind == "reconstructor" or found.get((module, name), ("", False))[1]
                found[module, name] = (kind, callable_)
    return found


@cache
def is_standard(root: str) -> bool:
    """Whether a top-level module belongs to Python itself, in any version."""
    return root in sys.stdlib_module_names or root in _FORMER


def _is_denied(dotted: str) -> bool:
    return any(dotted == prefix or dotted.startswith(prefix + ".") for prefix in _DENIED)


@cache
def indexed_texts() -> frozenset[str]:
    """All modules and names of the index: texts that are remembered beyond the machine's memory limit."""
    keys = [key for file in (*_FILES.values(), "standard") for key in _names(file)]
    return frozenset(text for key in keys for text in key)


class Globals:
    """The names that one pickle has referred to, each judged once."""

    def __init__(self, *, torchscript: bool = False) -> None:
        self._torchscript = torchscript
        self.seen: dict[tuple[str, str], Global] = {}

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
            return Global(module, name, "class", reconstructor=False)
        standard = is_standard(root)
        file = "standard" if standard else _FILES.get(root)
        known = _names(file).get((module, name)) if file else None
        if known is None and root == "sklearn":
            known = _names("joblib").get((module, name))
        if known is None and root == "scipy":
            known = _names("numpy").get((module, name))
        if known is not None:
            return Global(module, name, *known)
        if (standard and (module, name) not in _CODE_PARTS) or _is_denied(f"{module}.{name}"):
            why = _WELL_KNOWN.get((module, name), "which no model needs and which could run anything")
            raise Denied(f"it refers to '{module}.{name}', {why}")
        return Global(module, name, "unknown", reconstructor=True)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Dotted names that are neither known nor denied, sorted."""
        return tuple(sorted(found.dotted for found in self.seen.values() if found.kind == "unknown"))


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:60] + "…")
