"""Every denied and every inert name, one at a time, in a pickle: the lists are the tests' own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hostile_parts import P3, call, name, text

from compiler.diagnostics import CompilerError
from compiler.frameworks import inspect_model
from compiler.readers.pickles import names, read_pickle
from compiler.readers.pickles.faults import Denied
from testing.security_lists import entries

DENIED = entries("denied_names")
FORMER = entries("former_modules")
INERT = entries("inert_names")
CODE = ["builtins.type", "builtins.property", "builtins.classmethod", "builtins.staticmethod", "abc.ABCMeta"]
RECORDED = {"builtins.type"}
"""What the index of the standard library records with arguments that cannot run anything."""
MAPPED = ["numpy.memmap", "numpy.core.memmap.memmap", "numpy._core.memmap.memmap"]


def verdict(path: Path, content: bytes, *allowed: str) -> str:
    """The code that a file is refused with; `read` where its facts come out."""
    path.write_bytes(content)
    try:
        inspect_model(path, allow=frozenset(allowed))
    except CompilerError as problem:
        return problem.diagnostics[0].code
    return "read"


def held(dotted: str) -> bytes:
    """A pickle of a dict that holds an object by its name, as data."""
    return P3 + b"}" + text("held") + name(*dotted.rsplit(".", 1)) + b"s."


def called(dotted: str) -> bytes:
    return P3 + call(*dotted.rsplit(".", 1), text("x")) + b"."


@pytest.mark.parametrize("entry", [entry for entry in DENIED if "." in entry])
def test_a_denied_name_whatever_is_allowed(entry: str, tmp_path: Path) -> None:
    assert verdict(tmp_path / "m", called(entry), entry) == "MF204"


@pytest.mark.parametrize("entry", DENIED)
def test_all_below_a_denied_name_whatever_is_allowed(entry: str, tmp_path: Path) -> None:
    assert verdict(tmp_path / "m", called(f"{entry}.anything"), f"{entry}.anything") == "MF204"
    assert verdict(tmp_path / "m", called(f"{entry}_of_mine.anything"), f"{entry}_of_mine.anything") != "MF204"


@pytest.mark.parametrize("entry", FORMER)
def test_a_module_of_another_python(entry: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This Python is made to have no modules: the verdict of a file must not depend on where it is judged."""
    monkeypatch.setattr(sys, "stdlib_module_names", frozenset())
    caches = (names.is_standard, names.lookup)
    for cache in caches:
        cache.cache_clear()
    try:
        assert verdict(tmp_path / "m", called(f"{entry}.anything"), f"{entry}.anything") == "MF204"
    finally:
        for cache in caches:
            cache.cache_clear()


@pytest.mark.parametrize("entry", MAPPED)
def test_an_array_that_is_mapped_from_a_file_is_denied(entry: str, tmp_path: Path) -> None:
    assert verdict(tmp_path / "m", called(entry), entry) == "MF204"


@pytest.mark.parametrize("entry", sorted({*INERT} - RECORDED))
def test_an_inert_name_may_be_held_and_never_called(entry: str, tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(held(entry))
    assert read_pickle(tmp_path / "m").unknown == ()
    assert verdict(tmp_path / "m", called(entry), entry) == "MF204"


@pytest.mark.parametrize("entry", sorted({*CODE} - RECORDED))
def test_what_classes_are_built_from_is_unknown_and_no_more(entry: str, tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(held(entry))
    assert read_pickle(tmp_path / "m").unknown == (entry,)


KINDS = {**dict.fromkeys(INERT, "harmless"), **dict.fromkeys(CODE, "unknown")}


@pytest.mark.parametrize("entry", KINDS)
def test_the_same_where_only_the_index_of_torch_counts(entry: str) -> None:
    assert names.Globals(index="torch").find(*entry.rsplit(".", 1)).kind == KINDS[entry]


@pytest.mark.parametrize("entry", MAPPED)
def test_a_mapped_array_where_only_the_index_of_torch_counts(entry: str) -> None:
    with pytest.raises(Denied):
        names.Globals(index="torch").find(*entry.rsplit(".", 1))


def test_every_entry_of_the_code_is_attacked() -> None:
    assert set(names._DENIED) == set(DENIED)
    assert set(names._FORMER) == set(FORMER)
    assert set(MAPPED) == names._MEMMAP
    assert {".".join(pair) for pair in names._CODE_PARTS} == set(CODE)
    inert = {".".join(pair) for pair in names._HARMLESS} | {f"{module}.Any" for module in names._HARMLESS_MODULES}
    assert inert == set(INERT)
