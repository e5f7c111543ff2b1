"""How to call the deployed model, ready to paste."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace

from compiler.ir import ResolvedModel
from compiler.passes.samples.golden import golden_request

_LONGEST = 600
"""Characters of a payload that is written into a command; a longer one comes from a file."""
_FILE = "request.json"
_FROM_FILE = 'data=payload, headers={"content-type": "application/json"}'

_PYTHON = """import oci, requests

config = oci.config.from_file()
signer = oci.signer.Signer(config["tenancy"], config["user"], config["fingerprint"], config["key_file"])
payload = {payload}
response = requests.post("$ENDPOINT/predict", {body}, auth=signer, timeout=60)
print(response.json())"""


def calls(model: ResolvedModel, private: frozenset[str]) -> tuple[tuple[str, str, str], ...]:
    """Identifier, title and text of each way. `$ENDPOINT` stands for the deployment's URL."""
    payload = _payload(model, private)
    inline = shlex.quote(payload) if payload else f"@{_FILE}"
    raw = shlex.quote(payload) if payload else f"file://{_FILE}"
    data = shlex.quote(payload) if payload else _FILE
    python = payload_literal(payload) if payload else f'open("{_FILE}", "rb").read()'
    return (
        ("manifact", "Manifact", f"manifact predict {shlex.quote(model.name)} --data {data}"),
        ("oci", "oci CLI", f"oci raw-request --http-method POST --target-uri $ENDPOINT/predict --request-body {raw}"),
        ("python", "Python", _PYTHON.format(payload=python, body="json=payload" if payload else _FROM_FILE)),
        (
            "curl",
            "curl, on the local target",
            f"curl $ENDPOINT/predict -H 'content-type: application/json' --data {inline}",
        ),
    )


def payload_literal(payload: str) -> str:
    """JSON text as a Python expression."""
    return repr(json.loads(payload))


def _payload(model: ResolvedModel, private: frozenset[str]) -> str | None:
    """A request of the first golden row; None where there is none that can be shown."""
    golden = model.golden
    if golden is None or not golden.inputs or private:
        return None
    first = replace(golden, inputs=golden.inputs[: golden.batch], outputs=golden.outputs[: golden.batch])
    text = json.dumps(golden_request(first), ensure_ascii=False)
    return text if len(text) <= _LONGEST else None
