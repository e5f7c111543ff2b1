"""Somebody wipes our tags: the plan says so before it makes everything a second time, and `import` mends it."""

import json

import pytest

from testing import unmanaged

MANIFEST = """\
apiVersion: manifact/v1
kind: Model
metadata: {name: red}
spec:
  artifact: {path: artifact}
  deployment: {shape: VM.Standard2.1}
"""


def write(folder, files, factor):
    (folder / "artifact").mkdir(parents=True, exist_ok=True)
    for name, content in {**files, "factor.txt": factor}.items():
        (folder / "artifact" / name).write_bytes(content)
    (folder / "model.yaml").write_text(MANIFEST)


def wipe(root, *kinds):
    """Send empty free-form tags to the newest of each kind; the OCIDs."""
    found = []
    with unmanaged.cloud(root) as connection:
        client, compartment = connection.data_science, connection.place.compartment_id
        if "deployment" in kinds:
            found.append(client.list_model_deployments(compartment).data[0]["id"])
            client.update_model_deployment(found[-1], {"freeformTags": {}})
        if "model" in kinds:
            models = client.list_models(compartment).data
            found.append(max(models, key=lambda model: model["versionId"])["id"])
            client.update_model(found[-1], {"freeformTags": {}})
    return found


@pytest.mark.slow
@pytest.mark.parametrize("kinds", [("deployment",), ("model",), ("deployment", "model")])
def test_wiped_tags_are_said_and_mended(cellar, manifact, kinds):
    folder = cellar / "models" / "red"
    for factor in (b"2", b"3"):
        write(folder, unmanaged.FILES, factor)
        assert manifact("apply", "models/red").code == 0
    lost = wipe(cellar, *kinds)
    planned = json.loads(manifact("plan", "models/red", "--json").out)
    (warning,) = [problem for problem in planned["diagnostics"] if problem["code"] == "MF765"]
    assert (warning["severity"], lost[0] in warning["message"]) == ("warning", True)
    words = warning["hint"].split()
    taken = words[words.index("import") + 1]
    done = manifact("import", taken, "models/red", "--yes")
    assert done.code == 0, done.out + done.err
    after = manifact("plan", "models/red")
    assert ("No changes." in after.out, after.err) == (True, ""), after.out + after.err


@pytest.mark.slow
def test_what_others_serve_of_ours_is_theirs(cellar, manifact):
    write(cellar / "models" / "red", unmanaged.FILES, b"2")
    (cellar / "models" / "red" / "model.yaml").write_text(
        MANIFEST.replace("  deployment: {shape: VM.Standard2.1}\n", "")
    )
    assert manifact("apply", "models/red").code == 0
    with unmanaged.cloud(cellar) as connection:
        model = connection.data_science.list_models(connection.place.compartment_id).data[0]["id"]
        unmanaged.make_deployment(connection, model)
    (cellar / "models" / "red" / "model.yaml").write_text(MANIFEST)
    assert "MF765" not in manifact("plan", "models/red").err
