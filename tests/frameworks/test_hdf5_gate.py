"""HDF5 files that would open another file: wherever in the tree, in `.h5` files and in the weights of archives."""

from __future__ import annotations

import shutil
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from compiler.diagnostics import CompilerError
from compiler.frameworks import inspect_model
from compiler.readers.tensorflow.h5_objects import foreign_parts

h5py = pytest.importorskip("h5py")
OLD = Path(__file__).parents[1] / "data" / "models" / "tensorflow"


def external(file: Any, path: str) -> None:
    file.create_dataset(path, (8,), "u1", external=[("/etc/passwd", 0, 8)])


def link(file: Any, path: str) -> None:
    file[path] = h5py.ExternalLink("/tmp/other.h5", "/x")


def virtual(file: Any, path: str) -> None:
    layout = h5py.VirtualLayout((4,), "f4")
    layout[:] = h5py.VirtualSource("/tmp/other.h5", "x", (4,))
    file.create_virtual_dataset(path, layout)


KINDS: dict[Callable[[Any, str], None], str] = {
    external: "its values lie in another file",
    link: "it is a link into another file",
    virtual: "its values are put together from other files",
}


def refused(path: Path) -> str:
    with pytest.raises(CompilerError) as caught:
        inspect_model(path)
    (problem,) = caught.value.diagnostics
    return f"{problem.code} {problem.message}"


@pytest.mark.parametrize("put", KINDS)
@pytest.mark.parametrize("place", ["evil", "model_weights/dense/evil", "model_weights/many/deep/er/evil"])
def test_other_files_in_an_h5_file(put: Callable[[Any, str], None], place: str, tmp_path: Path) -> None:
    shutil.copy(OLD / "functional-keras2.h5", tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5", "r+") as file:
        for number in range(300):  # a B-tree of several levels
            file.create_group(f"model_weights/many/{number:04}")
        put(file, place)
    # HDF5 moves a group's members into another kind of index for a link, so that the place is the group.
    shown = place.rpartition("/")[0] if put is link else place
    found = refused(tmp_path / "m.h5")
    assert found.startswith(f"MF204 the model is denied: {KINDS[put]} (HDF5: '/{shown}")


@pytest.mark.parametrize("put", KINDS)
@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_other_files_in_the_weights_of_an_archive(
    put: Callable[[Any, str], None], packing: int, tmp_path: Path
) -> None:
    with zipfile.ZipFile(OLD / "functional-keras2.keras") as old:
        (tmp_path / "w.h5").write_bytes(old.read("model.weights.h5"))
        with h5py.File(tmp_path / "w.h5", "r+") as file:
            put(file, "layers/dense/evil")
        with zipfile.ZipFile(tmp_path / "m.keras", "w", packing) as new:
            for name in old.namelist():
                new.writestr(name, (tmp_path / "w.h5").read_bytes() if name.endswith(".h5") else old.read(name))
    assert refused(tmp_path / "m.keras").startswith(
        f"MF204 the model is denied: {KINDS[put]} (model.weights.h5: '/layers"
    )


@pytest.mark.parametrize("library", ["earliest", "latest"])
def test_every_version_of_the_format_is_followed(library: str, tmp_path: Path) -> None:
    for put, why in KINDS.items():
        with h5py.File(tmp_path / "m.h5", "w", libver=library) as file:
            put(file, "a/b/evil")
        found = [reason for _, reason in foreign_parts(memoryview((tmp_path / "m.h5").read_bytes()))]
        assert found == [why]


def test_links_by_name_within_the_file_are_ordinary(tmp_path: Path) -> None:
    for library in ("earliest", "latest"):
        with h5py.File(tmp_path / "m.h5", "w", libver=library) as file:
            file["a/b"] = [1.0, 2.0]
            file["c"] = h5py.SoftLink("/a/b")
            file["d"] = file["a"]
            file["a/up"] = file["/"]
            file.create_dataset("e", (100, 100), "f4", chunks=(10, 10), compression="gzip")
        assert list(foreign_parts(memoryview((tmp_path / "m.h5").read_bytes()))) == []


def test_groups_that_are_not_followed_are_denied(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "m.h5", "w", track_order=True) as file:
        for number in range(20):
            file.create_group(f"g{number}")
    assert [why for _, why in foreign_parts(memoryview((tmp_path / "m.h5").read_bytes()))] == [
        "it is stored in a way that Keras does not use"
    ]


def test_a_root_that_is_described_twice_is_denied(tmp_path: Path) -> None:
    content = bytearray((OLD / "functional-keras2.h5").read_bytes())
    struct.pack_into("<Q", content, 80, 4096)  # the B-tree in the superblock
    (tmp_path / "m").write_bytes(content)
    assert refused(tmp_path / "m") == "MF204 the model is denied: its members are listed in two places (HDF5: '/')"


def test_addresses_begin_at_the_first_byte(tmp_path: Path) -> None:
    content = bytearray((OLD / "functional-keras2.h5").read_bytes())
    struct.pack_into("<Q", content, 24, 512)
    (tmp_path / "m").write_bytes(content)
    assert refused(tmp_path / "m").startswith(
        "MF203 the model file is damaged: its addresses do not begin at its first"
    )
