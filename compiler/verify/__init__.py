"""Run an artifact in a separate process to compare it with the golden rows; knows no cloud."""

from compiler.verify.check import Verification, ask, verify
from compiler.verify.libraries import missing_libraries
from compiler.verify.receipts import environment_of, find_receipt, receipt_key, remember
from compiler.verify.run import require_isolation

__all__ = [
    "Verification",
    "ask",
    "environment_of",
    "find_receipt",
    "missing_libraries",
    "receipt_key",
    "remember",
    "require_isolation",
    "verify",
]
