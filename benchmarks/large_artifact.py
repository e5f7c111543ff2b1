"""A large model, compiled and brought into the catalog by way of a bucket, against one SHA-256 pass over its file.

Run it from the project's root: `python benchmarks/large_artifact.py [GIBIBYTES]` (3 by default; twice as much is
written to the temporary folder). Exits with 1 when a budget is missed: compile and archive each take at most 1.3 times
the pass, and the command has at most 150 MB resident. Uploads go to the embedded OCI: over HTTP to one that is served,
as for a cloud target, and in the same process, as on target `local`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from measure import Figures, measure, python

MEMORY = 150.0  # MB
SLOWER = 1.3
MANIFACT = [sys.executable, "-m", "compiler"]
SHA256 = "import hashlib; hashlib.file_digest(open('model.bin', 'rb'), 'sha256')"
ARCHIVE = """
from pathlib import Path
from compiler.cloud.objectstorage.zip_body import zip_body_of
from compiler.emit import ArtifactRecord
record = ArtifactRecord.from_json(Path('build/large/artifact.json').read_bytes())
archive = zip_body_of(Path('build/large/artifact'), record)
assert sum(map(len, archive.chunks())) == archive.size
"""
BUCKET = """
import sys, oci
client = oci.object_storage.ObjectStorageClient(oci.config.from_file(sys.argv[1]), service_endpoint=sys.argv[2])
details = oci.object_storage.models.CreateBucketDetails(name='staging', compartment_id=sys.argv[3])
client.create_bucket('local', details)
"""
MANIFEST = """
apiVersion: manifact/v1
kind: Model
metadata: {name: large}
spec:
  model: {path: model.bin, framework: other}
  score: {file: score.py}
  catalog: {staging: {uri: "oci://staging@local/models/", always: true}}
"""
SCORE = """
def load_model():
    return None


def predict(data, model=load_model()):
    return {"prediction": [0 for _ in data]}
"""
PROJECT = "apiVersion: manifact/v1\nkind: Project\nmetadata: {name: large}\n"


def main() -> int:
    """Measure, print, and say whether the budgets hold."""
    gibibytes = float(sys.argv[1]) if len(sys.argv) > 1 else 3.0
    os.environ["PYTHONPATH"] = str(Path.cwd())
    with tempfile.TemporaryDirectory(prefix="manifact-large-") as name:
        folder = Path(name)
        _make(folder, int(gibibytes * (1 << 30)))
        sha256 = measure(python(SHA256), cwd=folder, runs=2)
        print(f"one SHA-256 pass over {gibibytes:g} GiB\n  {sha256}")
        held = [
            _compare("compile", _once([*MANIFACT, "compile"], folder), sha256, SLOWER),
            _compare("archive", _once(python(ARCHIVE), folder), sha256, SLOWER),
        ]
        with _served(folder, "aside"):
            held.append(_compare("apply, over HTTP", _once(_apply("far"), folder), sha256))
        with _served(folder, "."):  # only for the bucket: the port is closed when the next one runs
            pass
        held.append(_compare("apply, embedded OCI in this process", _once(_apply("local"), folder), sha256))
    return 0 if all(held) else 1


def _make(folder: Path, size: int) -> None:
    """A model file with holes, so that making it takes no time; hashing and copying it takes as long as any other."""
    with (folder / "model.bin").open("wb") as file:
        file.truncate(size)
        for offset in range(0, size, 64 << 20):
            file.seek(offset)
            file.write(offset.to_bytes(8, "big") + b"model")
    (folder / "score.py").write_text(SCORE)
    (folder / "model.yaml").write_text(MANIFEST)
    (folder / "manifact.yaml").write_text(PROJECT)


def _apply(target: str) -> list[str]:
    return [*MANIFACT, "apply", "--target", target, "--yes"]


def _once(command: list[str], folder: Path) -> Figures:
    return measure(command, cwd=folder, runs=1, warm=0)


def _compare(name: str, ours: Figures, sha256: Figures, slower: float | None = None) -> bool:
    """Print one comparison, by the wall: reading, hashing and sending go on side by side. Whether it holds."""
    factor, megabytes = ours.wall / sha256.wall, ours.memory * 2**20 / 1e6
    fast, small = slower is None or factor <= slower, megabytes <= MEMORY
    budget = f" (budget: {slower:g}) {'ok' if fast else 'MISSED'}" if slower else ""
    print(f"{name}\n  {ours}\n  {factor:.2f} of the pass{budget}")
    print(f"  {megabytes:.0f} MB resident (budget: {MEMORY:g} MB) {'ok' if small else 'MISSED'}")
    return fast and small


@contextmanager
def _served(folder: Path, store: str) -> Iterator[None]:
    """The embedded OCI of the project in `store` on a port, with the bucket, and as target `far` of the manifest."""
    project = folder / store
    project.mkdir(exist_ok=True)
    (project / "manifact.yaml").write_text(PROJECT)
    command = [*MANIFACT, "local", "serve", "--port", "0", "--json"]
    with subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        document = json.loads("".join(iter(server.stdout.readline, "}\n")) + "}")
        os.environ["OCI_CONFIG_FILE"] = document["environment"]["OCI_CONFIG_FILE"]
        compartment = document["environment"]["NB_SESSION_COMPARTMENT_OCID"]
        arguments = [os.environ["OCI_CONFIG_FILE"], document["url"], compartment]
        subprocess.run([*python(BUCKET), *arguments], check=True)
        (folder / "manifact.yaml").write_text(PROJECT + _target(document))
        yield
        server.send_signal(signal.SIGTERM)


def _target(document: dict[str, str | dict[str, str]]) -> str:
    environment = document["environment"]
    assert isinstance(environment, dict)
    fields = {
        "region": "us-ashburn-1",
        "compartmentId": environment["NB_SESSION_COMPARTMENT_OCID"],
        "projectId": environment["PROJECT_OCID"],
        "serviceEndpoint": document["url"],
    }
    return f"targets: {json.dumps({'far': fields})}\n"


if __name__ == "__main__":
    sys.exit(main())
