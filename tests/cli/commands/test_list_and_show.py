"""`list` and `show`: whatever is in the target, ours or not."""

import json
import subprocess
import sys

import pytest

from compiler.planning.secret_detection import looks_secret
from compiler.render.table import table
from testing import unmanaged
from testing.archives import zipped


def listed(manifact, *arguments):
    return json.loads(manifact("list", *arguments, "--json").out)["resources"]


def test_everything_is_listed_by_lists_alone(cellar, manifact):
    with unmanaged.cloud(cellar) as connection:
        client = connection.data_science
        old = unmanaged.make_model(connection, displayName="Red")
        client.delete_model(old)
        red = unmanaged.make_model(connection, displayName="Red", freeformTags=connection.place.owner("red"))
        set_id = client.create_model_version_set({**unmanaged.where(connection), "name": "whites"}).data["id"]
        white = unmanaged.make_model(connection, displayName="White", modelVersionSetId=set_id, versionLabel="dry")
    found = listed(manifact)
    assert {item["id"] for item in found} == {red, white, set_id}
    by_id = {item["id"]: item for item in found}
    assert by_id[red]["owner"] == {"project": "cellar", "target": "local", "name": "red"}
    assert (by_id[white]["owner"], by_id[white]["version"], by_id[white]["versionLabel"]) == (None, 1, "dry")
    assert by_id[white]["versionSet"] == by_id[set_id]["name"] == "whites"
    assert [item["id"] for item in listed(manifact, "--ours")] == [red]
    assert [item["id"] for item in listed(manifact, "--name", "wHI")] == [white, set_id]
    assert [item["id"] for item in listed(manifact, "version-sets")] == [set_id]
    assert [item["id"] for item in listed(manifact, "--all", "--state", "deleted")] == [old]
    text = manifact("list").out
    assert red in text
    assert "cellar/local/red" in text
    assert "v1 dry" in text
    assert "nothing is there that fits" in manifact("list", "--state", "FAILED").out


def test_a_table_fits_the_terminal_and_ocids_keep_their_end():
    ocid = "ocid1.datasciencemodel.oc1.local.abcdefghijklmnopqrstuvwxyz0123456789"
    lines = table(("MODEL", "OCID"), [("a model with a rather long name", ocid), ("\x1b[31mred", ocid)], 50)
    assert max(map(len, lines)) <= 50
    assert lines[1].endswith("…yz0123456789")
    assert "a model with a rather long name" in lines[1]
    assert "\x1b" not in lines[2]
    assert ocid in table(("MODEL", "OCID"), [("a", ocid)], None)[1]


def test_show_tells_all_of_a_model_by_any_of_its_names(cellar, manifact):
    metadata = [{"key": "team", "value": "cellar", "category": "Other"}]
    schema = json.dumps({"schema": [{"name": "x", "dtype": "int64"}], "version": "1.1"})
    with unmanaged.cloud(cellar) as connection:
        model = unmanaged.make_model(connection, customMetadataList=metadata, inputSchema=schema)
        connection.data_science.create_model_provenance(model, {"gitCommit": "0" * 40})
    shown = json.loads(manifact("show", model, "--json").out)
    assert (shown["kind"], shown["name"], shown["owner"], shown["applied"]) == ("model", "By Hand", None, None)
    assert shown["record"]["customMetadataList"][0]["value"] == "cellar"
    assert shown["provenance"]["gitCommit"] == "0" * 40
    assert shown["artifact"]["size"] == len(zipped(unmanaged.FILES))
    text = manifact("show", "By Hand").out
    assert manifact("show", model[-8:]).out == text
    for part in ("team", "cellar", "int64", "nobody", "0" * 40, shown["artifact"]["md5"]):
        assert part in text


def test_what_is_not_there_and_what_is_there_twice(cellar, manifact):
    with unmanaged.cloud(cellar) as connection:
        first, second = (unmanaged.make_model(connection, displayName="Twin") for _ in range(2))
    missing = manifact("show", "Twim")
    assert (missing.code, "did you mean 'Twin'?" in missing.err) == (3, True)
    twice = manifact("show", "Twin")
    assert (twice.code, first in twice.err, second in twice.err) == (64, True, True)
    wrong = manifact("show", "ocid1.instance.oc1.local.aaaa")
    assert (wrong.code, "MF761" in wrong.err) == (3, True)
    no_version = manifact("show", "Twin", "--version", "3")
    assert (no_version.code, "version 3" in no_version.err) == (3, True)


@pytest.mark.slow
def test_show_never_prints_a_secret(cellar, manifact):
    with unmanaged.cloud(cellar) as connection:
        model = unmanaged.make_model(connection)
        variables = {"DB_PASSWORD": "hunter2", "DB_URL": "postgres://u:pw9@host/db", "LEVEL": "info"}
        deployment = unmanaged.make_deployment(connection, model, variables)
        client = connection.data_science
        for arguments in (("--json",), ()):
            shown = manifact("show", deployment, *arguments)
            assert shown.code == 0
            assert "hunter2" not in shown.out
            assert "pw9" not in shown.out
            assert "info" in shown.out
        # Of somebody's manifest that is not at hand, nothing tells which variables are sensitive.
        tags = {"manifact-project": "other", "manifact-target": "local", "manifact-name": "x"}
        client.update_model_deployment(deployment, {"freeformTags": tags})
    assert "info" not in manifact("show", deployment).out
    serving = json.loads(manifact("show", model, "--json").out)["deployments"]
    assert [item["id"] for item in serving] == [deployment]
    served = json.loads(manifact("show", deployment, "--json").out)["models"]
    assert [item["id"] for item in served] == [model]


@pytest.mark.parametrize("name", ["DB_PASSWORD", "apiKey", "HF_TOKEN", "AUTH", "CONN_STR", "client_secret"])
def test_names_of_secrets(name):
    assert looks_secret(name, "x7")
    assert not looks_secret(name, "true")


@pytest.mark.parametrize("name", ["LOG_LEVEL", "TOKENIZER", "MAX_TOKENS", "KEYSPACE", "AUTHOR", "WEB_CONCURRENCY"])
def test_names_of_no_secrets(name):
    assert not looks_secret(name, "x7")


@pytest.mark.parametrize(
    "value", ["amqp://me:pw@host", "-----BEGIN RSA PRIVATE KEY-----", "Server=x;Password=abc;", "ghp_" + "a" * 36]
)
def test_values_of_secrets(value):
    assert looks_secret("PLAIN", value)


def test_a_fleet_is_listed_without_the_sdk_at_start_up():
    code = "import sys, compiler.cli.commands; sys.exit('oci' in sys.modules or 'pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
