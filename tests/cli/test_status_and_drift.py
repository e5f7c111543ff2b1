"""`status NAME`: how far a model is; `drift`: whether somebody changed it live."""

import json

import pytest


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
    assert following == "manifact predict wine-cultivar --data FILE"

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


def test_what_somebody_changed_live_is_drift(wine, manifact, foreign):
    text = (wine / "model.yaml").read_text()
    (wine / "model.yaml").write_text(text[: text.index("  deployment:")])
    assert manifact("apply", "--verify", "never").code == 0
    clean = manifact("drift", "--exit-code")
    assert (clean.code, "No drift" in clean.out) == (0, True)
    with foreign.cloud(wine, "default") as connection:
        client = connection.data_science
        (model,) = client.list_models(connection.place.compartment_id).data
        client.update_model(model["id"], {"description": "somebody was here"})
    assert "No changes." in manifact("plan").out  # a summary has no description
    found = manifact("drift", "--exit-code")
    assert (found.code, "somebody changed it live" in found.out, "1 resource not as" in found.out) == (2, True, True)
    assert json.loads(manifact("drift", "--json").out)["changes"][0]["fields"][0]["path"] == "description"
