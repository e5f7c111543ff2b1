"""`catalog.custom` with a file, from the manifest to the catalog."""

from __future__ import annotations

from typing import Any

import pytest

ATTACHED = """
  catalog:
    custom:
      - {key: shap, artifact: shap.html, category: Reports}
"""


@pytest.mark.slow
def test_a_file_named_in_the_manifest_hangs_on_the_model(manifact: Any, wine: Any) -> None:
    path = wine / "model.yaml"
    lines = path.read_text().splitlines()
    kept = lines[: next((n for n, line in enumerate(lines) if line.startswith("  catalog")), len(lines))]
    path.write_text("\n".join(kept) + ATTACHED)
    (wine / "shap.html").write_text("<p>important</p>")
    result = manifact("apply", wine, "--yes", "--verify", "never")
    assert result.code == 0, result.err
    again = manifact("apply", wine, "--yes")
    assert "No changes." in again.out
    (wine / "shap.html").write_text("<p>more important</p>")
    changed = manifact("apply", wine, "--yes", "--json")
    assert changed.code == 0
    assert '"update"' in changed.out
