"""Several manifests in one command: files, folders, the whole project, labels; one that is wrong stops no other."""

import json
import shutil

import pytest

from testing.paths import MANIFESTS

RULES = MANIFESTS / "generic-rules"
PROJECT = """\
apiVersion: manifact/v1
kind: Project
metadata:
  name: cellar
manifests:
  - models/*/model.yaml
"""
NAMES = ("one", "three", "two")


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project of three models that need no framework; the working directory."""
    root = tmp_path / "cellar"
    root.mkdir()
    (root / "manifact.yaml").write_text(PROJECT)
    for name in NAMES:
        folder = root / "models" / name
        shutil.copytree(RULES, folder)
        team = "red" if name == "two" else "white"
        edit(folder / "model.yaml", "name: flat-price", f"name: {name}\n  labels: {{team: {team}, size: small}}")
    monkeypatch.chdir(root)
    return root


def names(result):
    return [build["name"] for build in json.loads(result.out)["builds"]]


def test_the_patterns_of_the_project_decide_in_its_root_and_everywhere_with_all(project, manifact, monkeypatch):
    assert names(manifact("compile", "--json")) == list(NAMES)
    (project / "build" / "copy").mkdir()
    shutil.copy(project / "models" / "one" / "model.yaml", project / "build" / "copy")
    edit(project / "manifact.yaml", "models/*/model.yaml", "'**/model.yaml'")
    assert names(manifact("compile", "--json")) == list(NAMES)  # what lies in build is no manifest of the user's
    monkeypatch.chdir(project / "models" / "one")
    assert names(manifact("compile", "--json")) == ["one"]
    assert names(manifact("compile", "--all", "--json")) == list(NAMES)


def test_files_and_folders_are_taken_once_and_in_order(project, manifact):
    assert names(manifact("compile", "models/two", "models/one/model.yaml", "models/two", "--json")) == ["two", "one"]
    assert names(manifact("compile", "models", "--json")) == list(NAMES)


def test_labels_select(project, manifact):
    assert names(manifact("compile", "--select", "team=white", "--json")) == ["one", "three"]
    assert names(manifact("compile", "--select", "team=red", "--select", "size=small", "--json")) == ["two"]
    assert names(manifact("compile", "models/two", "models/one", "--select", "team=white", "--json")) == ["one"]
    for wrong in ("team=blue", "team"):
        found = manifact("compile", "--select", wrong)
        assert (found.code, "MF912" in found.err) == (64, True)


def test_all_problems_are_told_in_one_run_and_the_others_are_built(project, manifact):
    edit(project / "models" / "one" / "model.yaml", "kind: Model", "kind: Modell")
    edit(project / "models" / "two" / "model.yaml", "input: samples/input.csv", "input: samples/inputs.csv")
    result = manifact("compile")
    assert result.code == 1
    assert "models/one/model.yaml:3" in result.err
    assert "models/two/model.yaml" in result.err
    assert (project / "build" / "three" / "artifact").is_dir()
    assert result.out.splitlines()[-1].startswith("  1 built, 0 unchanged, 2 wrong")
    document = json.loads(manifact("compile", "--json").out)
    assert [build["name"] for build in document["builds"]] == ["three"]
    assert {problem["where"]["path"] for problem in document["diagnostics"]} == {
        "models/one/model.yaml",
        "models/two/model.yaml",
    }
    checked = manifact("validate")
    assert (checked.code, "models/three/model.yaml is valid." in checked.out) == (1, True)
    assert "1 manifest valid, 2 wrong." in checked.out


def test_nothing_is_planned_or_applied_unless_all_compile(project, manifact):
    edit(project / "models" / "one" / "model.yaml", "kind: Model", "kind: Modell")
    edit(project / "models" / "two" / "model.yaml", "kind: Model", "kind: Modell")
    for command in ("plan", "apply"):
        result = manifact(command)
        assert result.code == 1
        assert "models/one/model.yaml:3" in result.err
        assert "models/two/model.yaml:3" in result.err
    assert "nothing is live" in manifact("status").out


@pytest.mark.slow
def test_one_that_is_wrong_does_not_stop_the_others_with_keep_going(project, manifact):
    """Three kinds of wrong: the manifest, what it asks of the target, and the model's answers."""
    edit(project / "models" / "one" / "model.yaml", "kind: Model", "kind: Modell")
    held = manifact("apply")
    assert (held.code, "MF779" in held.err, "apply the others meanwhile with --keep-going" in held.err) == (
        1,
        True,
        True,
    )
    assert "note[MF779]: the other 2 manifests were not applied" in held.err
    assert "nothing is live" in manifact("status").out
    pruning = manifact("apply", "--keep-going", "--prune", "--yes")
    assert (pruning.code, "MF771" in pruning.err) == (6, True)
    try:
        done = manifact("apply", "--keep-going", "--json")
        assert done.code == 1
        document = json.loads(done.out)
        assert document["complete"] is False
        assert {(item["name"], item["status"]) for item in document["results"]} == {("three", "done"), ("two", "done")}
        assert {item["where"]["path"] for item in document["diagnostics"]} == {"models/one/model.yaml"}
        edit(project / "models" / "one" / "model.yaml", "kind: Modell", "kind: Model")
        edit(project / "models" / "two" / "model.yaml", "ocpus: 1", "ocpus: 1\n    description: ${var.NOWHERE}")
        assert "MF779" in manifact("apply").err
        second = manifact("apply", "--keep-going")
        assert (second.code, "NOWHERE" in second.err, "MF779" in second.err) == (1, True, False)
        assert manifact("plan", "models/one", "--exit-code").code == 0
        edit(project / "models" / "two" / "model.yaml", "${var.NOWHERE}", "another")
        falsify(project / "models" / "one" / "samples" / "output.csv")
        refused = manifact("apply")
        assert (refused.code, "MF603" in refused.err, "MF779" in refused.err) == (4, True, True)
        last = manifact("apply", "--keep-going")
        assert (last.code, "MF603" in last.err) == (4, True)
        assert "two" in last.out
        assert manifact("plan", "models/two", "--exit-code").code == 0
        assert manifact("plan", "models/one", "--exit-code").code == 2
    finally:
        for name in NAMES:
            assert manifact("destroy", name, "--yes").code == 0


