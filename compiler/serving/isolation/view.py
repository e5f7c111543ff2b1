"""Which part of the file system a process that runs user code needs."""

from __future__ import annotations

import glob
import os
import sys
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_SYSTEM = (
    *("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix/store", "/gnu/store"),
    *("/sys/devices/system", "/sys/fs/cgroup", "/sys/kernel/mm/transparent_hugepage"),
)
# By name, since /etc also holds what is nobody's business.
_CONFIGURATION = (
    *("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "java*", "jvm*", "fonts", "mime.types"),
    *("passwd", "group", "nsswitch.conf", "hosts", "host.conf", "gai.conf", "protocols", "services"),
    *("localtime", "timezone", "locale.alias", "locale.conf", "os-release", "lsb-release"),
    *("ssl/openssl.cnf", "ssl/certs", "pki/tls/openssl.cnf", "pki/tls/certs", "pki/ca-trust/extracted"),
    *("pki/java", "crypto-policies", "ca-certificates*"),
)
_NETWORK = ("/etc/resolv.conf",)
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_FOLDERS_OF_VARIABLES = ("LD_LIBRARY_PATH", "JAVA_HOME", "SPARK_HOME")
_MAX_DEPTH = 3  # how deeply the tables of editable installs are nested


class View(NamedTuple):
    """Absolute paths. Whatever lies below one of them belongs to it."""

    readable: tuple[str, ...]
    writable: tuple[str, ...]


def view_of(writable: Iterable[str], own: Iterable[str] = (), *, network: bool = False) -> View:
    """What this interpreter needs in order to run: itself, its libraries, the system's, Java and Spark.

    `own` are further paths to be read. Site-packages, the folders that `.pth` files name and those of editable
    installs are read off the running interpreter, wherever they lie.
    """
    wanted = [*_SYSTEM, *_configuration(), *(_NETWORK if network else ()), *_python(), *_of_variables(), *own]
    readable = dict.fromkeys(path for path in wanted if os.path.isabs(path) and path != "/" and os.path.exists(path))
    return View(tuple(readable), tuple(writable))


def _configuration() -> Iterator[str]:
    for pattern in _CONFIGURATION:
        yield from glob.glob(os.path.join("/etc", pattern))
    for name in glob.glob("/etc/ld.so.conf.d/*.conf"):
        with open(name, encoding="utf-8", errors="replace") as file:
            yield from (line.strip() for line in file if line.startswith("/"))


def _python() -> Iterator[str]:
    yield from (sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix, *sys.path)
    yield os.path.dirname(os.path.realpath(sys.executable))
    for finder in sys.meta_path:
        module = getattr(finder, "__module__", "")
        if not module.startswith("_frozen_"):
            yield from _paths_in(vars(sys.modules[module]) if module in sys.modules else {}, _MAX_DEPTH)
            yield from _paths_in(getattr(finder, "__dict__", {}), _MAX_DEPTH)


def _paths_in(value: object, depth: int) -> Iterator[str]:
    """The folders in the tables of an editable install; of a file, the folder that it lies in."""
    if isinstance(value, str) and os.path.isabs(value):
        yield value if os.path.isdir(value) else os.path.dirname(value)
    elif depth and isinstance(value, dict):
        for name, entry in list(value.items()):
            if not str(name).startswith("__"):
                yield from _paths_in(entry, depth - 1)
    elif depth and isinstance(value, list | tuple | set):
        for entry in list(value):
            yield from _paths_in(entry, depth - 1)


def _of_variables() -> Iterator[str]:
    for name in _FOLDERS_OF_VARIABLES:
        yield from os.environ.get(name, "").split(os.pathsep)
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        java = os.path.join(folder, "java")
        if os.path.isfile(java):
            yield os.path.dirname(os.path.dirname(os.path.realpath(java)))
