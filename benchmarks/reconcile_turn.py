"""A turn of `reconcile` with nothing to do: seconds, requests and memory.

`python benchmarks/reconcile_turn.py [COUNT]` (1,000 by default): manifests that are in sync with an embedded OCI
without model servers. Exits with 1 when a turn takes more than 5 s, when anything but lists is asked for.
Making the fleet takes much longer than the turn.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import compiler.cloud.connect.connection as connecting
from compiler.engine.checkout import Checkout
from compiler.reconcile.once import ReconcileRequest, reconcile
from compiler.reconcile.turn.orders import Orders

SECONDS = 5.0
SCORE = """
def load_model():
    return 2


def predict(data, model=load_model()):
    return {"prediction": [model for _ in data]}
"""
LIMITS = {"perTurn": 100_000, "change": "100%"}
counted: Counter[str] = Counter()


def main() -> int:
    """Make the fleet, take turns, measure."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    _without_processes()
    with tempfile.TemporaryDirectory(prefix="manifact-reconcile-") as folder:
        root = Path(folder)
        _write(root, count)
        began = time.perf_counter()
        made = _turn(root, wait=True)
        print(f"made {count} in {time.perf_counter() - began:.0f} s: {made.summary}")
        counted.clear()
        began = time.perf_counter()
        result = _turn(root)
        took = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    held = {line.split()[0] for line in counted} == {"GET"} and took <= SECONDS and result.exit_code == 0
    print(f"  turn      {took:.2f} s, {sum(counted.values())} requests (pages of lists): {dict(counted)}")
    print(f"  memory    {memory:.0f} MB at most, the making of the fleet included")
    print(f"  (budget: lists only, {SECONDS:g} s) {'ok' if held else 'MISSED'}")
    return 0 if held else 1


def _turn(root: Path, *, wait: bool = False) -> Any:
    return reconcile(Checkout(root, None, {}), ReconcileRequest(orders=Orders(consent=True), wait=wait, timeout=36_000))


def _write(root: Path, count: int) -> None:
    project = {"apiVersion": "manifact/v1", "kind": "Project", "metadata": {"name": "fleet"}}
    (root / "manifact.yaml").write_text(json.dumps({**project, "reconcile": {"limits": LIMITS}}))
    shape = {"shape": "VM.Standard.E4.Flex", "ocpus": 1, "memoryInGBs": 16}
    for number in range(count):
        folder = root / "models" / f"model-{number}"
        folder.mkdir(parents=True)
        (folder / "rules.json").write_text("{}")
        (folder / "score.py").write_text(SCORE)
        spec = {
            "model": {"path": "rules.json", "framework": "other"},
            "score": {"file": "score.py"},
            "deployment": shape,
        }
        document = {"apiVersion": "manifact/v1", "kind": "Model", "metadata": {"name": f"model-{number}"}, "spec": spec}
        (folder / "model.yaml").write_text(json.dumps(document))


def _without_processes() -> None:
    """Deployments of the embedded OCI that are records only, and a counter in front of it."""
    genuine = connecting.connect

    def quick(*arguments: Any, access: Any = None, **options: Any) -> Any:
        opened = genuine(*arguments, access=replace(access or connecting.Access(), run_processes=False), **options)
        for client in (opened.data_science, opened.object_storage):
            session = client.base_client.session
            session.adapters["http://"] = _Counting(session.adapters["http://"])
        return opened

    connecting.connect = quick


class _Counting:
    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def send(self, request: Any, **options: Any) -> Any:
        counted[f"{request.method} {request.path_url.partition('?')[0].rpartition('/')[2]}"] += 1
        return self._inner.send(request, **options)

    def close(self) -> None:
        self._inner.close()


if __name__ == "__main__":
    sys.exit(main())
