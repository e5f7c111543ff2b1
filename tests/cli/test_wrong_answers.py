"""Models that answer wrongly: which one it is, and what to do next."""

import json
import shutil

import pytest

from testing import unmanaged

MANIFEST = """\
apiVersion: manifact/v1
kind: Model
metadata: {name: NAME}
spec:
  artifact: {path: artifact}
  samples: {input: in.csv, output: out.csv}
  deployment: {shape: VM.Standard2.1}
"""

SCORE = """
def load_model(model_file_name="factor.txt"):
    return 2


def predict(data, model=load_model()):
    values = data["x"] if isinstance(data, dict) else [row["x"] for row in data]
    return {"prediction": [value * model for value in values]}
"""


@pytest.fixture
def wrong(cellar):
    """Two models whose output samples are not what they answer."""
    for name in ("red", "white"):
        folder = cellar / "models" / name
        (folder / "artifact").mkdir(parents=True)
        for path, content in {**unmanaged.FILES, "score.py": SCORE.encode()}.items():
            (folder / "artifact" / path).write_bytes(content)
        (folder / "in.csv").write_text("x\n1\n2\n")
        (folder / "out.csv").write_text("y\n7\n7\n")
        (folder / "model.yaml").write_text(MANIFEST.replace("NAME", name))
    return cellar


@pytest.mark.slow
def test_each_problem_names_its_model_where_there_are_several(wrong, manifact):
    verified = manifact("apply", "--json", "--verify", "always")
    assert verified.code == 4
    smoked = manifact("apply", "--json", "--verify", "never")
    assert smoked.code == 4
    for result, code in ((verified, "MF603"), (smoked, "MF722")):
        told = [problem["message"] for problem in json.loads(result.out)["diagnostics"] if problem["code"] == code]
        assert {message.split(":")[0] for message in told} == {"'red'", "'white'"}
    shutil.rmtree(wrong / "models" / "white")
    (wrong / "models" / "red" / "out.csv").write_text("y\n8\n8\n")
    alone = json.loads(manifact("apply", "models/red", "--json", "--verify", "always").out)
    assert alone["diagnostics"][0]["message"].startswith("2 of 2 golden rows")


@pytest.mark.slow
def test_status_leads_out_of_a_failed_smoke_test(wrong, manifact):
    assert manifact("apply", "models/red", "--verify", "never").code == 4
    told = manifact("status", "red").out
    assert "failed its smoke test: change the model" in told
    assert "next: manifact apply models/red --retry" in told
    (wrong / "models" / "red" / "out.csv").write_text("y\n2\n4\n")
    assert manifact("apply", "models/red").code == 0
    assert "next: manifact predict red" in manifact("status", "red").out