def falsify(sample):
    """Another answer in the first row."""
    header, first, *rest = sample.read_text().splitlines()
    sample.write_text("\n".join([header, "1" + first, *rest, ""]))


@pytest.mark.parametrize("keep_going", [[], ["--keep-going"]])
def test_where_all_are_wrong_nothing_is_held_back(project, manifact, keep_going):
    for name in NAMES:
        edit(project / "models" / name / "model.yaml", "kind: Model", "kind: Modell")
    found = manifact("apply", *keep_going)
    assert (found.code, found.err.count("MF102"), "MF779" in found.err) == (1, 3, False)


@pytest.mark.parametrize("command", ["compile", "validate"])
def test_two_of_one_name_are_told_at_both_places(project, manifact, command):
    edit(project / "models" / "two" / "model.yaml", "name: two", "name: one")
    result = manifact(command)
    assert result.code == 1
    assert "models/one/model.yaml:5:9: error[MF113]: 'one' is also the name of models/two/model.yaml:5:9" in result.err
    assert "models/two/model.yaml:5:9: error[MF113]: 'one' is also the name of models/one/model.yaml:5:9" in result.err
    assert not (project / "build" / "one").exists()
    assert manifact(command, "models/three").code == 0


def test_the_gravest_exit_code_wins(project, manifact):
    edit(project / "models" / "one" / "model.yaml", "kind: Model", "kind: Modell")
    missing = manifact("compile", "models/one", "models/nowhere")
    assert (missing.code, "MF112" in missing.err) == (64, True)


@pytest.mark.parametrize(
    ("patterns", "code"), [("nothing/*/model.yaml", "MF910"), ("../*/model.yaml", "MF108"), ("/etc/*.yaml", "MF108")]
)
def test_patterns_that_lead_nowhere_or_out(project, manifact, patterns, code):
    edit(project / "manifact.yaml", "models/*/model.yaml", patterns)
    result = manifact("compile")
    assert (result.code, f"manifact.yaml:6:5: error[{code}]" in result.err or code == "MF910") == (1, True)
    assert code in result.err


def test_manifests_of_two_projects_are_not_one_plan(project, manifact):
    (project / "models" / "two" / "manifact.yaml").write_text(PROJECT)
    result = manifact("plan", "models/one", "models/two")
    assert (result.code, "MF911" in result.err) == (64, True)
    assert manifact("compile", "models/one", "models/two").code == 0


def test_a_fleet_without_a_project_file_is_refused(project, manifact):
    (project / "manifact.yaml").unlink()
    assert "MF112" in manifact("compile").err
    assert "MF911" in manifact("compile", "--all").err


