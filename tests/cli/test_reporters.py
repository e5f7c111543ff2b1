"""Problems for editors and CI services: standard output holds them in the form that is asked for, and nothing else."""

import json
import re

import pytest
from ruamel.yaml import YAML

from compiler.diagnostics import Diagnostic, Severity, SourceRange
from compiler.render import reporters
from testing.paths import ROOT
from testing.some import some


@pytest.fixture
def wrong(wine):
    """A manifest with two problems (the working directory holds it)."""
    text = (wine / "model.yaml").read_text()
    (wine / "model.yaml").write_text(
        text.replace("multinomial_classification", "clasification").replace("ocpus: 1\n", "ocpus: '1'\n")
    )
    return wine


COMMANDS = ("validate", "compile", "verify", "plan", "apply")


@pytest.mark.parametrize("command", COMMANDS)
def test_github_annotates_the_lines(command, wrong, manifact):
    result = manifact(command, "--format", "github")
    assert result.code == 1
    lines = result.out.splitlines()
    assert len(lines) == 2
    form = re.compile(r"::error title=(MF\d+),file=model.yaml,line=(\d+),col=\d+,endColumn=\d+::.+")
    found = [form.fullmatch(line) for line in lines]
    assert {match[1] for match in found} == {"MF102", "MF103"}
    assert "unknown use case 'clasification'" in result.out


@pytest.mark.parametrize("command", COMMANDS)
def test_gitlab_gets_a_code_quality_report(command, wrong, manifact):
    issues = json.loads(manifact(command, "--format=gitlab").out)
    assert {issue["check_name"] for issue in issues} == {"MF102", "MF103"}
    assert all(issue["location"]["lines"]["begin"] > 1 and issue["severity"] == "major" for issue in some(issues))
    assert len({issue["fingerprint"] for issue in issues}) == 2


@pytest.mark.parametrize("command", COMMANDS)
def test_sarif_names_rules_and_regions(command, wrong, manifact):
    log = json.loads(manifact(command, "--format", "sarif").out)
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert log["version"] == "2.1.0"
    assert rules == ["MF102", "MF103"]
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        assert result["ruleId"] in rules
        assert place["artifactLocation"]["uri"] == "model.yaml"
        assert 0 < place["region"]["startColumn"] < place["region"]["endColumn"]


def test_json_is_the_document_of_problems(wrong, manifact):
    assert json.loads(manifact("validate", "--format", "json").out) == {
        "formatVersion": 1,
        "diagnostics": json.loads(manifact("validate", "--json").out)["diagnostics"],
    }


@pytest.mark.parametrize("name", reporters.REPORTERS)
def test_a_clean_run_reports_nothing(name, wine, manifact):
    result = manifact("validate", "--format", name)
    assert result.code == 0
    assert result.out == reporters.REPORTERS[name]([])


@pytest.mark.parametrize("name", reporters.REPORTERS)
def test_what_stops_the_command_is_reported_too(name, wine, manifact):
    result = manifact("validate", "nowhere.yaml", "--format", name)
    assert (result.code, "MF112" in result.out) == (64, True)


def test_a_format_that_there_is_not(wine, manifact):
    result = manifact("validate", "--format", "gitlub")
    assert (result.code, "did you mean 'gitlab'?" in result.err) == (64, True)


def test_a_message_cannot_end_its_annotation():
    where = SourceRange("a,b:c.yaml", 2, 3, 4, "x")
    problem = Diagnostic("MF102", "50% of\n::error::it", where, "a hint", Severity.WARNING)
    assert reporters.github([problem]) == (
        "::warning title=MF102,file=a%2Cb%3Ac.yaml,line=2,col=3,endColumn=4::50%25 of%0A::error::it%0Aa hint\n"
    )


def test_the_hook_of_pre_commit_can_be_run(wine, manifact):
    (hook,) = YAML(typ="safe").load(ROOT / ".pre-commit-hooks.yaml")
    assert re.search(hook["files"], "models/wine/model.yaml")
    assert manifact(*hook["entry"].split()[1:], "model.yaml").code == 0
