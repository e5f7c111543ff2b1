"""completion: scripts that the shells accept, made by a library."""

import shutil
import subprocess
import sys

import pytest

from compiler.cli import commands
from testing.some import some


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_knows_every_command(shell, manifact):
    pytest.importorskip("shtab")
    result = manifact("completion", shell)
    assert result.code == 0
    assert all(name in result.out for name in some(commands.NAMES))
    assert "--select" in result.out or "-l select" in result.out


def test_bash_completes(manifact, tmp_path):
    pytest.importorskip("shtab")
    script = tmp_path / "manifact.bash"
    script.write_text(manifact("completion", "bash").out)
    program = (
        f"source {script}; COMP_WORDS=(manifact comp); COMP_CWORD=1; "
        "$(complete -p manifact | sed -E 's/.*-F ([^ ]+).*/\\1/'); printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    ran = subprocess.run([shutil.which("bash"), "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["compile", "completion"]


def test_without_the_library_it_says_what_to_install(manifact, monkeypatch):
    monkeypatch.setitem(sys.modules, "shtab", None)
    result = manifact("completion", "bash")
    assert (result.code, "pip install 'manifact[completion]'" in result.err) == (3, True)


def test_a_shell_that_is_not_known(manifact):
    result = manifact("completion", "zhs")
    assert (result.code, "did you mean 'zsh'?" in result.err) == (64, True)
