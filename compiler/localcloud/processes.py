"""What runs on a store, from outside: the port that is served, the servers of deployments, and their end."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from compiler.serving.control import Server
from compiler.serving.protocol import WORKER_LOG, read_json, start_ticks, write_json

SERVED = "serve.json"
STOP_SECONDS = 20.0
POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Served:
    """The process that serves the store on a port."""

    url: str
    pid: int
    started: int
    """Start time in clock ticks since boot: tells the process from a later one with its pid."""


@contextlib.contextmanager
def serving(root: Path, url: str) -> Iterator[None]:
    """Note, as long as the block runs, that this process serves the store. Raises BlockingIOError when another does."""
    with (root / "serve.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        write_json(root / SERVED, {"url": url, "pid": os.getpid(), "started": start_ticks(os.getpid())})
        try:
            yield
        finally:
            (root / SERVED).unlink(missing_ok=True)


def served(root: Path) -> Served | None:
    """Who serves the store, if anybody does."""
    value = read_json(root / SERVED)
    if value is None or start_ticks(value["pid"]) != value["started"]:
        return None
    return Served(**value)


def running_servers(root: Path) -> list[Server]:
    """The servers of deployments that run now."""
    return [server for folder in sorted(root.glob("deployments/*")) if (server := Server(folder)).is_alive()]


def deployment_folder(root: Path, deployment: str) -> Path:
    """Where the server of a deployment has its files."""
    return root / "deployments" / deployment.rpartition(".")[2]


def log_path(root: Path, deployment: str) -> Path:
    """What the workers of a deployment write to."""
    return deployment_folder(root, deployment) / WORKER_LOG


def stop_servers(root: Path) -> int:
    """End every server of a deployment, waiting until they are gone; answers how many there were."""
    servers = running_servers(root)
    for server in servers:
        server.request_stop()
    deadline = time.monotonic() + STOP_SECONDS
    while any(server.is_alive() for server in servers):
        if time.monotonic() > deadline:
            for server in servers:
                server.kill()
            deadline = time.monotonic() + STOP_SECONDS
        time.sleep(POLL_SECONDS)
    return len(servers)


def stop_all(root: Path) -> int:
    """End the serving process and every server, waiting until they are gone; answers how many there were."""
    process = served(root)
    if process is not None:
        _signal(process, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while served(root) is not None:
        if process is not None and time.monotonic() > deadline:
            _signal(process, signal.SIGKILL)
            deadline = time.monotonic() + STOP_SECONDS
        time.sleep(POLL_SECONDS)
    return stop_servers(root) + (process is not None)


def reset(root: Path) -> None:
    """Stop everything and delete the store, its key included."""
    stop_all(root)
    shutil.rmtree(root, ignore_errors=True)


def client_environment(config: dict[str, str], compartment: str, project: str, url: str) -> dict[str, str]:
    """The environment variables with which clients find the embedded OCI (the CLI's file is written beside the key)."""
    folder = Path(config["key_file"]).parent
    file = folder / "oci_config"
    lines = ["[DEFAULT]", *(f"{name}={value}" for name, value in config.items()), ""]
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        opened.write("\n".join(lines))
    terraform = ("oci_datascience.DataScienceClient", "oci_object_storage.ObjectStorageClient")
    return {
        "OCI_CONFIG_FILE": str(file),
        "OCI_CLI_CONFIG_FILE": str(file),
        "OCI_CLI_ENDPOINT": url,
        "OCI_CONFIG_LOCATION": str(file),
        "OCI_ODSC_SERVICE_ENDPOINT": url,
        "FSSPEC_OCI": json.dumps({"config_kwargs": {"service_endpoint": url}}),
        "NB_SESSION_COMPARTMENT_OCID": compartment,
        "PROJECT_OCID": project,
        "CLIENT_HOST_OVERRIDES": ";".join(f"{client}={url}" for client in terraform),
    }


def _signal(process: Served, number: signal.Signals) -> None:
    if start_ticks(process.pid) == process.started:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, number)
