"""Values that a schema takes and nothing else does: a diagnostic at their place, never a bug report."""

from __future__ import annotations

import pytest

HEAD = "apiVersion: manifact/v1\nkind: Model\nmetadata: {name: w}\nspec:\n"
MODEL = "  model: {path: model.joblib}\n"
DEPLOYMENT = "  deployment: {shape: VM.Standard.E4.Flex, %s}\n"
NUL = r'"a\0b"'
PATHS = {
    "spec.model.path": f"  model: {{path: {NUL}}}\n",
    "spec.model.uri": f'  model: {{uri: "oci://b@n/a\\0b", sha256: {"a" * 64}}}\n',
    "spec.model.architecture.file": f"  model: {{path: model.joblib, architecture: {{file: {NUL}, class: A}}}}\n",
    "spec.artifact.path": f"  artifact: {{path: {NUL}}}\n",
    "spec.include": f"{MODEL}  include: [{NUL}]\n",
    "spec.samples.input": f"{MODEL}  samples: {{input: {NUL}}}\n",
    "spec.samples.output": f"{MODEL}  samples: {{input: samples/input.csv, output: {NUL}}}\n",
    "spec.samples.labels": f"{MODEL}  samples: {{input: samples/input.csv, labels: {NUL}}}\n",
    "spec.score.hooks": f"{MODEL}  score: {{hooks: {NUL}}}\n",
    "spec.score.file": f"{MODEL}  score: {{file: {NUL}}}\n",
    "spec.environment": f'{MODEL}  environment: {{inference: {{file: {NUL}, path: "oci://a@b/c", python: "3.11"}}}}\n',
    "spec.catalog.custom": f"{MODEL}  catalog: {{custom: [{{key: k, artifact: {NUL}}}]}}\n",
    "spec.catalog.provenance": f"{MODEL}  catalog: {{provenance: {{trainingScript: {NUL}}}}}\n",
    "spec.deployment.smoke": MODEL + DEPLOYMENT % f"smoke: {{request: {NUL}}}",
    "spec.deployment.environmentVariables": MODEL + DEPLOYMENT % f"environmentVariables: {{A: {NUL}}}",
    "a key": f"{MODEL}  {NUL}: 1\n",
}
NUMBERS = {
    "instances": MODEL + DEPLOYMENT % "instances: 2.0",
    "instances in another notation": MODEL + DEPLOYMENT % "instances: 2e0",
    "bandwidthMbps": MODEL + DEPLOYMENT % "bandwidthMbps: 10.0",
    "webConcurrency": MODEL + DEPLOYMENT % "webConcurrency: 1.0",
    "golden": f"{MODEL}  samples: {{input: samples/input.csv, golden: 2.0}}\n",
}


@pytest.mark.parametrize("text", PATHS.values(), ids=PATHS)
@pytest.mark.parametrize("command", ["validate", "compile", "plan"])
def test_no_text_holds_a_zero_byte(wine, manifact, text, command) -> None:
    (wine / "model.yaml").write_text(HEAD + text)
    done = manifact(command)
    assert (done.code, "error[MF002]: the character U+0000 is not allowed" in done.err) == (1, True), done.err
    assert "model.yaml:" in done.err


@pytest.mark.parametrize("text", [f"manifests: [{NUL}]", f"targets: {{local: {{profile: {NUL}}}}}"])
def test_nor_does_one_of_the_project_file(wine, manifact, text) -> None:
    (wine / "manifact.yaml").write_text(f"apiVersion: manifact/v1\nkind: Project\nmetadata: {{name: p}}\n{text}\n")
    for words in (["compile", "."], ["plan", "--all"], ["status"]):
        assert "error[MF002]: the character U+0000 is not allowed" in manifact(*words).err


@pytest.mark.parametrize("text", NUMBERS.values(), ids=NUMBERS)
def test_a_whole_number_is_written_as_one(wine, manifact, text) -> None:
    (wine / "model.yaml").write_text(HEAD + text)
    done = manifact("compile")
    assert (done.code, "error[MF103]" in done.err, "expected a whole number" in done.err) == (1, True, True)
