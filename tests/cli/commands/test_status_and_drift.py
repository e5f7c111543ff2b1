"""`status NAME`: how far a model is; `drift`: whether somebody changed it live."""

import json
import re
import shutil

import pytest

from testing import unmanaged
from testing.paths import MANIFESTS


def steps(manifact, name="wine-cultivar"):
    document = json.loads(manifact("status", name, "--json").out)
    return {step["name"]: step["state"] for step in document["steps"]}, document["next"]


@pytest.mark.slow
def test_the_steps_of_a_life(wine, manifact):
    before = sorted(path for path in wine.rglob("*") if ".manifact" not in path.parts)
    found, following = steps(manifact)
    assert found == {
        "compiled": "available",
        "introspected": "not available",
        "verified": "available",
        "saved": "available",
        "deployed": "available",
        "answers": "not available",
    }
    assert following == "manifact compile ."
    assert sorted(path for path in wine.rglob("*") if ".manifact" not in path.parts) == before
    manifact("compile")
    assert steps(manifact)[0]["introspected"] == "done"
    assert steps(manifact, "model.yaml")[1] == "manifact verify ."
    manifact("verify")
    assert steps(manifact, ".") == (steps(manifact)[0], "manifact apply .")
    assert manifact("apply").code == 0
    found, following = steps(manifact)
    assert set(found.values()) == {"done"}
    assert following == "manifact predict wine-cultivar --data samples/input.csv"

    text = (wine / "model.yaml").read_text()
    (wine / "model.yaml").write_text(text.replace("memoryInGBs: 16", "memoryInGBs: 32"))
    found, following = steps(manifact)
    assert (found["compiled"], found["saved"], found["deployed"]) == ("done", "done", "needs action")
    assert (found["answers"], following) == ("available", "manifact apply .")
    (wine / "model.yaml").write_text(text.replace("multinomial_cl", "clusterin_cl"))
    wrong = manifact("status", "wine-cultivar")
    assert (wrong.code, "MF102" in wrong.err, "next: manifact compile ." in wrong.out) == (1, True, True)
    (wine / "model.yaml").unlink()
    found, following = steps(manifact)
    assert (found["compiled"], found["saved"], found["deployed"]) == ("not available", "done", "done")
    assert manifact("destroy", "wine-cultivar", "--yes").code == 0
    gone = manifact("status", "wine-cultivar")
    assert (gone.code, "MF761" in gone.err) == (3, True)


def test_what_somebody_changed_live_is_drift(wine, manifact):
    text = (wine / "model.yaml").read_text()
    (wine / "model.yaml").write_text(text[: text.index("  deployment:")])
    assert manifact("apply", "--verify", "never").code == 0
    clean = manifact("drift", "--exit-code")
    assert (clean.code, "No drift" in clean.out) == (0, True)
    with unmanaged.cloud(wine, "default") as connection:
        client = connection.data_science
        (model,) = client.list_models(connection.place.compartment_id).data
        client.update_model(model["id"], {"description": "somebody was here"})
    assert "No changes." in manifact("plan").out  # a summary has no description
    found = manifact("drift", "--exit-code")
    assert (found.code, "somebody changed it live" in found.out, "1 resource not as" in found.out) == (2, True, True)
    assert json.loads(manifact("drift", "--json").out)["changes"][0]["fields"][0]["path"] == "description"
    assert "`manifact apply --deep` brings them back" in found.out


@pytest.fixture
def tampered(wine, manifact):
    """The wine model, saved, and then changed by somebody in ways that no list tells of."""
    text = (wine / "model.yaml").read_text()
    (wine / "model.yaml").write_text(text[: text.index("  deployment:")])
    assert manifact("apply", "--verify", "never").code == 0
    with unmanaged.cloud(wine, "default") as connection:
        client = connection.data_science
        (model,) = client.list_models(connection.place.compartment_id).data
        record = client.get_model(model["id"]).data
        custom = [item for item in record["customMetadataList"] if item["key"].startswith("Manifact")]
        client.update_model(model["id"], {"description": "somebody was here", "customMetadataList": custom})
        client.create_model_provenance(model["id"], {"trainingScript": "theirs.py"})
    return wine


def test_apply_deep_restores_what_drift_finds(tampered, manifact):
    found = manifact("drift", "--exit-code", ".", "--target", "local")
    assert found.code == 2
    (following,) = [line.split("`")[1] for line in found.out.splitlines() if "brings them back" in line]
    assert following == "manifact apply --deep . --target local"
    assert "No changes." in manifact("apply").out  # lists do not tell of any of it
    restored = manifact(*following.split()[1:], "--verify", "never")
    assert (restored.code, "1 to update" in restored.out) == (0, True), restored.err
    clean = manifact("drift", "--exit-code")
    assert (clean.code, "No drift" in clean.out) == (0, True), clean.out


def test_a_saved_plan_looks_as_closely_as_it_did_when_it_was_made(tampered, manifact):
    assert manifact("plan", "--deep", "-o", "saved.plan").code == 0
    assert manifact("apply", "--plan", "saved.plan", "--deep").code == 64
    carried = manifact("apply", "--plan", "saved.plan", "--verify", "never")
    assert carried.code == 0, carried.err
    assert manifact("drift", "--exit-code").code == 0


def test_drift_tells_of_every_manifest_that_has_no_value_for_a_variable(tmp_path, monkeypatch, manifact):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "manifact.yaml").write_text(
        "apiVersion: manifact/v1\nkind: Project\nmetadata: {name: cellar}\nmanifests: ['*/model.yaml']\n"
    )
    for name in ("one", "two"):
        shutil.copytree(MANIFESTS / "sklearn-wine", tmp_path / name)
        text = (tmp_path / name / "model.yaml").read_text().replace("wine-cultivar", name)
        text = re.sub(r"(?m)^    description: .*$", f'    description: "${{var.OF_{name.upper()}}}"', text)
        (tmp_path / name / "model.yaml").write_text(text)
    result = manifact("drift", "--all")
    assert "OF_ONE" in result.err
    assert "OF_TWO" in result.err


def test_drift_asks_what_only_the_service_knows(wine, manifact):
    text = (wine / "model.yaml").read_text()
    (wine / "model.yaml").write_text(text.replace("VM.Standard.E4.Flex", "VM.Standard.E99.Flex"))
    found = {command: manifact(command) for command in ("plan", "drift")}
    assert {command: (result.code, "MF776" in result.err) for command, result in found.items()} == {
        "plan": (1, True),
        "drift": (1, True),
    }
