"""Every way in which credentials can be wrong, before anything is sent."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

import pytest

from compiler.cloud.connect.connection import Access, connect
from compiler.cloud.connect.credentials import KEY_VARIABLES, find_credentials
from compiler.diagnostics import CompilerError, exit_code
from compiler.spec.project import Target

TARGET = {"compartmentId": "ocid1.compartment.oc1..c", "projectId": "ocid1.datascienceproject.oc1..p"}
USER = "ocid1.user.oc1..u"
TENANCY = "ocid1.tenancy.oc1..t"
FINGERPRINT = ":".join(["ab"] * 16)


@pytest.fixture(autouse=True)
def nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without any OCI configuration."""
    variables = (*KEY_VARIABLES.values(), "OCI_CONFIG_FILE", "OCI_CLI_CONFIG_FILE", "OCI_CLI_PROFILE", "OCI_REGION")
    for variable in (*variables, "OCI_RESOURCE_PRINCIPAL_VERSION"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: Path) -> Any:
    """Writes an OCI configuration file of one profile."""

    def write(profile: str = "DEFAULT", **changes: str | None) -> Path:
        known = {"user": USER, "tenancy": TENANCY, "fingerprint": FINGERPRINT, "region": "eu-frankfurt-1"}
        fields = {**known, "key_file": str(key), **changes}
        lines = [f"[{profile}]", *(f"{name}={value}" for name, value in fields.items() if value is not None)]
        path = tmp_path / "config"
        path.write_text("\n".join(lines) + "\n")
        monkeypatch.setenv("OCI_CLI_CONFIG_FILE", str(path))
        return path

    return write


def problem(**access: Any) -> Any:
    target = Target.model_validate({**TARGET, **access.pop("target", {})})
    with pytest.raises(CompilerError) as found:
        connect("prod", target, root=Path("/nowhere"), project="cellar", access=Access(**access))
    (diagnostic,) = found.value.diagnostics
    assert exit_code([diagnostic]) in (1, 3)
    return diagnostic


def test_no_configuration_at_all() -> None:
    found = problem()
    assert found.code == "MF710"
    assert "oci setup config" in found.hint


def test_no_such_profile(config: Any) -> None:
    config()
    found = problem(profile="PROD")
    assert (found.code, "no profile 'PROD'" in found.message) == ("MF710", True)


@pytest.mark.parametrize("field", ["user", "tenancy", "fingerprint", "key_file"])
def test_a_field_that_is_missing(field: str, config: Any) -> None:
    config(**{field: None})
    found = problem()
    assert found.code == "MF711"
    assert field in found.message


def test_a_key_file_that_is_not_there(config: Any) -> None:
    config(key_file="/nowhere/key.pem")
    assert problem().code == "MF711"


def test_a_key_that_is_none(config: Any, tmp_path: Path) -> None:
    (tmp_path / "bad.pem").write_text("-----BEGIN NONSENSE-----\nsecret-stuff\n")
    config(key_file=str(tmp_path / "bad.pem"))
    found = problem()
    assert found.code == "MF711"
    assert "secret-stuff" not in found.message


def test_a_configuration_that_is_malformed(config: Any) -> None:
    config(fingerprint="not a fingerprint")
    assert problem().code == "MF711"


def test_an_incomplete_target(config: Any) -> None:
    config(region=None)
    found = problem()
    assert (found.code, "region" in found.message) == ("MF742", True)
    with pytest.raises(CompilerError) as raised:
        connect("prod", Target(), root=Path("/nowhere"), project="cellar")
    assert raised.value.diagnostics[0].code == "MF742"


def token(expires: float) -> str:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": expires}).encode()).decode().rstrip("=")
    return f"e30.{claims}.c2ln"


def test_a_session_that_has_expired(config: Any, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(token(time.time() - 60))
    config(security_token_file=str(tmp_path / "token"))
    found = problem()
    assert (found.code, "expired" in found.message) == ("MF711", True)


def test_a_session_token_that_is_not_there(config: Any) -> None:
    config(security_token_file="/nowhere/token")
    assert problem(auth="security_token").code == "MF711"


def test_a_session_is_found_by_itself(config: Any, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(token(time.time() + 60))
    config(security_token_file=str(tmp_path / "token"))
    assert find_credentials("auto", None, None).kind == "security_token"


def test_a_resource_principal_outside_of_oci() -> None:
    assert problem(auth="resource_principal").code == "MF710"


def test_a_resource_principal_that_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCI_RESOURCE_PRINCIPAL_VERSION", "2.2")
    assert problem().code == "MF711"


def test_keys_from_the_environment(monkeypatch: pytest.MonkeyPatch, key: Path) -> None:
    values = {"user": USER, "tenancy": TENANCY, "fingerprint": FINGERPRINT, "region": "eu-zurich-1"}
    for name, value in values.items():
        monkeypatch.setenv(KEY_VARIABLES[name], value)
    monkeypatch.setenv(KEY_VARIABLES["key_content"], key.read_text())
    found = find_credentials("auto", None, None)
    assert (found.kind, found.tenancy, found.config["region"]) == ("api_key", TENANCY, "eu-zurich-1")
    assert find_credentials("auto", None, "us-ashburn-1").config["region"] == "us-ashburn-1"


def test_a_target_is_opened_and_nothing_secret_is_shown(config: Any, key: Path) -> None:
    config()
    target = Target.model_validate({**TARGET, "region": "eu-zurich-1"})
    with connect("prod", target, root=Path("/nowhere"), project="cellar") as connection:
        assert connection.place.region == "eu-zurich-1"
        assert "eu-zurich-1" in connection.data_science.base_client.endpoint
        assert not connection.local
        assert "PRIVATE" not in repr(connection)
        assert key.read_text()[40:60] not in repr(connection)


def test_another_endpoint(config: Any) -> None:
    config()
    target = Target.model_validate({**TARGET, "serviceEndpoint": "http://127.0.0.1:8600"})
    with connect("prod", target, root=Path("/nowhere"), project="cellar") as connection:
        assert connection.data_science.base_client.endpoint.startswith("http://127.0.0.1:8600")
