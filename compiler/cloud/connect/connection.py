"""From a target to clients that can be used: the real SDK, whether against OCI or against the embedded one."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compiler.cloud.connect.credentials import Credentials, find_credentials
from compiler.cloud.connect.endpoints import check_endpoint
from compiler.cloud.connect.retries import RetryPolicy, SafeRetries
from compiler.diagnostics import failure
from compiler.planning.tags import Scope
from compiler.system import require_linux
from compiler.workspace.layout import ProjectLayout

if TYPE_CHECKING:
    from compiler.spec.project import Target

LOCAL = "local"
LOCAL_ENDPOINT = "http://127.0.0.1:8600"
"""Never connected to: the adapter answers for it. The port is that of `manifact local serve`."""
TIMEOUT = (10.0, 300.0)
"""Seconds to connect and to wait for bytes: the SDK's 60 s are too short for a large artifact."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A target that can be asked. Use it as a context manager, or call `close`."""

    place: Scope
    tenancy: str
    data_science: Any
    """oci.data_science.DataScienceClient that answers raw JSON."""
    open_object_storage: Callable[[], Any] = field(repr=False)
    signer: Any = field(repr=False)
    local: bool = False
    release: Callable[[], None] = field(default=lambda: None, repr=False)

    @property
    def object_storage(self) -> Any:
        """oci.object_storage.ObjectStorageClient, likewise; made when it is first wanted, as few commands do."""
        return self.open_object_storage()

    def close(self) -> None:
        """Give everything back. Deployments keep serving."""
        self.release()

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class Access:
    """What overrides the target's own settings, and how patient to be."""

    auth: str | None = None
    """`--auth` or MANIFACT_AUTH."""
    profile: str | None = None
    retry_policy: RetryPolicy = field(default_factory=RetryPolicy)
    endpoints: tuple[str, ...] = ()
    """MANIFACT_ENDPOINTS: addresses that the operator trusts beyond this machine and OCI."""
    run_processes: bool = True
    """Whether deployments of the embedded OCI are real processes."""


def connect(name: str, target: Target, *, root: Path, project: str, access: Access | None = None) -> Connection:
    """Open a target. `root` is the project root (the embedded OCI lives under it), `project` the project's name.

    Raises `CompilerError` MF710 or MF711 for missing or unusable credentials, MF742 for an incomplete target, MF612
    for `local` on another system than Linux, and MF746 for an endpoint that is not trusted, before anything is sent.
    """
    access = access or Access()
    return _local(name, root, project, access) if name == LOCAL else _cloud(name, target, project, access)


def local_store(root: Path) -> Path:
    """Where the embedded OCI of a project keeps its data."""
    return ProjectLayout(root).store


def _local(name: str, root: Path, project: str, access: Access) -> Connection:
    require_linux(f"the target '{LOCAL}'")
    from compiler.cloud.connect.in_process import InProcessAdapter
    from compiler.cloud.connect.local_signer import local_signer
    from compiler.localcloud import open_cloud

    cloud = open_cloud(local_store(root), run_processes=access.run_processes)
    config = cloud.sdk_config()
    key_id = (config["tenancy"], config["user"], config["fingerprint"])
    signer = local_signer(key_id, Path(config["key_file"]).read_bytes())
    credentials = Credentials(config, signer, config["tenancy"], "api_key")
    place = Scope(project, name, cloud.compartment_id, cloud.project_id, config["region"])
    adapter = InProcessAdapter(cloud)
    opened = _open(place, credentials, LOCAL_ENDPOINT, access, lambda session: session.mount("http://", adapter))
    return replace(opened, local=True, release=cloud.close)


def _cloud(name: str, target: Target, project: str, access: Access) -> Connection:
    missing = [
        field
        for field, value in (("compartmentId", target.compartment_id), ("projectId", target.project_id))
        if not value
    ]
    if missing:
        raise failure("MF742", f"target '{name}' has no {' and no '.join(missing)}")
    if target.service_endpoint:
        check_endpoint(name, target.service_endpoint, access.endpoints)
    credentials = find_credentials(access.auth or target.auth, access.profile or target.profile, target.region)
    region = credentials.config.get("region")
    if not region:
        raise failure("MF742", f"target '{name}' has no region, and neither have its credentials")
    place = Scope(project, name, str(target.compartment_id), str(target.project_id), str(region))
    return _open(place, credentials, target.service_endpoint, access)


def _open(
    place: Scope,
    credentials: Credentials,
    endpoint: str | None,
    access: Access,
    prepare: Callable[[Any], None] = lambda _: None,
) -> Connection:
    """The clients, whose HTTP sessions `prepare` may change."""
    from oci.data_science import DataScienceClient

    def client(kind: Any) -> Any:
        made = _client(kind, credentials, endpoint, access)
        prepare(made.base_client.session)
        return made

    @functools.cache
    def object_storage() -> Any:
        from oci.object_storage import ObjectStorageClient

        return client(ObjectStorageClient)

    return Connection(
        place=place,
        tenancy=credentials.tenancy,
        data_science=client(DataScienceClient),
        open_object_storage=object_storage,
        signer=credentials.signer,
    )


def _client(kind: Any, credentials: Credentials, endpoint: str | None, access: Access) -> Any:
    from oci.circuit_breaker import NoCircuitBreakerStrategy
    from oci.exceptions import ClientError

    given = {"service_endpoint": endpoint} if endpoint else {}
    try:
        return kind(
            dict(credentials.config),
            signer=credentials.signer,
            retry_strategy=SafeRetries(access.retry_policy),
            circuit_breaker_strategy=NoCircuitBreakerStrategy(),
            skip_deserialization=True,
            timeout=TIMEOUT,
            **given,
        )
    except (ClientError, ValueError) as error:
        raise failure("MF711", f"the OCI configuration cannot be used: {error}") from None