@pytest.mark.slow
def test_a_fleet_is_applied_and_a_saved_plan_holds_several(project, manifact):
    first = manifact("apply")
    try:
        assert first.code == 0, first.err
        assert "(3 of 3 models)" in first.out
        assert "one  verified 20 golden rows" in first.out  # the bytes of all three are the same
        assert "No changes." in manifact("apply").out
        for name in ("one", "two"):
            edit(project / "models" / name / "model.yaml", "ocpus: 1", "ocpus: 2")
        assert manifact("plan", "-o", "plan.json", "--exit-code").code == 2
        shutil.rmtree(project / "build")
        saved = manifact("apply", "--plan", "plan.json")
        assert (saved.code, "(2 of 3 models)" in saved.out) == (0, True)
        assert manifact("plan", "--exit-code").code == 0
    finally:
        for name in NAMES:
            assert manifact("destroy", name, "--yes").code == 0


def test_prune_needs_the_whole_project_in_view(project, manifact):
    for arguments in (["models/one"], ["--select", "team=red"], ["models"]):
        for command in ("plan", "apply"):
            refused = manifact(command, "--prune", *arguments)
            assert (refused.code, "MF771" in refused.err) == (6, True), arguments
    assert manifact("plan", "--prune", "--exit-code").code == 2
    assert manifact("plan", "--prune", "--all", "--exit-code").code == 2
    edit(project / "models" / "one" / "model.yaml", "kind: Model", "kind: Modell")
    assert manifact("plan", "--prune").code == 1
    (project / "manifact.yaml").unlink()
    assert "MF771" in manifact("plan", "--prune", "models/three").err


@pytest.mark.slow
def test_a_manifest_that_was_removed_is_pruned_after_a_yes(project, manifact):
    edit(project / "models" / "two" / "model.yaml", "ocpus: 1", "ocpus: 1\n    protect: true")
    assert manifact("apply").code == 0
    try:
        for name in ("one", "two"):
            shutil.rmtree(project / "models" / name)
        assert "No changes." in manifact("plan").out
        planned = manifact("plan", "--prune", "-o", "plan.json")
        assert "0 to create, 0 to update, 3 to delete" in planned.out
        assert "MF770" in planned.err
        assert "- warning MF770" in manifact("plan", "--prune", "--markdown").out
        assert manifact("apply", "--plan", "plan.json", "--prune").code == 64
        refused = manifact("apply", "--prune")
        assert (refused.code, "MF903" in refused.err) == (6, True)
        assert manifact("apply", "--plan", "plan.json", "--yes").code == 0
        live = {item["name"] for item in json.loads(manifact("status", "--json").out)["resources"]}
        assert live == {"three", "two"}
        kept = manifact("destroy", "two", "--yes")
        assert (kept.code, "MF730" in kept.err) == (6, True)
    finally:
        shutil.copytree(RULES, project / "models" / "two", dirs_exist_ok=True)
        edit(project / "models" / "two" / "model.yaml", "name: flat-price", "name: two")
        assert manifact("apply").code == 0
        for name in NAMES:
            assert manifact("destroy", name, "--yes").code == 0


TARGET = """\
targets:
  prod:
    region: eu-frankfurt-1
    compartmentId: ocid1.compartment.oc1..aaaa
    projectId: ocid1.datascienceproject.oc1..bbbb
"""


def test_policies_are_printed_without_credentials(project, manifact):
    (project / "manifact.yaml").write_text(PROJECT + TARGET)
    printed = manifact("plan", "--policies", "--target", "prod")
    assert (printed.code, printed.err) == (0, "")
    assert "manage data-science-models in compartment id ocid1.compartment.oc1..aaaa" in printed.out
    assert "where target.bucket.name='conda-packs'" in printed.out
    assert "needs none" in manifact("plan", "--policies", "--target", "local").out
    assert "MF913" in manifact("plan", "--policies", "--json", "--target", "prod").out


def test_problems_with_the_target_are_told_of_all_manifests(project, manifact):
    for name in ("one", "two"):
        edit(project / "models" / name / "model.yaml", "ocpus: 1", f"ocpus: 1\n    description: ${{var.OF_{name}}}")
    result = manifact("plan")
    assert (result.code, "OF_one" in result.err, "OF_two" in result.err) == (1, True, True)


def test_warnings_are_shown_with_what_is_about_to_change(project, manifact):
    edit(
        project / "manifact.yaml",
        "manifests:",
        "defaults: {spec: {catalog: {description: '" + "x" * 401 + "'}}}\nmanifests:",
    )
    warned = manifact("compile", "models/one")
    assert (warned.code, "warning[" in warned.err) == (0, True)
    planned = manifact("plan", "models/one")
    assert (planned.code, "warning[" in planned.err) == (0, True)
    assert "warning" in {problem["severity"] for problem in json.loads(manifact("plan", "--json").out)["diagnostics"]}
