"""What a model can reach from inside of verify: attacked with all mechanisms, with each alone, and with none."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import textwrap
import venv
from pathlib import Path

import pytest

from compiler.codes import ExitCode
from compiler.diagnostics import CompilerError
from compiler.serving.isolation import landlock
from compiler.serving.isolation.isolate import LANDLOCK, MECHANISMS, NAMESPACES
from compiler.serving.isolation.result import Isolation
from compiler.verify.run import run_artifact

ATTACKS = {
    "reads a file of home or checkout": "open(place + '/secret').read()",
    "reads it through a link of its own": (
        "os.symlink(place + '/secret', os.environ['TMPDIR'] + '/l') or open(os.environ['TMPDIR'] + '/l').read()"
    ),
    "links it into its scratch": "os.link(place + '/secret', os.environ['TMPDIR'] + '/h')",
    "lists the checkout": "os.listdir(place)",
    "writes into the checkout": "open(place + '/planted', 'w').close()",
    "empties a file of the checkout": "os.truncate(place + '/secret', 0)",
    "removes a file of the checkout": "os.remove(place + '/kept')",
    "reads the shadow file": "open('/etc/shadow').read(1)",
    "writes into the interpreter's libraries": "open(os.path.dirname(os.__file__) + '/planted.py', 'w').close()",
    "makes its view writable again": "remount()",
    "makes its view writable again as root of a namespace": "libc.unshare(0x10020000) or remount()",
    "reads another process": "open(f'/proc/{other}/environ', 'rb').read()",
    "goes through another process's root": "open(f'/proc/{other}/root{place}/secret').read()",
    "signals another process": "os.kill(other, 0)",
    "connects to a port": "socket.create_connection(('127.0.0.1', port), timeout=2)",
    "connects to a socket in the file system": "unix(place + '/socket')",
    "connects to an abstract socket": "unix(chr(0) + abstract)",
}
OF_FILES = list(ATTACKS)[:11]
OF_PROCESSES = list(ATTACKS)[11:14]
OF_NETWORK = list(ATTACKS)[14:]

MODEL = """
import ctypes, os, socket
place, other, port, abstract = {facts!r}
attacks = {attacks!r}
libc = ctypes.CDLL(None, use_errno=True)

def remount():
    folder = os.path.dirname(os.__file__)
    for target in (folder, os.path.realpath(__import__("sys").base_prefix), "/usr"):
        libc.mount(None, target.encode(), None, 32 | 4096, None)
    open(folder + "/planted.py", "w").close()

def unix(path):
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(path)

def attempt(code):
    try:
        eval(code)
    except Exception as problem:
        return f"{{type(problem).__name__}}"
    return "done"

def load_model(): ...

def predict(data):
    return {{"prediction": {{name: attempt(code) for name, code in attacks.items()}}}}
