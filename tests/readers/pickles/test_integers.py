"""Integers of every length come back as they were written, by every protocol."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from compiler.readers.pickles import read_pickle

BITS = (0, 7, 8, 15, 16, 31, 32, 63, 64, 8 * 127 - 1, 8 * 127, 8 * 128, 8 * 255 - 2, 8 * 255 - 1, 8 * 255, 8 * 256)
"""On both sides of where a pickler takes another opcode: BININT1, BININT2, BININT, LONG1 (1 to 255 bytes), LONG4."""
NUMBERS = [number for bits in BITS for number in ((1 << bits) - 1, 1 << bits, -(1 << bits))]


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_integers(protocol: int, tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(pickle.dumps(NUMBERS, protocol))
    assert read_pickle(tmp_path / "m").value == NUMBERS
