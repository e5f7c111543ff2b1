"""A verification for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.render.isolation import isolation_document
from compiler.verify import Verification

if TYPE_CHECKING:
    from compiler.render.documents.artifacts import VerificationDocument


def verification_document(found: Verification) -> VerificationDocument:
    """The `verification` of `verify --json`."""
    return {
        "rows": found.rows,
        "compared": found.compared,
        "maxDifference": found.max_difference,
        "loadSeconds": found.load_seconds,
        "isolated": found.isolated,
        "isolation": isolation_document(found.isolation),
        "shapes": list(found.shapes),
    }
