"""Who may call the embedded OCI."""

from __future__ import annotations

import email.utils
import io
import time
from pathlib import Path

import oci
import pytest

from compiler.localcloud import open_cloud
from compiler.localcloud.http.messages import Request


def signed(cloud, method: str = "GET", target: str = "/n", **headers: str) -> Request:
    """A request as the SDK's signer signs it."""
    config = cloud.sdk_config()
    signer = oci.signer.Signer(config["tenancy"], config["user"], config["fingerprint"], config["key_file"])
    given = {"host": "127.0.0.1:8600", "date": email.utils.formatdate(usegmt=True), **headers}
    return Request(method, target, signer._basic_signer.sign(given, "127.0.0.1:8600", method, target), None)


def outcome(cloud, request: Request) -> tuple[int, bytes]:
    response = cloud.handle(request)
    return response.status, b"".join(response.body)


def test_a_signed_request_is_answered(cloud) -> None:
    assert outcome(cloud, signed(cloud)) == (200, b'"local"')


@pytest.mark.parametrize("name", ["authorization", "date", "host"])
def test_a_request_without_its_signed_headers_is_not(cloud, name) -> None:
    request = signed(cloud)
    headers = {key: value for key, value in request.headers.items() if key != name}
    status, body = outcome(cloud, Request(request.method, request.target, headers))
    assert status == 401
    assert b'"NotAuthenticated"' in body


def test_the_signature_covers_the_target(cloud) -> None:
    request = signed(cloud)
    assert outcome(cloud, Request("GET", "/n?compartmentId=other", request.headers))[0] == 401


def test_an_old_signature_is_refused(cloud) -> None:
    assert outcome(cloud, signed(cloud, date=email.utils.formatdate(time.time() - 600, usegmt=True)))[0] == 401


def test_another_key_is_refused(cloud, tmp_path: Path) -> None:
    with open_cloud(tmp_path / "other") as other:
        assert outcome(cloud, signed(other))[0] == 401


def test_a_body_must_be_signed(cloud) -> None:
    request = signed(cloud, "POST", "/20190101/models")
    status, body = outcome(cloud, Request("POST", request.target, request.headers, io.BytesIO(b"{}")))
    assert status == 401
    assert b"x-content-sha256" in body


def test_the_key_is_private_and_stays(tmp_path: Path) -> None:
    with open_cloud(tmp_path) as first:
        config = first.sdk_config()
    key = Path(config["key_file"])
    assert key.stat().st_mode & 0o777 == 0o600
    oci.config.validate_config(config)
    with open_cloud(tmp_path) as second:
        assert second.sdk_config() == config
