"""What all tests share: running the command in this process, and a project with the wine model."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any, Literal, get_args, get_origin

import pytest

from compiler.cli.main import main
from compiler.spec.base import Node
from testing.lab import blank_store, kit, lab, manifest, open_lab
from testing.paths import MANIFESTS

WINE = MANIFESTS / "sklearn-wine"
__all__ = ["blank_store", "kit", "lab", "manifest", "open_lab"]


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


def pytest_addoption(parser):
    parser.addoption("--update-expected", action="store_true", help="rewrite the expected messages of tests/cases")


def pytest_collection_modifyitems(items):
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


@dataclass(frozen=True)
class Result:
    """What one command printed, and its exit code."""

    code: int
    out: str
    err: str


@pytest.fixture
def manifact(capsys):
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
def wine(tmp_path, monkeypatch):
    """A fresh project folder (the working directory) with the wine example in it."""
    folder = tmp_path / "wine"
    shutil.copytree(WINE, folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(scope="session")
def fields() -> SimpleNamespace:
    """The fields of the manifest, and those that tell two settings apart (a conftest cannot be imported)."""
    return SimpleNamespace(leaves=leaves, differing=differing, set_in=set_in)


def leaves(spec: type[Node], prefix: str = "") -> set[str]:
    """Every field that is no mapping of further fields: `shape`, `custom[].key`, `environmentVariables.*.variable`."""
    found = set()
    for name, info in spec.model_fields.items():
        path = f"{prefix}{info.alias or name}"
        inner = dict(_nodes(info.annotation))
        if any(node is None for node in inner.values()):
            found.add(path)
        for suffix, node in inner.items():
            if node is not None:
                found |= leaves(node, f"{path}{suffix.partition(' ')[0]}.")
    return found


def _nodes(annotation: Any, suffix: str = "") -> Iterator[tuple[str, type[Node] | None]]:
    """What a field may hold: mappings of fields by how they are reached, and None for plain values."""
    origin, inner = get_origin(annotation), [arg for arg in get_args(annotation) if arg not in (Ellipsis, type(None))]
    if isinstance(annotation, type) and issubclass(annotation, Node):
        yield f"{suffix} {annotation.__name__}", annotation
    elif origin is Annotated:
        yield from _nodes(inner[0], suffix)
    elif origin in (tuple, dict) or (inner and origin is not Literal):
        more = {tuple: "[]", dict: ".*"}.get(origin, "")
        for arg in inner[-1:] if origin is dict else inner:
            yield from _nodes(arg, suffix + more)
    else:
        yield f"{suffix} plain", None


def set_in(settings: Any, known: set[str], path: str = "") -> Iterator[tuple[str, Any]]:
    """The fields of `known` that are set in `settings`, with their values."""
    if path in known:
        yield path, settings
    if isinstance(settings, dict):
        for key, value in settings.items():
            here = f"{path}.{key}" if path else key
            anyone = f"{path}.*"
            yield from set_in(value, known, here if _within(here, known) else anyone)
    elif isinstance(settings, list):
        for item in settings:
            yield from set_in(item, known, f"{path}[]")


def _within(path: str, known: set[str]) -> bool:
    return any(leaf == path or leaf.startswith((f"{path}.", f"{path}[")) for leaf in known)


def differing(first: Any, second: Any, known: set[str]) -> set[str]:
    """The fields of `known` that do not have the same value in both settings."""
    found = [list(set_in(settings, known)) for settings in (first, second)]
    paths = {path for pairs in found for path, _ in pairs}
    return {path for path in paths if len({str([v for p, v in pairs if p == path]) for pairs in found}) > 1}
