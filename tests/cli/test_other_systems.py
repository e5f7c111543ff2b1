"""On a cloud target nothing needs what only Linux has; what does need it says so."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from testing import unmanaged
from testing.command import Result, first_document, start
from testing.paths import child_environment
from testing.waiting import LONG

HIDDEN = """
import os, sys
for name in ("fcntl", "resource", "pty", "termios", "tty", "pwd", "grp", "syslog", "readline"):
    sys.modules[name] = None
for name in ("fork", "forkpty", "getuid", "geteuid", "getpgid", "killpg", "setsid", "getppid", "pread", "pwrite",
             "mkfifo", "sched_getaffinity", "statvfs", "waitid",
             "register_at_fork", "unshare", "posix_spawn", "openpty",
             "O_NOFOLLOW", "O_DIRECTORY", "O_CLOEXEC", "fchmod", "fchown", "chown", "initgroups", "setuid"):
    if hasattr(os, name):
        delattr(os, name)
from compiler.cli.main import main
sys.exit(main())
"""


def elsewhere(*words: str) -> Result:
    """A command in a process in which the modules and functions of Linux are not there."""
    command = [sys.executable, "-c", HIDDEN, *words]
    ran = subprocess.run(command, env=child_environment(), capture_output=True, text=True, check=False, timeout=LONG)
    assert "Traceback" not in ran.stderr, ran.stderr
    return Result(ran.returncode, ran.stdout, ran.stderr)


@pytest.fixture
def cloud(tmp_path: Path, rules: Path, monkeypatch: pytest.MonkeyPatch):
    """The rules model with a cloud target, `lab`: another project's embedded OCI, served by a process of its own."""
    lab = tmp_path / "lab"
    lab.mkdir()
    (lab / "manifact.yaml").write_text("apiVersion: manifact/v1\nkind: Project\nmetadata: {name: lab}\n")
    with start("local", "serve", "--port", "0", "--json", cwd=lab, stdout=subprocess.PIPE, text=True) as process:
        document = first_document(process)
        for name, value in document["environment"].items():
            monkeypatch.setenv(name, value)
        (rules / "manifact.yaml").write_text(project(document, lab))
        yield rules
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=LONG) == 0
    unmanaged.remove(lab)


def project(document: dict, lab: Path) -> str:
    from compiler.cloud.connect.connection import connect
    from compiler.spec.project import Target

    with connect("local", Target(), root=lab, project="lab") as connection:
        place = connection.place
    return (
        "apiVersion: manifact/v1\nkind: Project\nmetadata: {name: rules}\nmanifests: [model.yaml]\ntargets:\n"
        f"  lab: {{region: {place.region}, compartmentId: {place.compartment_id}, projectId: {place.project_id}, "
        f"serviceEndpoint: '{document['url']}', auth: api_key}}\n"
    )


@pytest.mark.slow
def test_a_model_is_deployed_from_another_system(cloud):
    for words in (["compile"], ["compile"], ["validate"], ["plan", "--target", "lab"]):
        result = elsewhere(*words)
        assert result.code == 0, (words, result.err)
    applied = elsewhere("apply", "--target", "lab", "--json")
    assert (applied.code, json.loads(applied.out)["complete"]) == (0, True), applied.err
    assert "needs Linux" in applied.err
    assert "No changes" in elsewhere("plan", "--target", "lab").out
    answered = elsewhere("predict", "flat-price", "--target", "lab", "--data", "samples/input.csv")
    assert json.loads(answered.out)["prediction"]


@pytest.mark.parametrize("words", [("verify",), ("apply",), ("plan",), ("serve",), ("local", "status")])
def test_what_needs_linux_says_so(words, rules):
    result = elsewhere(*words)
    assert (result.code, "MF612" in result.err) == (3, True), result.err


@pytest.mark.slow
def test_doctor_looks_at_a_cloud_target(cloud, manifact):
    result = manifact("doctor", "--target", "lab", "--json")
    findings = {finding["check"]: finding for finding in json.loads(result.out)["findings"]}
    assert findings["clock lab"]["state"] == "good"
    assert findings["target lab"]["state"] == "good", findings["target lab"]
    [(check, conda)] = [item for item in findings.items() if item[0].startswith("conda ")]
    assert check.startswith("conda oci://conda-packs@")
    assert (conda["state"], bool(conda["mend"])) in {("wrong", True), ("missing", True)}