"""


@pytest.fixture
def outside(tmp_path):
    """A checkout with a secret, another process, and services of this machine."""
    place = tmp_path / "checkout"
    place.mkdir()
    (place / "secret").write_text("secret")
    (place / "kept").write_text("kept")
    abstract = f"manifact-{os.getpid()}"
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        for address in (str(place / "socket"), "\0" + abstract):
            listener = stack.enter_context(socket.socket(socket.AF_UNIX))
            listener.bind(address)
            listener.listen()
        other = stack.enter_context(subprocess.Popen(["sleep", "60"]))
        stack.callback(other.kill)
        yield str(place), other.pid, server.getsockname()[1], abstract


def attacked(tmp_path, outside, mechanisms) -> tuple[set[str], Isolation]:
    """The attacks that succeeded from inside of a model, and what is told of its isolation."""
    folder = tmp_path / "artifact"
    folder.mkdir()
    (folder / "score.py").write_text(MODEL.format(facts=outside, attacks=ATTACKS))
    replies = run_artifact(folder, [[]], timeout=60, mechanisms=mechanisms)
    answers = replies.answers[0]["answer"]["prediction"]
    planted = Path(os.__file__).with_name("planted.py")
    planted.unlink(missing_ok=True)
    return {name for name, answer in answers.items() if answer == "done"}, replies.isolation


def needs_namespaces() -> None:
    if subprocess.run(["unshare", "--user", "--net", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine offers no namespaces")


def needs_landlock() -> None:
    if not landlock.guards_processes(landlock.version()):
        pytest.skip("this kernel has no Landlock, or an old one")


def test_nothing_outside_is_reached(tmp_path, outside):
    needs_namespaces()
    succeeded, isolation = attacked(tmp_path, outside, MECHANISMS)
    assert (succeeded, isolation) == (set(), Isolation(network=True, files=True, processes=True))
    assert isolation.complete


def test_nothing_outside_is_reached_with_namespaces_alone(tmp_path, outside):
    needs_namespaces()
    succeeded, isolation = attacked(tmp_path, outside, [NAMESPACES])
    assert (succeeded, isolation.complete) == (set(), True)


def test_landlock_alone_holds_files_and_processes_and_says_that_the_network_is_open(tmp_path, outside):
    needs_landlock()
    succeeded, isolation = attacked(tmp_path, outside, [LANDLOCK])
    assert not succeeded & {*OF_FILES, *OF_PROCESSES}
    assert succeeded  # the attacks are real: what is not guarded is reached
    assert (isolation.missing, isolation.complete) == (("network",), False)


def test_without_any_of_it_that_is_said(tmp_path, outside):
    succeeded, isolation = attacked(tmp_path, outside, [])
    assert {"reads a file of home or checkout", "writes into the checkout", *OF_NETWORK} <= succeeded
    assert isolation.missing == ("network", "files", "processes")


def test_required_isolation_that_is_not_to_be_had_loads_nothing(tmp_path):
    (tmp_path / "score.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\ndef load_model(): ...\n")
    with pytest.raises(CompilerError) as caught:
        run_artifact(tmp_path, [], timeout=60, require_isolation=True, mechanisms=[])
    assert (caught.value.diagnostics[0].code, caught.value.exit_code) == ("MF611", ExitCode.ENVIRONMENT)
    assert "network, files, processes" in caught.value.diagnostics[0].message
    assert not (tmp_path / "ran").exists()


def test_a_model_cannot_claim_isolation(tmp_path):
    source = """
        import json, os
        for number in range(3, 64):
            try:
                os.write(number, json.dumps({"network": True, "files": True, "processes": True}).encode())
            except OSError:
                pass
        def load_model(): ...
    """
    (tmp_path / "score.py").write_text(textwrap.dedent(source))
    with contextlib.suppress(CompilerError):  # it may have spoilt its own answers
        assert run_artifact(tmp_path, [], timeout=60, mechanisms=[]).isolation.missing


PROGRAM = """
import sys
from pathlib import Path
sys.path.append({package!r})
from compiler.verify.run import run_artifact
print(run_artifact(Path({artifact!r}), [[]], timeout=60).answers[0])
"""


def _environment(checkout: Path) -> Path:
    """A virtual environment in a checkout, with a library, one named by a `.pth` file and two editable installs."""
    venv.create(checkout / ".venv", symlinks=True)
    packages = next((checkout / ".venv").glob("lib/python*/site-packages"))
    (packages / "installed.py").write_text("where = 1\n")
    for name in ("named", "mapped", "found"):
        (checkout / name / name).mkdir(parents=True)
        (checkout / name / name / "__init__.py").write_text(f"from .inner import {name}\n")
        (checkout / name / name / "inner.py").write_text(f"{name} = 1\n")
    (packages / "named.pth").write_text(f"{checkout / 'named'}\n")
    # As setuptools writes them: a finder with a table from package to folder.
    (packages / "mapped.pth").write_text("import __editable___mapped_finder; __editable___mapped_finder.install()\n")
    (packages / "__editable___mapped_finder.py").write_text(
        textwrap.dedent(f"""
            import sys
            from importlib.util import spec_from_file_location
            MAPPING = {{"mapped": {str(checkout / "mapped/mapped")!r}}}
            class Finder:
                @classmethod
                def find_spec(cls, name, path=None, target=None):
                    if name in MAPPING:
                        file = MAPPING[name] + "/__init__.py"
                        return spec_from_file_location(name, file, submodule_search_locations=[MAPPING[name]])
            def install():
                sys.meta_path.append(Finder)
        """)
    )
    # As scikit-build-core writes them: a finder that is an instance with a table from module to file.
    (packages / "found.pth").write_text("import _found_editable\n")
    (packages / "_found_editable.py").write_text(
        textwrap.dedent(f"""
            import sys
            from importlib.util import spec_from_file_location
            class Finder:
                def __init__(self, files):
                    self.files = files
                def find_spec(self, name, path=None, target=None):
                    if name in self.files:
                        return spec_from_file_location(name, self.files[name])
            folder = {str(checkout / "found/found")!r}
            sys.meta_path.insert(0, Finder({{"found": folder + "/__init__.py", "found.inner": folder + "/inner.py"}}))
        """)
    )
    return checkout / ".venv" / "bin" / "python"


def test_an_environment_in_the_checkout_and_editable_installs_work(tmp_path):
    checkout = tmp_path / "checkout"
    python = _environment(checkout)
    (checkout / "secret").write_text("secret")
    artifact = tmp_path / "artifact"
    artifact.mkdir()
    source = f"""
        import found, installed, mapped, named
        def load_model(): ...
        def predict(data):
            try:
                return open({str(checkout / "secret")!r}).read()
            except OSError:
                return [installed.where, named.named, mapped.mapped, found.found]
    """
    (artifact / "score.py").write_text(textwrap.dedent(source))
    package = str(Path(__file__).parents[2])
    program = PROGRAM.format(package=package, artifact=str(artifact))
    done = subprocess.run([python, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == str({"answer": [1, 1, 1, 1]}), done.stderr
