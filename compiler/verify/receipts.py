"""Verifications remembered, so that the same artifact is not verified twice with the same samples and libraries."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, fields
from pathlib import Path

from compiler.ir import Golden
from compiler.verify.check import Verification
from compiler.verify.libraries import installed

_FORMAT = 3


def environment_of(requires: Iterable[str]) -> str:
    """What an answer may depend on here: the interpreter, the machine and the versions of these distributions."""
    versions = installed([*requires, "numpy", "pandas"])
    return " ".join((f"python=={platform.python_version()}", platform.machine(), *versions))


def receipt_key(digest: str, golden: Golden, environment: str) -> str:
    """The name of a receipt: a hash of artifact digest, golden rows with their tolerance, and environment."""
    rows = [golden.inputs, golden.outputs, golden.tolerance, golden.by_column, golden.batch]
    told = [_FORMAT, digest, *rows, environment]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def find_receipt(cache: Path, key: str) -> Verification | None:
    """The verification remembered under this key; a damaged receipt counts as none."""
    try:
        told = json.loads((cache / f"{key}.json").read_bytes())
        values = {field.name: told[field.name] for field in fields(Verification)}
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Verification(**{**values, "shapes": tuple(values["shapes"])})


def remember(cache: Path, key: str, verification: Verification) -> None:
    """Write a receipt in one step; `cache` is made when it is not there."""
    cache.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=cache, prefix=".receipt-")
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(verification), file, sort_keys=True)
    Path(name).replace(cache / f"{key}.json")
