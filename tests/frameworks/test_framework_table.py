"""The table of frameworks: every entry loads, and only the one that a file belongs to is loaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from compiler.frameworks import FRAMEWORKS
from compiler.readers.sniff import FORMATS, UNKNOWN
from testing.paths import ROOT

MODULES = {
    "scikit-learn": "sklearn",
    "xgboost": "xgboost",
    "lightgbm": "lightgbm",
    "pytorch": "pytorch",
    "tensorflow": "tensorflow",
    "pyspark": "spark",
    "onnx": "onnx",
    "other": "generic",
}


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_every_entry_loads_and_fulfils_the_protocol(name: str) -> None:
    framework = FRAMEWORKS[name].load()
    assert framework.name == name
    assert (ROOT / "compiler" / "emit" / "templates" / framework.score_template).is_file()
    assert callable(framework.facts)
    assert type(framework).__module__ == f"compiler.frameworks.{MODULES[name]}"


def test_every_format_has_an_owner_besides_the_catch_all() -> None:
    listed = frozenset().union(*(entry.formats for name, entry in FRAMEWORKS.items() if name != "other"))
    assert FORMATS - listed == {UNKNOWN, "joblib-old"}
    assert listed <= FRAMEWORKS["other"].formats == FORMATS


def test_only_the_framework_of_the_file_is_imported(tmp_path: Path) -> None:
    header = b'{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
    (tmp_path / "model").write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))
    program = (
        "import sys; from pathlib import Path; from compiler.frameworks import inspect_model\n"
        "inspect_model(Path(sys.argv[1]))\n"
        "print(*sorted(m for m in sys.modules if m.startswith('compiler.frameworks.') or m == 'zipfile'))\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "model")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [f"compiler.frameworks.{name}" for name in ("base", "pytorch", "safetensors_files")]
