"""What is said when the environment is at fault: credentials, network, answers, usage; and the exit code."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from compiler.cloud.connect.connection import connect
from compiler.cloud.connect.credentials import KEY_VARIABLES
from compiler.cloud.datascience.invoke import predict
from compiler.diagnostics import CompilerError
from compiler.workspace.project import open_workspace
from compiler.workspace.targets import choose_target
from testing import unmanaged

SECRET = "TopSecretPhrase1"
FINGERPRINT = ":".join(["ab"] * 16)
TENANCY = "ocid1.tenancy.oc1..t"
PROFILE = f"[DEFAULT]\nuser=ocid1.user.oc1..u\ntenancy={TENANCY}\nfingerprint={FINGERPRINT}\nregion=eu-zurich-1\n"


@pytest.fixture(autouse=True)
def nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine of which only its home is known, and no proxy."""
    variables = (*KEY_VARIABLES.values(), "OCI_CONFIG_FILE", "OCI_CLI_CONFIG_FILE", "OCI_CLI_PROFILE", "OCI_REGION")
    proxies = ("http_proxy", "https_proxy", "all_proxy")
    for variable in (*variables, "OCI_RESOURCE_PRINCIPAL_VERSION", "MANIFACT_AUTH", "MANIFACT_TARGET"):
        monkeypatch.delenv(variable, raising=False)
    for variable in (*proxies, *map(str.upper, proxies)):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Writes a project with a cloud target (the working directory), and an OCI configuration."""

    def write(config: str, **fields: str) -> Path:
        root = tmp_path / "cellar"
        root.mkdir(exist_ok=True)
        known = {"compartmentId": "ocid1.compartment.oc1..c", "projectId": "ocid1.datascienceproject.oc1..p", **fields}
        target = ", ".join(f"{name}: {value!r}" for name, value in known.items())
        head = "apiVersion: manifact/v1\nkind: Project\nmetadata: {name: cellar}\n"
        (root / "manifact.yaml").write_text(f"{head}targets: {{prod: {{{target}}}}}\n")
        home = tmp_path / "home" / ".oci"
        home.mkdir(parents=True, exist_ok=True)
        (home / "config").write_bytes(config.encode("latin-1"))
        monkeypatch.chdir(root)
        return root

    return write


@pytest.mark.parametrize(
    ("config", "line", "said"),
    [
        (f"pass_phrase={SECRET}\n[DEFAULT]\nuser=x\n", 1, "before the first [profile]"),
        (f"[DEFAULT]\npass_phrase=a\n\npass_phrase={SECRET}\n", 4, "a field of a profile is there for the second time"),
        (f"[A]\nuser=x\n[A]\npass_phrase={SECRET}\n", 3, "a profile is there for the second time"),
        (f"[DEFAULT]\nuser=x\n{SECRET}\n", 3, "neither [profile] nor field=value"),
        (f"[DEFAULT]\npass_phrase={SECRET}\xe4\n", None, "no text in UTF-8"),
    ],
)
def test_a_broken_config_file_is_named_and_never_quoted(config, line, said, project, manifact):
    project(config)
    result = manifact("list", "--target", "prod")
    assert (result.code, "error[MF711]" in result.err) == (3, True)
    assert said in result.err
    assert SECRET not in result.out + result.err
    assert line is None or f"config:{line}:" in result.err


def test_a_field_that_is_malformed_is_named(project, manifact, key):
    project(PROFILE.replace("ocid1.user.oc1..u", "me") + f"key_file={key}\n")
    result = manifact("list", "--target", "prod")
    assert (result.code, "'user' in profile DEFAULT is no OCID" in result.err) == (3, True)


def test_a_kind_of_authentication_that_there_is_not(project, manifact, monkeypatch):
    project(PROFILE)
    known = "auto, api_key, security_token, instance_principal, resource_principal, oke_workload"
    result = manifact("list", "--target", "prod", "--auth", "bogus")
    assert (result.code, known in result.err) == (64, True)
    monkeypatch.setenv("MANIFACT_AUTH", "apikey")
    result = manifact("list", "--target", "prod")
    assert (result.code, "did you mean 'api_key'?" in result.err) == (64, True)


class Answering(BaseHTTPRequestHandler):
    """Gives the same answer to everything."""

    status = 200
    body = b""
    sent: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)

    def do_GET(self) -> None:
        self.send_response(self.status)
        for name, value in (*self.sent, ("Content-Length", str(len(self.body)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def service(project, key: Path) -> Iterator[type[Answering]]:
    """The project's target is a service of this test; set the `body` that it answers with."""
    kind = type("Answers", (Answering,), {})
    with HTTPServer(("127.0.0.1", 0), kind) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        project(PROFILE + f"key_file={key}\n", serviceEndpoint=f"http://127.0.0.1:{server.server_port}")
        yield kind
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("body", ["", "{}", "null", "[null]", "[1]", '[{"a": 1}]', '[{"id": null}]', '"text"'])
def test_an_answer_of_another_form_is_not_read_as_nothing_is_there(body, service, manifact):
    service.body = body.encode()
    for words in (["list"], ["show", "ocid1.datasciencemodel.oc1..m"], ["show", "ocid1.datasciencemodeldeployment.x"]):
        result = manifact(*words, "--target", "prod")
        assert (result.code, "something other than OCI answered" in result.err) == (3, True), words


def test_an_answer_of_the_right_form(service, manifact):
    service.body = b"[]"
    assert manifact("list", "--target", "prod").code == 0


