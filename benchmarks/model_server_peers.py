"""A deployment's own server against MLflow's and BentoML's, with the same LogisticRegression: requests of one row.

    python benchmarks/model_server_peers.py

One client, then eight at once; one worker each; measured in turns, so that whatever else the machine does hits all. The
peers get environments of their own (see `peers.py`). Exits with 1 below 3 times MLflow's rate or 2 times BentoML's.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from model_server import connected, serve
from peers import environments, python_of

BUDGETS = {"mlflow": 3.0, "bentoml": 2.0}
PORTS = {"mlflow": 8995, "bentoml": 8996}
ROUNDS, CALLS = 8, 40
TRAIN = """
import joblib
from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression
X, y = load_wine(return_X_y=True, as_frame=True)
joblib.dump(LogisticRegression(max_iter=5000).fit(X, y), "model.joblib")
X.head(20).to_csv("input.csv", index=False)
"""
SAVE = """
import joblib, mlflow, pandas as pd
model = joblib.load("model.joblib")
mlflow.sklearn.save_model(model, "mlmodel", input_example=pd.read_csv("input.csv").head(1))
"""
SERVICE = """
import bentoml, joblib, pandas as pd

@bentoml.service(workers=1)
class Wine:
    def __init__(self):
        self.model = joblib.load("model.joblib")

    @bentoml.api
    def predict(self, rows: list[list[float]]) -> list[int]:
        return self.model.predict(pd.DataFrame(rows, columns=self.model.feature_names_in_)).tolist()
"""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a row is asked for, and how it is sent."""

    port: int
    path: str
    body: bytes

    def rate(self, calls: int) -> float:
        """Calls a second on one connection."""
        with contextlib.closing(connected(self.port)) as connection:
            began = time.perf_counter()
            for _ in range(calls):
                self.ask(connection)
            return calls / (time.perf_counter() - began)

    def ask(self, connection: http.client.HTTPConnection) -> None:
        """One request; its answer must be right in form."""
        connection.request("POST", self.path, self.body, {"content-type": "application/json"})
        response = connection.getresponse()
        text = response.read()
        assert response.status == 200, text


def main() -> int:
    """Start the three, measure, print; whether the budgets hold."""
    with tempfile.TemporaryDirectory() as name, environments() as peers, contextlib.ExitStack() as stack:
        folder = Path(name)
        subprocess.run([sys.executable, "-c", TRAIN], cwd=folder, check=True)
        row = [float(cell) for cell in (folder / "input.csv").read_text().splitlines()[1].split(",")]
        names = (folder / "input.csv").read_text().splitlines()[0].split(",")
        split = {"dataframe_split": {"columns": names, "data": [row]}}
        endpoints = {
            "manifact": Endpoint(ours(folder, stack), "/predict", json.dumps([row]).encode()),
            "mlflow": Endpoint(mlflow(folder, peers, stack), "/invocations", json.dumps(split).encode()),
            "bentoml": Endpoint(bentoml(folder, peers, stack), "/predict", json.dumps({"rows": [row]}).encode()),
        }
        for endpoint in endpoints.values():
            endpoint.rate(CALLS)
        held = [compared(endpoints, clients) for clients in (1, 8)]
    return 0 if all(held) else 1


def ours(folder: Path, stack: contextlib.ExitStack) -> int:
    """Compile the model and start its server; answers the port."""
    manifact = [sys.executable, "-m", "compiler"]
    init = [*manifact, "init", "model.joblib", "--input", "input.csv"]
    for command in (init, [*manifact, "compile", "."]):
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    (artifact,) = folder.glob("build/*/artifact")
    return serve(folder, artifact, stack)


def mlflow(folder: Path, peers: Path, stack: contextlib.ExitStack) -> int:
    """Save the model as MLflow's and serve it."""
    python = python_of("mlflow", peers)
    subprocess.run([python, "-c", SAVE], cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    words = ["models", "serve", "-m", "mlmodel", "--env-manager", "local", "--port", str(PORTS["mlflow"])]
    return started([python, "-m", "mlflow", *words, "--workers", "1"], folder, PORTS["mlflow"], stack)


def bentoml(folder: Path, peers: Path, stack: contextlib.ExitStack) -> int:
    """Serve the model as a BentoML service."""
    (folder / "service.py").write_text(SERVICE)
    command = str(Path(python_of("bentoml", peers)).parent / "bentoml")
    return started([command, "serve", "service:Wine", "--port", str(PORTS["bentoml"])], folder, PORTS["bentoml"], stack)


def started(command: list[str], folder: Path, port: int, stack: contextlib.ExitStack) -> int:
    """Start a server and wait until it listens."""
    quiet, search = subprocess.DEVNULL, f"{Path(command[0]).parent}{os.pathsep}{os.environ['PATH']}"
    process = subprocess.Popen(
        command, cwd=folder, stdout=quiet, stderr=quiet, start_new_session=True, env={**os.environ, "PATH": search}
    )
    stack.callback(process.wait)
    stack.callback(process.terminate)
    connected(port).close()
    return port


def compared(endpoints: dict[str, Endpoint], clients: int) -> bool:
    """Print the rates with so many clients at once, and the ratios."""
    rates: dict[str, list[float]] = {name: [] for name in endpoints}
    with ThreadPoolExecutor(clients) as pool:
        for _ in range(ROUNDS):
            for name, endpoint in endpoints.items():
                rates[name].append(sum(pool.map(endpoint.rate, [CALLS] * clients)))
    held = True
    print(f"clients: {clients}   manifact {statistics.median(rates['manifact']):.0f}/s")
    for name, budget in BUDGETS.items():
        ratio = statistics.median(a / b for a, b in zip(rates["manifact"], rates[name], strict=True))
        held &= ratio >= budget
        verdict = "ok" if ratio >= budget else "MISSED"
        print(f"  {name:8} {statistics.median(rates[name]):.0f}/s   {ratio:.1f}x (budget {budget:g}x) {verdict}")
    return held


if __name__ == "__main__":
    sys.exit(main())
