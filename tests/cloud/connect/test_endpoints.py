"""Signed requests go to this machine, to OCI, and to whom the operator trusts."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from compiler.cloud.connect.endpoints import check_endpoint
from compiler.diagnostics import CompilerError

TRUSTED = [
    "http://127.0.0.1:8600",
    "http://[::1]:8600",
    "http://localhost",
    "https://127.9.9.9",
    "https://datascience.eu-frankfurt-1.oci.oraclecloud.com",
    "https://datascience.us-gov-ashburn-1.oci.oraclegovcloud.com:443/20190101",
    "https://objectstorage.eu-madrid-2.oraclecloud.eu",
]
REFUSED = [
    "http://anything",
    "https://anything.example",
    "http://datascience.eu-frankfurt-1.oci.oraclecloud.com",
    "https://oraclecloud.com.evil.example",
    "https://evil-oraclecloud.com",
    "https://evil.example/.oraclecloud.com",
    "https://evil.example#.oraclecloud.com",
    "https://evil.example?.oraclecloud.com",
    "https://evil.example\\.oraclecloud.com",
    "https://127.0.0.1@evil.example",
    "https://a.oraclecloud.com@evil.example",
    "https://127.0.0.1.evil.example",
    "https://169.254.169.254",
    "http://0.0.0.0:8600",
    "http://10.0.0.1",
    "https://evil.example\n.oraclecloud.com",
    "https://\u0435vil.oraclecloud.com",
    "ftp://127.0.0.1",
    "//127.0.0.1",
    "127.0.0.1",
    "https://a.oraclecloud.com:99999",
    "https://[::1",
    "https://",
    "",
]


@pytest.mark.parametrize("endpoint", TRUSTED)
def test_trusted(endpoint: str) -> None:
    check_endpoint("production", endpoint)


@pytest.mark.parametrize("endpoint", REFUSED)
def test_refused(endpoint: str) -> None:
    with pytest.raises(CompilerError) as caught:
        check_endpoint("production", endpoint)
    assert caught.value.diagnostics[0].code == "MF746"


@pytest.mark.parametrize(
    ("endpoint", "allowed", "sent"),
    [
        ("https://oci.example", "https://oci.example", True),
        ("https://oci.example/20190101", "https://oci.example:443", True),
        ("https://OCI.example", "https://oci.example", True),
        ("https://oci.example:8443", "https://oci.example", False),
        ("https://other.example", "https://oci.example", False),
        ("https://sub.oci.example", "https://oci.example", False),
        ("http://oci.example", "http://oci.example", False),
    ],
)
def test_what_the_operator_allows(endpoint: str, allowed: str, sent: bool) -> None:
    try:
        check_endpoint("production", endpoint, [allowed])
    except CompilerError:
        assert not sent
    else:
        assert sent


PROJECT = """\
apiVersion: manifact/v1
kind: Project
metadata: {{name: cellar}}
manifests: [model.yaml]
targets:
  production:
    region: {region}
    compartmentId: ocid1.compartment.oc1..a
    projectId: ocid1.datascienceproject.oc1..a
    {endpoint}
"""


@pytest.fixture
def listening() -> Iterator[tuple[int, list[str]]]:
    """A server on an address of this machine that is not its loopback, and the requests that it gets."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            asked.append(str(self.rfile.readline()))
            self.close_connection = True

    with http.server.ThreadingHTTPServer(("0.0.0.0", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server.server_port, asked
        server.shutdown()
        thread.join()


@pytest.fixture
def signed_in(tmp_path: Path, key: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "config"
    config.write_text(
        "[DEFAULT]\nuser=ocid1.user.oc1..a\ntenancy=ocid1.tenancy.oc1..a\nregion=eu-frankfurt-1\n"
        f"fingerprint=00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff\nkey_file={key}\n"
    )
    key.chmod(0o600)
    config.chmod(0o600)
    monkeypatch.setenv("OCI_CONFIG_FILE", str(config))


def test_a_project_file_cannot_send_them_anywhere(wine, manifact, listening, signed_in, monkeypatch) -> None:
    port, asked = listening
    endpoint = f"serviceEndpoint: http://0.0.0.0:{port}"
    (wine / "manifact.yaml").write_text(PROJECT.format(region="eu-frankfurt-1", endpoint=endpoint))
    monkeypatch.setenv("MANIFACT_ENDPOINTS", f"http://0.0.0.0:{port}")
    for command in ("plan", "apply", "status"):
        done = manifact(command, *(["wine-cultivar"] if command == "status" else []), "--target", "production")
        assert "error[MF746]" in done.err, done.err
    assert asked == []


@pytest.mark.parametrize("region", ['"evil.example/"', '"evil.example#"', '"x@evil.example"', "a.b"])
def test_nor_can_a_region(wine, manifact, region) -> None:
    (wine / "manifact.yaml").write_text(PROJECT.format(region=region, endpoint=""))
    assert "expected a region" in manifact("plan", "--target", "production").err
