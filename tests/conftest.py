"""What all tests share: running the command in this process, and a project with the wine model."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from compiler.cli.main import main
from testing.command import Manifact, Result
from testing.paths import MANIFESTS

if TYPE_CHECKING:
    from testing.lab import Lab

WINE = MANIFESTS / "sklearn-wine"

# The same examples in every run, so that a change is to blame for a failure; MANIFACT_HYPOTHESIS=long looks for more.
# No deadline: how long an example takes says more of the machine than of the code.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("long", max_examples=3_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("MANIFACT_HYPOTHESIS", "same"))


def pytest_configure(config: pytest.Config) -> None:
    """Let signals end the processes that tests start, even where whoever started the tests ignores them (`nohup`, `&`).

    A signal that is ignored stays so in every process that is started; one that is handled here is not.
    The key that seals records is made anew, away from that of whoever runs the tests.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: None)
    os.environ["XDG_STATE_HOME"] = state = tempfile.mkdtemp(prefix="manifact-state-")
    config.add_cleanup(lambda: shutil.rmtree(state, ignore_errors=True))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-expected", action="store_true", help="rewrite the expected messages of tests/cases")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast tests first: most mistakes show within seconds."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a private key that signs requests."""
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    path = tmp_path_factory.mktemp("key") / "key.pem"
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    path.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


@pytest.fixture
def manifact(capsys: pytest.CaptureFixture[str]) -> Manifact:
    """Run a command in this process."""

    def run(*arguments: object) -> Result:
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as stop:
            code = int(stop.code or 0)
        captured = capsys.readouterr()
        return Result(int(code), captured.out, captured.err)

    return run


@pytest.fixture
def wine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh project folder (the working directory) with the wine example in it."""
    folder = tmp_path / "wine"
    shutil.copytree(WINE, folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def open_lab(tmp_path: Path) -> Iterator[Callable[..., Lab]]:
    """Opens the project's store, as often as asked; all deployments are ended afterwards."""
    from testing.lab import laboratory

    with laboratory(tmp_path) as opening:
        yield opening


@pytest.fixture
def lab(open_lab: Callable[..., Lab]) -> Lab:
    """A project on its embedded OCI, without processes: quick; the smoke test is "not tested" there."""
    return open_lab()


@pytest.fixture(scope="session")
def blank_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose store is made, with its key; to be copied."""
    from testing.lab import open_at

    root = tmp_path_factory.mktemp("blank")
    open_at(root).connection.close()
    return root
