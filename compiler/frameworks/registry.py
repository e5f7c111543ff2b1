"""The frameworks that FRAMEWORKS lists, each imported from its folder when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import cast

from compiler.frameworks.base import ColumnPolicy, Framework
from compiler.spec.frameworks import FRAMEWORKS


@cache
def framework_named(name: str) -> Framework:
    """The framework of a name in FRAMEWORKS. Raises KeyError for another name."""
    return cast("Framework", import_module(f"compiler.frameworks.{FRAMEWORKS[name]}.framework").FRAMEWORK)


def frameworks() -> tuple[Framework, ...]:
    """All of them, in the order in which they are asked."""
    return tuple(map(framework_named, FRAMEWORKS))


def distributions_of(name: str) -> tuple[str, ...]:
    """The distributions that carry the version of a framework, or of another library: the one of that name."""
    return (framework_named(name).distributions if name in FRAMEWORKS else ()) or (name,)


def taxonomy_of(name: str | None) -> str | None:
    """What the catalog calls a framework."""
    return (framework_named(name).taxonomy if name in FRAMEWORKS else None) or name


def columns_of(name: str | None) -> ColumnPolicy:
    """How a framework takes its columns; the usual way for a model of none."""
    return framework_named(name).columns if name in FRAMEWORKS else ColumnPolicy()


def misnamed(name: str) -> str | None:
    """The distribution that is meant by the name that it is imported by: scikit-learn for `sklearn`."""
    modules = {module: distribution for distribution, module in [*libraries().items()][::-1]}
    return modules.get(name) if name not in libraries() else None


def tolerance_of(name: str | None) -> float:
    """How exactly the answers of a framework's models must be met where the manifest does not say."""
    return framework_named(name).tolerance if name in FRAMEWORKS else 1e-6


@cache
def libraries() -> Mapping[str, str]:
    """The distributions of all frameworks -> the module that each is imported as."""
    return {name: module for framework in frameworks() for name, module in framework.libraries.items()}


@cache
def ways_out() -> Mapping[str, str]:
    """The packages whose pickled models cannot be served -> what to do instead."""
    return {package: hint for framework in frameworks() for package, hint in framework.ways_out.items()}
