"""init, validate, inspect, introspect, explain, schema, and wrong usage."""

import json

import pytest

from compiler.cli.documents import schema_files
from compiler.codes import CODES
from testing.paths import ROOT
from testing.some import some

SCHEMAS = ROOT / "schemas"


def test_init_writes_a_manifest_that_compiles(wine, manifact):
    (wine / "model.yaml").unlink()
    result = manifact("init", "model.joblib", "--input", "samples/input.csv", "--output", "samples/output.csv")
    assert result.code == 0
    assert manifact("compile").code == 0
    again = manifact("init", "model.joblib")
    assert (again.code, "MF902" in again.err) == (64, True)


def test_validate_writes_nothing(wine, manifact):
    before = sorted(wine.rglob("*"))
    result = manifact("validate")
    assert (result.code, result.out) == (0, "model.yaml is valid.\n  next: manifact compile .\n")
    assert sorted(wine.rglob("*")) == before


def test_validate_as_json_has_every_problem_with_its_place(wine, manifact):
    text = (wine / "model.yaml").read_text()
    (wine / "model.yaml").write_text(
        text.replace("multinomial_classification", "clasification").replace("1\n", "'1'\n")
    )
    result = manifact("validate", "--json")
    found = json.loads(result.out)["diagnostics"]
    assert result.code == 1
    assert {problem["code"] for problem in found} == {"MF102", "MF103"}
    assert all(problem["where"]["path"] == "model.yaml" and problem["where"]["line"] > 0 for problem in some(found))


def test_inspect_shows_the_facts_of_a_file(wine, manifact):
    result = manifact("inspect", "model.joblib")
    assert result.code == 0
    assert "RandomForestClassifier" in result.out
    facts = json.loads(manifact("inspect", "model.joblib", "--json").out)
    assert facts["hyperparameters"]["max_depth"] == 6
    assert facts["classes"] == ["class_0", "class_1", "class_2"]


def test_introspect_passes_what_compile_built_and_fails_what_was_damaged(wine, manifact):
    manifact("compile")
    assert manifact("introspect", "build/wine-cultivar/artifact").code == 0
    (wine / "build/wine-cultivar/artifact/model.joblib").write_bytes(b"something else")
    damaged = manifact("introspect", "build/wine-cultivar/artifact", "--json")
    assert damaged.code == 1
    assert json.loads(damaged.out)["passed"] is False


def test_explain_knows_every_code(manifact):
    listed = json.loads(manifact("explain", "--json").out)["codes"]
    assert {item["code"]: item["title"] for item in listed} == {name: code.title for name, code in CODES.items()}
    single = json.loads(manifact("explain", "MF102", "--json").out)["codes"]
    assert single == [item for item in listed if item["code"] == "MF102"]
    assert CODES["MF102"].explanation in manifact("explain", "mf102").out
    wrong = manifact("explain", "MF012")
    assert (wrong.code, "did you mean" in wrong.err) == (64, True)


def test_schema_prints_and_writes_what_is_checked_in(tmp_path, manifact):
    assert manifact("schema").out == (SCHEMAS / "model.v1.schema.json").read_text(encoding="utf-8")
    assert json.loads(manifact("schema", "plan.output").out)["title"] == "PlanDocument"
    manifact("schema", "--write", tmp_path)
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == schema_files()
    wrong = manifact("schema", "plan.outputs")
    assert (wrong.code, "did you mean 'plan.output'?" in wrong.err) == (64, True)


@pytest.mark.parametrize(
    "arguments",
    [(), ("frobnicate",), ("compile", "--nonsense"), ("compile", "no/such/folder"), ("plan", "--target", "moon")],
    ids=" ".join,
)
def test_wrong_usage_exits_with_64(wine, manifact, arguments):
    assert manifact(*arguments).code == 64


def test_a_project_sets_defaults_and_targets(wine, manifact):
    (wine / "manifact.yaml").write_text(
        "apiVersion: manifact/v1\nkind: Project\nmetadata: {name: cellar}\n"
        "defaults: {spec: {useCase: clasification}}\ntargets:\n  prod: {region: eu-frankfurt-1}\n"
    )
    overridden = manifact("validate")
    assert overridden.code == 0
    text = (wine / "model.yaml").read_text().replace("  useCase: multinomial_classification\n", "")
    (wine / "model.yaml").write_text(text)
    blamed = manifact("validate")
    assert (blamed.code, "manifact.yaml:4:" in blamed.err) == (1, True)
    (wine / "manifact.yaml").write_text((wine / "manifact.yaml").read_text().replace("clasification", "other"))
    unnamed = manifact("plan")
    assert (unnamed.code, "--target: local, prod" in unnamed.err) == (64, True)
    incomplete = manifact("plan", "--target", "prod")
    assert (incomplete.code, "MF742" in incomplete.err) == (1, True)