def test_a_secret_without_a_value_is_said_by_plan_and_refused_before_anything_is_made(rules, manifact):
    text = (rules / "model.yaml").read_text()
    assert "\n  deployment:\n" in text
    secret = "    environmentVariables: {DB: {variable: DBPW, sensitive: true}}\n"
    (rules / "model.yaml").write_text(text.replace("\n  deployment:\n", f"\n  deployment:\n{secret}"))
    planned = manifact("plan", "-o", "saved.json")
    assert (planned.code, "warning[MF719]" in planned.err, "set MANIFACT_VAR_DBPW" in planned.err) == (0, True, True)
    for more in ([], ["--plan", "saved.json"]):
        result = manifact("apply", *more)
        assert (result.code, result.err.count("error[MF719]"), "verified" in result.out) == (1, 1, False)
        assert "set MANIFACT_VAR_DBPW" in result.err
    assert json.loads(manifact("status", "--json").out)["resources"] == []


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("export flat-price bk/a.zip", 64, "'bk/a.zip' is no oci://bucket@namespace/object"),
        ("export flat-price oci://@local/a.zip", 64, "oci://backups@local/wine.zip"),
        ("serve --port 99999", 64, "must be 0 to 65535"),
        ("local serve --port 99999", 64, "must be 0 to 65535"),
        ("apply --plan /nonexist", 64, "cannot read /nonexist: No such file or directory"),
        ("apply --plan rules.bin", 64, "it is no text"),
        ("fetch fetched.yaml", 3, "404: there is none, or you may not see it"),
        ("lock", 3, "target local has no index of service packs"),
        ("export rules.json oci://nobk@local/a.zip", 3, "check bucket, namespace and name"),
        ("export rules.json oci://bk@elsewhere/a.zip", 3, "check bucket, namespace and name"),
    ],
)
def test_what_is_said_and_with_which_exit_code(words, code, said, rules, manifact):
    (rules / "rules.bin").write_bytes(b"\xff\xfe")
    text = (rules / "model.yaml").read_text()
    absent = f"uri: oci://bk@local/nope.json\n    sha256: {'a' * 64}"
    (rules / "fetched.yaml").write_text(text.replace("path: rules.json", absent))
    (rules / "artifact").mkdir()
    (rules / "artifact" / "score.py").write_text("")
    result = manifact(*words.replace("rules.json", "artifact").split())
    assert (result.code, said in result.err) == (code, True), result.err


@pytest.mark.parametrize("place", ["oci://nobk@local/a.zip", "oci://bk@elsewhere/a.zip"])
def test_a_model_is_not_exported_to_a_bucket_that_is_not_there(place, cellar, manifact):
    with unmanaged.cloud(cellar) as connection:
        model = unmanaged.make_model(connection)
    result = manifact("export", model, place)
    assert (result.code, "check bucket, namespace and name" in result.err) == (3, True), result.err


def test_a_redirection_is_nothing_that_oci_answers(service, manifact):
    service.status = 302
    result = manifact("list", "--target", "prod")
    assert (result.code, "something other than OCI answered" in result.err) == (3, True)


@pytest.mark.parametrize(
    ("endpoint", "said"),
    [
        ("http://127.0.0.1:1", "http://127.0.0.1:1: connection refused"),
        ("https://datascience.mars-1.invalid", "https://datascience.mars-1.invalid: "),
    ],
)
def test_an_endpoint_that_cannot_be_reached_is_named(endpoint, said, project, key, manifact, monkeypatch):
    monkeypatch.setattr("compiler.cloud.connect.retries.RetryPolicy.__init__.__defaults__", (1, 1.0, 0.01))
    monkeypatch.setenv("MANIFACT_ENDPOINTS", endpoint)
    project(PROFILE + f"key_file={key}\n", serviceEndpoint=endpoint)
    result = manifact("list", "--target", "prod")
    assert (result.code, f"could not list models: {said}" in result.err) == (3, True)
    assert "RequestException" not in result.err


@pytest.mark.parametrize(
    ("project_file", "said"),
    [
        (None, "in another folder: nothing was ever planned for target local here"),
        ("apiVersion: manifact/v1\nkind: Project\nmetadata: {name: other}\n", "this folder is of project 'other'"),
    ],
)
def test_a_plan_of_another_project_is_refused_before_anything_is_written(
    project_file, said, rules, tmp_path, monkeypatch, manifact
):
    assert manifact("plan", "-o", "saved.json").code == 0
    other = tmp_path / "other"
    other.mkdir()
    if project_file:
        (other / "manifact.yaml").write_text(project_file)
    monkeypatch.chdir(other)
    result = manifact("apply", "--plan", rules / "saved.json")
    assert (result.code, "the plan was made for project" in result.err, said in result.err) == (6, True, True)
    assert not (other / ".manifact").exists()


def test_a_deployment_that_gives_no_answer_is_named(service):
    """The service says ACTIVE, and nobody listens at the address."""
    record = {"id": "ocid1.x", "lifecycleState": "ACTIVE", "modelDeploymentUrl": "http://127.0.0.1:1"}
    service.body = json.dumps(record).encode()
    workspace = open_workspace(Path())
    target = choose_target(workspace, "prod")[1]
    with (
        connect("prod", target, root=workspace.root, project="cellar") as connection,
        pytest.raises(CompilerError, match=r"gave no answer: http://127\.0\.0\.1:1: connection refused"),
    ):
        predict(connection, "ocid1.x", {})
