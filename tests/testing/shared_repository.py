"""A repository of git with manifests of every framework, and what its target looks like."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

import compiler.cloud.connect.connection as connecting
from compiler.cloud.connect.watch import WaitOptions
from compiler.cloud.datascience.waiters import await_deployment
from compiler.cloud.observe import observe
from compiler.planning.live.observed import LiveResource, Observed
from compiler.planning.plan.planner import Options
from compiler.spec.project import Target
from testing.lab import QUICK
from testing.paths import MANIFESTS

TARGET = "shared"
EVERYTHING = {"perTurn": 500, "change": "100%", "destructive": "100%", "prune": "100%"}
_IDENTITY = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false", "-c", "gc.auto=0")


@dataclass(frozen=True)
class Model:
    """What a manifest says; the model itself is the one of an example, so that few are verified."""

    example: str
    version: int = 1
    """Content of a file beside the model: another version is another artifact."""
    bandwidth: int = 10
    absent: bool = False
    broken: bool = False
    suspended: bool = False
    former: str = ""


@dataclass
class SharedRepository:
    """Its files and commits, and the target `shared`, which is an embedded OCI that runs no processes."""

    repository: Any
    """Of the fixture `repository`."""
    requests: list[str] = field(default_factory=list)
    """All that a turn sent: method and path."""

    def __post_init__(self) -> None:
        self.repository.patches.append(self._watch)
        self.git("init", "-q", "-b", "main")
        (self.root / ".gitignore").write_text("build/\n.manifact/\n")
        self.project()

    @property
    def root(self) -> Path:
        """The project root, where the repository begins."""
        return self.repository.root  # type: ignore[no-any-return]

    def project(self, *patterns: str) -> None:
        """Write the project file."""
        known = {
            "apiVersion": "manifact/v1",
            "kind": "Project",
            "metadata": {"name": "cellar"},
            "targets": {TARGET: {}},
        }
        more = {"manifests": list(patterns)} if patterns else {}
        self.repository.write_project({**known, **more, "reconcile": {"store": "local", "limits": EVERYTHING}})

    def put(self, name: str, model: Model) -> None:
        """Write the files of a model."""
        folder, example = self.folder(name), MANIFESTS / model.example
        if not folder.exists():
            shutil.copytree(example, folder, ignore=shutil.ignore_patterns("train.py", "build", "__pycache__"))
        yaml = YAML(typ="safe")
        document = yaml.load((example / "model.yaml").read_text())
        former = {"renamedFrom": model.former} if model.former else {}
        document["kind"] = "Modell" if model.broken else "Model"
        document["metadata"] = {"name": name, "suspend": model.suspended, **former}
        document["spec"]["include"] = ["version.txt"]
        document["spec"]["deployment"] |= {"bandwidthMbps": model.bandwidth}
        document["spec"]["deployment"] |= {"state": "absent"} if model.absent else {}
        (folder / "version.txt").write_text(str(model.version))
        with (folder / "model.yaml").open("w") as file:
            yaml.dump(document, file)

    def folder(self, name: str) -> Path:
        """Where the files of a model are."""
        return self.root / "models" / name

    def commit(self, text: str = "change") -> None:
        """Commit all there is."""
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", text)

    def git(self, *words: str) -> str:
        """Output of a git command."""
        environ = {"GIT_CONFIG_GLOBAL": os.devnull, "PATH": os.environ["PATH"]}
        command = ["git", *_IDENTITY, *words]
        done = subprocess.run(command, cwd=self.root, env=environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def turn(self, **options: Any) -> Any:
        """One turn, or with `wait` turns until nothing is in progress."""
        return self.repository.turn(prune=True, target=TARGET, **options)

    def sent(self, act: Callable[[], Any]) -> list[str]:
        """The requests beside reads that are sent meanwhile."""
        self.requests.clear()
        act()
        return [line for line in self.requests if not line.startswith(("GET", "HEAD"))]

    def observed(self) -> Observed:
        """What is live, from lists."""
        with self._opened() as connection:
            return observe(connection, [], Options())

    def deployments(self, name: str) -> list[LiveResource]:
        """The deployments under a name that are not deleted."""
        return [live for live in self.observed().deployments if name_of(live) == name and not live.deleted]

    def by_hand(self, name: str, act: Callable[[Any, str], Any]) -> None:
        """Do something to the deployment of a name outside Manifact, and wait until the service is done."""
        (live,) = self.deployments(name)
        with self._opened() as connection:
            act(connection.data_science, live.id)
            await_deployment(connection, live.id, None, WaitOptions())

    def _opened(self) -> connecting.Connection:
        access = replace(QUICK, run_processes=False)
        kept, self.repository.patches = self.repository.patches, []
        try:
            return connecting.connect(TARGET, Target(), root=self.root, project="cellar", access=access)
        finally:
            self.repository.patches = kept

    def _watch(self, connection: Any) -> None:
        for client in (connection.data_science, connection.object_storage):
            session = client.base_client.session
            session.adapters["http://"] = _Watching(session.adapters["http://"], self.requests)


@dataclass
class _Watching:
    inner: Any
    seen: list[str]

    def send(self, request: Any, **options: Any) -> Any:
        self.seen.append(f"{request.method} {request.path_url.partition('?')[0]}")
        return self.inner.send(request, **options)

    def close(self) -> None:
        self.inner.close()


def name_of(live: LiveResource) -> str:
    """The name in the tags of a resource."""
    return live.tags.get("manifact-name", "")
