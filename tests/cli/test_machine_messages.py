"""What is said when the machine is at fault: a full disk, a damaged store, closed streams, a folder that is gone."""

from __future__ import annotations

import subprocess
import sys

import pytest

from testing.paths import child_environment
from testing.waiting import LONG


def in_a_shell(line: str) -> subprocess.CompletedProcess[str]:
    """A line of shell with `{manifact}` for the command."""
    environment = {**child_environment(), "PYTHONDONTWRITEBYTECODE": "1"}
    command = ["bash", "-c", line.format(manifact=f"{sys.executable} -m compiler")]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=LONG)


@pytest.mark.parametrize(("limit", "words"), [(8, "list"), (150, "apply --verify never")])
def test_a_disk_that_takes_no_more_is_told_and_no_bug(limit, words, rules):
    """No file may grow beyond so many KiB: what a full disk is to a database."""
    result = in_a_shell(f"ulimit -f {limit}; exec {{manifact}} {words}")
    assert (result.returncode, "error[MF900]: the store of the target local" in result.stderr) == (3, True)
    assert "oci.sqlite3" in result.stderr
    assert "make room on the disk" in result.stderr


def test_a_store_that_is_none(rules, manifact):
    store = rules / ".manifact" / "local" / "oci.sqlite3"
    store.parent.mkdir(parents=True)
    store.write_text("this is no database, and it is long enough to be taken for one " * 40)
    result = manifact("list")
    assert (result.code, "file is not a database" in result.err) == (3, True)


@pytest.mark.parametrize(("closed", "code"), [(">&-", 0), (">&- 2>&-", 0), ("2>&-", 0), ("<&-", 0), ("> /dev/full", 3)])
@pytest.mark.parametrize("json", ["", "--json"])
def test_streams_that_are_closed_or_full(closed, code, json):
    result = in_a_shell(f"{{manifact}} explain MF102 {json} {closed}")
    assert result.returncode == code, result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    assert ("MF102" in result.stdout) == (closed in ("2>&-", "<&-"))


def test_a_folder_that_is_gone(tmp_path):
    result = in_a_shell(f"mkdir {tmp_path}/gone; cd {tmp_path}/gone; rmdir {tmp_path}/gone; {{manifact}} plan")
    assert (result.returncode, "the current folder is gone" in result.stderr) == (3, True)
