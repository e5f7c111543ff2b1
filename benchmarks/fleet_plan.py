"""The plan of a fleet that is live: lists only, and how long they and the comparison take.

Run it from the project's root: `python benchmarks/fleet_plan.py [COUNT]` (1,000 by default: as many models, deployments
and version sets, in an embedded OCI that runs no model servers). Exits with 1 when anything but lists is asked for,
when the plan is not empty, or when it takes more than 3 s. The reference: the same lists, asked for by the bare SDK.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from compiler.cloud.connect.connection import Access, Connection, connect
from compiler.cloud.objectstorage.zip_body import ZipBody
from compiler.cloud.observe import observe
from compiler.emit import artifact_tree, digest, stream_zip, zip_size
from compiler.engine.change.runner import apply
from compiler.planning.desired.from_manifest import ManifestFiles, ManifestIdentity, desired
from compiler.planning.desired.types import ArtifactFacts, Desired
from compiler.planning.plan.outcome import ApplyOptions
from compiler.planning.plan.planner import plan
from compiler.spec.catalog import Catalog
from compiler.spec.deployment import Deployment
from compiler.spec.project import Target

BUDGET = 3.0  # seconds
PAGE = 100
SCORE = b"def load_model(): ...\n\n\ndef predict(data, model=load_model()):\n    return {'prediction': data}\n"


def main() -> int:
    """Make the fleet, measure, print, and say whether the budget holds."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory(prefix="manifact-fleet-") as root, _opened(Path(root)) as connection:
        fleet = [_manifest(f"model-{number}") for number in range(count)]
        _create(connection, fleet)
        wanted = [item for item, _ in fleet]
        seconds, lists = min(_listed(connection) for _ in range(3))
        counting = _count(connection)
        began = time.perf_counter()
        made = plan(wanted, observe(connection, wanted), connection.place)
        took = time.perf_counter() - began
    print(f"{count} models, deployments and version sets: {dict(counting)}, {len(made.pending)} changes")
    print(f"  ours       {took:.2f} s")
    print(f"  reference  {seconds:.2f} s, {lists} lists of the bare SDK\n  {took / seconds:.1f} of the reference")
    held = set(counting) == {"models", "modelDeployments", "modelVersionSets"} and not made.pending
    print(f"  (budget: lists only, {BUDGET:g} s) {'ok' if held and took <= BUDGET else 'MISSED'}")
    return 0 if held and took <= BUDGET else 1


def _opened(root: Path) -> Connection:
    return connect("local", Target(), root=root, project="fleet", access=Access(run_processes=False))


def _manifest(name: str) -> tuple[Desired, ZipBody]:
    tree = artifact_tree({"score.py": SCORE, "name.txt": name.encode()})
    facts = ArtifactFacts(f"sha256:{digest(tree)}", zip_size(tree))
    shape = Deployment.model_validate({"shape": "VM.Standard.E4.Flex", "ocpus": 1, "memoryInGBs": 16})
    catalog = Catalog.model_validate({"description": f"model {name} of a fleet", "freeformTags": {"team": "fleet"}})
    wanted = desired(ManifestIdentity("fleet", name), facts, catalog, shape, ManifestFiles())
    return wanted, ZipBody(zip_size(tree), lambda: stream_zip(tree))


def _create(connection: Connection, fleet: list[tuple[Desired, ZipBody]]) -> None:
    wanted = [item for item, _ in fleet]
    archives = {item.model.artifact: archive for item, archive in fleet if item.model}
    began = time.perf_counter()
    made = plan(wanted, observe(connection, wanted), connection.place)
    outcome = apply(made, connection, archives, ApplyOptions(timeout=3600))
    assert outcome.complete, outcome.diagnostics[:3]
    print(f"made in {time.perf_counter() - began:.0f} s")


def _listed(connection: Connection) -> tuple[float, int]:
    """Seconds that the lists take by themselves, and how many requests they are."""
    service, compartment = connection.data_science, connection.place.compartment_id
    began, requests = time.perf_counter(), 0
    for ask in (service.list_models, service.list_model_deployments, service.list_model_version_sets):
        page: dict[str, str] = {}
        while True:
            reply = ask(compartment, limit=PAGE, **page)
            requests += 1
            if not (following := reply.headers.get("opc-next-page")):
                break
            page = {"page": following}
    return time.perf_counter() - began, requests


def _count(connection: Connection) -> Counter[str]:
    """Counts requests from now on: lists by their resource, everything else by method and path."""
    counted: Counter[str] = Counter()
    session = connection.data_science.base_client.session
    inner = session.adapters["http://"]

    class Counting:
        def send(self, request: Any, **options: Any) -> Any:
            path = request.path_url.partition("?")[0]
            name = path.rpartition("/")[2] if request.method == "GET" and path.count("/") == 2 else path
            counted[name] += 1
            return inner.send(request, **options)

        def close(self) -> None:
            inner.close()

    session.adapters["http://"] = Counting()
    connection.object_storage.base_client.session.adapters["http://"] = session.adapters["http://"]
    return counted


if __name__ == "__main__":
    sys.exit(main())
