"""Run an artifact in a separate process to compare it with the golden rows; knows no cloud."""

from compiler.verify.check import Verification, ask, verify
from compiler.verify.forms import verify_in_some_form
from compiler.verify.libraries import missing_libraries
from compiler.verify.receipts import (
    environment_of,
    find_receipt,
    knows_forms,
    receipt_key,
    remember,
    remember_form,
    remembered_form,
)
from compiler.verify.run import require_isolation

__all__ = [
    "Verification",
    "ask",
    "environment_of",
    "find_receipt",
    "knows_forms",
    "missing_libraries",
    "receipt_key",
    "remember",
    "remember_form",
    "remembered_form",
    "require_isolation",
    "verify",
    "verify_in_some_form",
]
