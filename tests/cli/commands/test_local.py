"""`manifact local`: a port for other clients, what runs, and its end."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import oci
import pytest

from testing.command import first_document, start
from testing.paths import ROOT
from testing.waiting import LONG


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "manifact.yaml").write_text("apiVersion: manifact/v1\nkind: Project\nmetadata: {name: wines}\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def serving(project: Path):
    """`manifact local serve` in a process of its own; its JSON document."""
    words = ("local", "serve", "--port", "0", "--json", "--fault", "GET /n:429x1")
    with start(*words, cwd=project, stdout=subprocess.PIPE, text=True) as process:
        yield process, first_document(process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=LONG) == 0


def test_the_sdk_finds_it_by_the_environment(serving, project: Path, manifact) -> None:
    _, document = serving
    config = oci.config.from_file(document["environment"]["OCI_CONFIG_FILE"])
    client = oci.object_storage.ObjectStorageClient(config, service_endpoint=document["url"])
    with pytest.raises(oci.exceptions.ServiceError) as caught:
        client.get_namespace(retry_strategy=oci.retry.NoneRetryStrategy())
    assert caught.value.code == "TooManyRequests"
    assert client.get_namespace().data == "local"
    client.base_client.session.close()
    shown = json.loads(manifact("local", "status", "--json").out)
    assert shown["url"] == document["url"]
    again = manifact("local", "serve", "--port", "0")
    assert (again.code, "MF802" in again.err) == (3, True)
    taken = manifact("local", "serve", "--port", document["url"].rpartition(":")[2])
    assert (taken.code, "MF802" in taken.err) == (3, True)


def test_stop_leaves_the_serving_process_and_says_so(serving, manifact) -> None:
    process, _ = serving
    stopped = json.loads(manifact("local", "stop", "--json").out)
    assert (stopped["ended"], stopped["url"]) == (0, json.loads(manifact("local", "status", "--json").out)["url"])
    assert f"or by its pid, {process.pid}" in manifact("local", "stop").out
    assert process.poll() is None


def test_reset_ends_the_serving_process(serving, manifact) -> None:
    process, _ = serving
    assert manifact("local", "reset", "--yes").code == 0
    assert process.wait(timeout=LONG) == 0
    assert "no port is open" in manifact("local", "status").out


def test_stop_and_reset_end_the_servers_of_deployments(wine: Path, manifact) -> None:
    assert manifact("apply", "--yes").code == 0
    (server,) = json.loads(manifact("local", "status", "--json").out)["servers"]
    url = f"http://127.0.0.1:{server['port']}/health"
    with urllib.request.urlopen(url) as response:
        assert json.load(response) == {"status": "ready"}
    assert "1 ended" in manifact("local", "stop").out
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(url, timeout=LONG)
    assert "process is gone" in manifact("status").out
    refused = manifact("local", "reset", "--json")
    assert (refused.code, "MF903" in refused.err + refused.out) == (6, True)
    assert manifact("local", "reset", "--yes").code == 0
    assert not (wine / ".manifact" / "local").exists()


def test_wrong_fault_rules_are_explained(project: Path, manifact) -> None:
    wrong = manifact("local", "serve", "--fault", "POST /models:teapot")
    assert wrong.code == 64
    assert "[MF801]" in wrong.err
    assert "teapot" in wrong.err


def test_help_loads_nothing_heavy(project: Path) -> None:
    code = "import sys; from compiler.cli.main import main\ntry: main(['local', '--help'])\nexcept SystemExit: pass\n"
    code += "assert not {'oci', 'sqlite3', 'uvicorn'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True)
