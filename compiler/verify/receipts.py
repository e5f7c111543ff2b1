"""Verifications remembered, so that the same artifact is not verified twice with the same samples and libraries."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable
from dataclasses import asdict, fields
from pathlib import Path

from compiler.ir import Golden
from compiler.passes.samples.request_forms import Form
from compiler.serving.isolation.result import Isolation
from compiler.verify.check import Verification
from compiler.verify.libraries import installed
from compiler.workspace.sealed import seal, unseal

_FORMAT = 4


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
    """The verification remembered under this key; a receipt that is damaged or was not written here counts as none."""
    try:
        told = json.loads(unseal(cache / f"{key}.json") or b"")
        values = {field.name: told[field.name] for field in fields(Verification)}
        isolation = Isolation(*values["isolation"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Verification(**{**values, "shapes": tuple(values["shapes"]), "isolation": isolation})


def remember_form(cache: Path, digest: str, form: Form) -> None:
    """Write down in which form the score.py of this artifact takes rows, for whoever asks a deployment of it."""
    seal(cache / f"{_form_name(digest)}.json", json.dumps(form).encode())


def remembered_form(cache: Path, digest: str) -> Form:
    """The form in which the score.py of this artifact takes rows; empty when nothing is known of it."""
    try:
        return str(json.loads(unseal(cache / f"{_form_name(digest)}.json") or b'""'))
    except (OSError, ValueError):
        return ""


def knows_forms(cache: Path) -> bool:
    """Whether the form of any artifact is remembered."""
    return cache.is_dir() and any(cache.glob("form-*.json"))


def _form_name(digest: str) -> str:
    """A name for one digest, with or without its `sha256:`; it may come from a service, and be anything."""
    return "form-" + hashlib.sha256(digest.removeprefix("sha256:").encode()).hexdigest()


def remember(cache: Path, key: str, verification: Verification) -> None:
    """Write a receipt in one step, where this user can seal it; `cache` is made when it is not there."""
    seal(cache / f"{key}.json", json.dumps(asdict(verification), sort_keys=True).encode())
