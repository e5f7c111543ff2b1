"""Wrong manifests as data: `tests/cases/<code>-<what>/` holds a manifest, its files, and exactly what is said of it.

`pytest tests/test_cases.py --update-expected` rewrites the expectations; read the difference before you commit it.
"""

import shutil

import pytest

from testing.paths import TESTS

CASES = sorted(path for path in (TESTS / "cases").iterdir() if path.is_dir())


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_wrong_manifest_is_explained(case, wine, manifact, request):
    shutil.copytree(case, wine, dirs_exist_ok=True)
    before = {path: path.read_bytes() for path in wine.rglob("*") if path.is_file()}
    result = manifact("compile", "model.yaml")
    said = f"exit {result.code}\n{result.err}"
    if request.config.getoption("--update-expected"):
        (case / "expected.txt").write_text(said, encoding="utf-8")
    assert said == (case / "expected.txt").read_text(encoding="utf-8")
    assert case.name.partition("-")[0] in said or case.name == "many-at-once"
    assert result.code in (1, 3)  # 3: not here, as with a pointer to a file
    assert result.out == ""
    assert {path: path.read_bytes() for path in wine.rglob("*") if path.is_file()} == before
