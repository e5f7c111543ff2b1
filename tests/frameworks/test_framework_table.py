"""The table of frameworks: every entry loads, and only the one that a file belongs to is loaded in full."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path
from typing import get_args

import pytest

from compiler.frameworks import FOLDER, FRAMEWORKS, Framework, framework_named
from compiler.frameworks.formats import UNKNOWN
from compiler.frameworks.sniffer import known_formats, sniff
from compiler.spec.source import FrameworkName
from testing.paths import ROOT as REPOSITORY


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_every_entry_loads_and_fulfils_the_protocol(name: str) -> None:
    framework = framework_named(name)
    assert Framework in type(framework).__mro__
    assert framework.name == name
    assert framework.formats
    assert (FOLDER / framework.score_template).is_file()
    assert type(framework).__module__ == f"compiler.frameworks.{FRAMEWORKS[name]}.framework"


def test_every_folder_is_listed() -> None:
    assert {path.parent.name for path in FOLDER.glob("*/framework.py")} == set(FRAMEWORKS.values())


def test_the_manifest_takes_the_names_that_inspect_takes() -> None:
    assert get_args(FrameworkName) == tuple(FRAMEWORKS)


def test_formats_have_one_name_each() -> None:
    names = [known.name for known in known_formats()]
    assert len(names) == len(set(names))
    assert UNKNOWN not in names


def test_a_header_that_begins_like_a_pickle_is_still_safetensors(tmp_path: Path) -> None:
    header = b'{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'.ljust(640)
    content = len(header).to_bytes(8, "little") + header + bytes(4)
    assert content.startswith(b"\x80\x02")  # a pickle of protocol 2
    (tmp_path / "model").write_bytes(content)
    assert sniff(tmp_path / "model") == "safetensors"


def test_extra_files_of_a_keras_model_do_not_make_it_a_torch_file(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "model", "w") as archive:
        for name in ("assets/data.pkl", "metadata.json", "config.json"):
            archive.writestr(name, "{}")
    assert sniff(tmp_path / "model") == "keras"


def test_every_format_has_an_owner_besides_the_catch_all() -> None:
    owned = {known.name for name in FRAMEWORKS if name != "other" for known in framework_named(name).formats}
    assert {known.name for known in known_formats()} - owned == {"joblib-old"}


def test_only_the_facts_of_the_file_are_imported(tmp_path: Path) -> None:
    header = b'{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
    (tmp_path / "model").write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))
    program = (
        "import sys; from pathlib import Path; from compiler.frameworks import inspect_model\n"
        "inspect_model(Path(sys.argv[1]))\n"
        "print(*sorted(m for m in sys.modules if m.startswith(('compiler.frameworks.', 'compiler.readers.'))))\n"
        "assert 'zipfile' not in sys.modules\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "model")]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    light = {f"compiler.frameworks.{folder}{rest}" for folder in FRAMEWORKS.values() for rest in ("", ".framework")}
    shared = {"base", "formats", "pickle_formats", "registry", "sniffer", "pytorch.facts", "pytorch.safetensors_files"}
    assert {name for name in loaded if "frameworks" in name} == light | {f"compiler.frameworks.{n}" for n in shared}
    assert {name for name in loaded if "readers" in name} == {
        f"compiler.readers.{name}"
        for name in (
            "containers",
            "containers.bounded_json",
            "containers.compression",
            "containers.mapped",
            "containers.wire",
            "safetensors",
            "xgboost",
            "xgboost.binary",
        )
    }
