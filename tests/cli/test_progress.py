"""Long work: a bar on a terminal, lines elsewhere; for every command the same."""

import hashlib
import os
import re
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from compiler.cli import progress
from compiler.cli.console import Console
from compiler.cloud.connect.connection import connect
from compiler.events import Event, Phase
from compiler.spec.project import Target
from testing.some import some

BAR = re.compile(r"\r    \[(█*)(·*)\](?: (\d+) %)? ([^\r]*)\x1b\[K")
COLUMNS = 60


class Terminal:
    """What a person would see of standard error."""

    def __init__(self) -> None:
        import fcntl
        import termios

        self._master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 25, COLUMNS, 0, 0))
        os.set_blocking(self._master, False)
        self.stream = os.fdopen(slave, "w", encoding="utf-8")

    def read(self) -> str:
        found = b""
        while True:
            try:
                found += os.read(self._master, 65_536)
            except BlockingIOError:
                return found.decode()

    def close(self) -> None:
        self.stream.close()
        os.close(self._master)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    """A terminal, on which every telling is drawn."""
    made = Terminal()
    monkeypatch.setattr(progress, "BAR_EVERY", 0.0)
    yield made
    made.close()


def without_deployment(folder: Path) -> None:
    text = (folder / "model.yaml").read_text()
    (folder / "model.yaml").write_text(text[: text.index("  deployment:")])


def test_apply_draws_a_bar_on_a_terminal(wine, manifact, terminal, monkeypatch):
    without_deployment(wine)
    monkeypatch.setattr(sys, "stderr", terminal.stream)  # pytest puts its own there before the test is called
    assert manifact("apply", "--verify", "never").code == 0
    seen = terminal.read()
    bars = BAR.findall(seen)
    assert ("100", "model wine") in [(share, text[:10]) for _, _, share, text in bars]
    assert all(len(full) + len(rest) == 30 for full, rest, _, _ in some(bars))
    assert max(len(line.replace("\x1b[K", "")) for line in re.split(r"[\r\n]+", seen)) < COLUMNS
    assert seen.endswith("\r\x1b[K")  # and then it is gone


def test_a_bar_makes_room_for_what_is_said_meanwhile(terminal, monkeypatch):
    monkeypatch.setattr(sys, "stderr", terminal.stream)
    with progress.Reporter(Console(out=terminal.stream, err=terminal.stream)) as reporter:
        reporter(Event(Phase.PROGRESS, "one", "fetching", 1, 2))
        reporter(Event(Phase.WRITTEN, "one", "fetched one"))
        terminal.stream.flush()
    assert re.sub(r"\r\n?", "\n", terminal.read()).endswith("50 % fetching\x1b[K\n\x1b[K  fetched one\n")


def test_elsewhere_there_are_lines(wine, manifact, monkeypatch):
    monkeypatch.setattr(progress, "LINES_EVERY", 0.0)
    without_deployment(wine)
    told = manifact("apply", "--verify", "never").err
    assert "    local: model wine-cultivar: uploading 100 %\n" in told
    assert "\r" not in told


def test_fetch_draws_the_same_bar(wine, manifact, terminal, monkeypatch):
    content = (wine / "model.joblib").read_bytes()
    (wine / ".manifact").mkdir()
    with connect("local", Target(), root=wine, project="default") as connection:
        details = {"name": "models", "compartmentId": connection.place.compartment_id}
        connection.object_storage.create_bucket("local", details)
        connection.object_storage.put_object("local", "models", "m.joblib", content)
    source = f"uri: oci://models@local/m.joblib\n    sha256: {hashlib.sha256(content).hexdigest()}"
    (wine / "model.joblib").unlink()
    text = (wine / "model.yaml").read_text()
    (wine / "model.yaml").write_text(text.replace("path: model.joblib", source))
    monkeypatch.setattr(sys, "stderr", terminal.stream)
    assert manifact("fetch").code == 0
    bars = BAR.findall(terminal.read())
    assert bars[-1] == ("█" * 30, "", "100", "downloading")
