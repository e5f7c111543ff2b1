"""A turn of `reconcile` with nothing to do: seconds, requests and memory of whole processes, and how they grow.

`python benchmarks/reconcile_turn.py [COUNT…]` (1,000 by default; `1000 10000` shows the growth): manifests that are in
sync with an embedded OCI without model servers. Exits with 1 when a turn asks for more than lists, takes longer or
needs more memory than its budget: 5 s and 200 MB for up to 1,000 manifests, 40 s for up to 10,000.
Making the fleet takes much longer than the turn; `--keep DIR` keeps it for the next run.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from measure import measure

import compiler.cloud.connect.connection as connecting
from compiler.engine.checkout import Checkout
from compiler.reconcile.once import ReconcileRequest, reconcile
from compiler.reconcile.turn.orders import Orders

BUDGETS = ((1_000, 5.0, 200.0), (10_000, 40.0, float("inf")))
"""Manifests, seconds, MB."""
SCORE = """
def load_model():
    return 2


def predict(data, model=load_model()):
    return {"prediction": [model for _ in data]}
"""
LIMITS = {"perTurn": 100_000, "change": "100%"}
counted: Counter[str] = Counter()


def main() -> int:
    """Make the fleets, measure a turn of each."""
    arguments = _arguments()
    if arguments.turn:
        return _one_turn(Path(arguments.turn), wait=arguments.wait)
    with tempfile.TemporaryDirectory(prefix="manifact-reconcile-") as folder:
        kept = Path(arguments.keep or folder)
        held = [_measured(kept / str(count), count, arguments.runs) for count in arguments.counts or [1_000]]
    return 0 if all(held) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("counts", type=int, nargs="*")
    parser.add_argument("--keep", metavar="DIR")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--turn", metavar="DIR", help="one turn in this process")
    parser.add_argument("--wait", action="store_true", help="with --turn: until everything is done")
    return parser.parse_args()


def _measured(root: Path, count: int, runs: int) -> bool:
    """Make the fleet where it is not there yet, and measure; whether the budget holds."""
    command = [sys.executable, __file__, "--turn", str(root)]
    if not root.exists():
        _write(root, count)
        print(f"made {count}: {_said([*command, '--wait'])['summary']}", flush=True)
    found, said = measure(command, runs=runs), _said(command)
    _, seconds, memory = next(item for item in (*BUDGETS, (count, 0, 0)) if count <= item[0])
    lists_only = all(line.startswith("GET ") for line in said["requests"])
    held = lists_only and found.wall <= seconds and found.memory <= memory and said["code"] == 0
    print(f"{count} manifests, nothing to do: {found}")
    print(f"  requests  {said['requests']} (pages of lists)")
    print(f"  (budget: lists only, {seconds:g} s, {memory:g} MB) {'ok' if held else 'MISSED'}", flush=True)
    return held


def _said(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _one_turn(root: Path, *, wait: bool) -> int:
    """In a process of its own, whose time and memory are those of the turn."""
    _without_processes()
    request = ReconcileRequest(orders=Orders(consent=True), wait=wait, timeout=36_000)
    result = reconcile(Checkout(root, None, {}), request)
    print(json.dumps({"summary": result.summary, "code": int(result.exit_code), "requests": counted}))
    return 0


def _write(root: Path, count: int) -> None:
    root.mkdir(parents=True)
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
