"""doctor: every finding that is not good says how to mend it, and following that mends it."""

import json

import pytest

from testing.some import some

HEAD = "apiVersion: manifact/v1\nkind: Project\nmetadata: {name: rules}\nmanifests: [model.yaml]\n"
CLOUD = "targets:\n  prod: {region: us-ashburn-1, compartmentId: ocid1.compartment.oc1..a, %s}\n"


def _findings(manifact, *words):
    result = manifact("doctor", *words, "--json")
    return result.code, {finding["check"]: finding for finding in json.loads(result.out)["findings"]}


def test_a_fresh_project_is_healthy_and_stays_as_it_is(rules, manifact):
    before = sorted(rules.rglob("*"))
    code, findings = _findings(manifact)
    assert code == 0
    assert findings["python"]["state"] == findings["target local"]["state"] == "good"
    assert findings["library scikit-learn"]["state"] == "good"
    assert all(finding["mend"] for finding in some(findings.values()) if finding["state"] != "good")
    assert sorted(rules.rglob("*")) == before
    shown = manifact("doctor")
    assert (shown.code, "python" in shown.out) == (0, True)


@pytest.mark.parametrize("home", ["", "elsewhere"])
def test_java(home, rules, manifact, monkeypatch):
    monkeypatch.setenv("PATH", str(rules))
    if home:
        monkeypatch.setenv("JAVA_HOME", str(rules / home))
    else:
        monkeypatch.delenv("JAVA_HOME", raising=False)
    assert _findings(manifact)[1]["java"]["state"] == "missing"
    java = rules / home / "bin" / "java" if home else rules / "java"
    java.parent.mkdir(parents=True, exist_ok=True)
    java.write_text("#!/bin/sh\n")
    java.chmod(0o755)
    assert _findings(manifact)[1]["java"]["state"] == "good"


def test_targets_are_looked_at_one_by_one(rules, manifact, monkeypatch):
    monkeypatch.setenv("HOME", str(rules))
    for name in ("OCI_CLI_USER", "OCI_CONFIG_FILE", "OCI_RESOURCE_PRINCIPAL_VERSION"):
        monkeypatch.delenv(name, raising=False)
    (rules / "manifact.yaml").write_text(HEAD + CLOUD % "auth: api_key")
    code, findings = _findings(manifact)
    assert (code, findings["target local"]["state"], findings["target prod"]["state"]) == (3, "good", "wrong")
    assert "projectId" in findings["target prod"]["detail"]
    (rules / "manifact.yaml").write_text(HEAD + CLOUD % "auth: api_key, projectId: ocid1.datascienceproject.oc1.iad.a")
    code, findings = _findings(manifact)
    assert (code, findings["target prod"]["state"]) == (3, "wrong")
    assert "MF710" in findings["target prod"]["detail"] or "MF711" in findings["target prod"]["detail"]
    assert findings["target prod"]["mend"]


def test_a_wrong_project_file(rules, manifact):
    (rules / "manifact.yaml").write_text(HEAD + "targts: {}\n")
    code, findings = _findings(manifact)
    assert (code, findings["project"]["state"]) == (3, "wrong")
    assert "manifact.yaml:5" in findings["project"]["detail"]
