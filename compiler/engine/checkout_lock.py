"""What commands that change a target share: one at a time in a checkout, and waiting is told."""

from __future__ import annotations

import argparse
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from compiler.cli.console import Console

if TYPE_CHECKING:
    from compiler.engine.session import Session
    from compiler.cloud.connect.watch import WaitOptions


def alone(session: Session, arguments: argparse.Namespace, console: Console) -> AbstractContextManager[None]:
    """The lock of this checkout and target, held from before the target is observed until all is done."""
    from compiler.workspace.one_at_a_time import only_one
    from compiler.workspace.root import private_folder

    target = session.connection.place.target
    lock = private_folder(session.root / ".manifact") / f"apply-{target}.lock"
    return only_one(lock, arguments.timeout, lambda what: console.note(f"    {what}"))


def noting(arguments: argparse.Namespace, console: Console) -> WaitOptions:
    """Waits no longer than `--timeout`, and says for what."""
    from compiler.cloud.connect.watch import WaitOptions

    return WaitOptions(arguments.timeout, lambda what, _done, _total: console.note(f"    {what}"))
