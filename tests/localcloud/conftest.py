"""The real SDK's clients on the embedded OCI, within the process."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import oci
import pytest

from compiler.localcloud import LocalCloud, open_cloud
from compiler.localcloud.server import LocalServer
from compiler.serving.control import Server
from testing.archives import zipped
from testing.sdk import make_client
from testing.waiting import eventually


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[LocalCloud]:
    with open_cloud(tmp_path / "local", run_processes=False) as opened:
        yield opened


@pytest.fixture
def science(cloud: LocalCloud) -> oci.data_science.DataScienceClient:
    return make_client(cloud, oci.data_science.DataScienceClient)


@pytest.fixture
def storage(cloud: LocalCloud) -> oci.object_storage.ObjectStorageClient:
    return make_client(cloud, oci.object_storage.ObjectStorageClient)


@pytest.fixture
def new_model(cloud: LocalCloud, science: Any) -> Callable[..., Any]:
    """Makes a model, with an artifact when `files` are given."""

    def make(files: dict[str, str] | None = None, **fields: Any) -> Any:
        details = oci.data_science.models.CreateModelDetails(
            compartment_id=cloud.compartment_id, project_id=cloud.project_id, **fields
        )
        model = science.create_model(details).data
        if files is not None:
            science.create_model_artifact(model.id, zipped(files))
        return model

    return make


@pytest.fixture
def deployment_details(cloud: LocalCloud) -> Callable[..., Any]:
    """The body of a deployment's creation."""
    models = oci.data_science.models

    def make(model_id: str, *, environment: dict[str, str] | None = None, **fields: Any) -> Any:
        configuration = models.SingleModelDeploymentConfigurationDetails(
            model_configuration_details=models.ModelConfigurationDetails(
                model_id=model_id,
                instance_configuration=models.InstanceConfiguration(instance_shape_name="VM.Standard.E4.Flex"),
                scaling_policy=models.FixedSizeScalingPolicy(instance_count=1),
                bandwidth_mbps=10,
            ),
            environment_configuration_details=models.DefaultModelDeploymentEnvironmentConfigurationDetails(
                environment_variables=environment or {}
            ),
        )
        return models.CreateModelDeploymentDetails(
            compartment_id=cloud.compartment_id,
            project_id=cloud.project_id,
            model_deployment_configuration_details=configuration,
            **fields,
        )

    return make


@contextlib.contextmanager
def refused(status: int, code: str, match: str = "") -> Iterator[None]:
    """The block must fail with this error of the service."""
    with pytest.raises(oci.exceptions.ServiceError, match=match or None) as caught:
        yield
    assert (caught.value.status, caught.value.code) == (status, code)


@pytest.fixture(name="refused")
def _refused() -> Any:
    return refused


@pytest.fixture
def served(tmp_path: Path) -> Iterator[LocalServer]:
    """A store with real processes, on a port; nothing is left running."""
    root = tmp_path / "local"
    with open_cloud(root) as opened, LocalServer(opened, opened.handle, 0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
    end_servers(root)


def end_servers(root: Path) -> None:
    """End what runs under the store, and wait for it."""
    servers = [Server(folder) for folder in root.glob("deployments/*")]
    for server in servers:
        server.request_stop()
    eventually(lambda: not any(server.is_alive() for server in servers))


@pytest.fixture(name="stop_servers")
def _stop_servers() -> Callable[[Path], None]:
    return end_servers


@pytest.fixture
def client(cloud: LocalCloud) -> Callable[..., Any]:
    """Makes any other client of the SDK."""
    return lambda kind: make_client(cloud, kind)


@pytest.fixture(name="make_client")
def _make_client() -> Any:
    return make_client


@pytest.fixture
def settled(science: Any) -> Callable[..., Any]:
    """Waits until a deployment is in one of these states."""

    def wait(identifier: str, *states: str) -> Any:
        def reached() -> Any:
            found = science.get_model_deployment(identifier).data
            return found if found.lifecycle_state in states else None

        return eventually(reached)

    return wait
