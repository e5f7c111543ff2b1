"""Which libraries this Python has, told without importing any of them."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterable
from importlib import metadata

from compiler.frameworks import distributions, libraries

_TOOLS = frozenset({"cloudpickle", "joblib", "lz4", "numpy", "pandas", "scipy"})
"""Distributions that models of several frameworks need."""


def missing_libraries(requirements: Iterable[str]) -> tuple[str, ...]:
    """Those of `requirements` (`scikit-learn`, `torch==2.4`) whose module this Python does not have."""
    return tuple(r for r in requirements if not _importable(module_of(r)))


def _importable(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # the package that `module` would lie in
        return False


def module_of(requirement: str) -> str:
    """The module that a requirement is imported as."""
    name = distribution(requirement)
    return libraries().get(name) or distributions.module_of(name)


def distribution_of(module: str) -> str | None:
    """The known library behind a module name, None for any other module (which may be the user's own).

    The absence of a known one is this machine's matter and not the model's.
    """
    return next((name for name in sorted({*libraries(), *_TOOLS}) if module_of(name) == module.partition(".")[0]), None)


def distribution(requirement: str) -> str:
    """The name in a requirement, lower-cased: `scikit-learn` of `scikit-learn>=1.3`."""
    return re.split(r"[^A-Za-z0-9._-]", requirement.strip(), maxsplit=1)[0].lower()


def installed(requirements: Iterable[str]) -> tuple[str, ...]:
    """`name==version` of those that are installed, in whichever build (`-cpu`, `-gpu`), sorted."""
    names = {distribution(requirement) for requirement in requirements}
    builds = sorted(name + suffix for name in names for suffix in ("", "-cpu", "-gpu"))
    return tuple(f"{name}=={version}" for name in builds if (version := _version(name)))


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
