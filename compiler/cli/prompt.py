"""The question before changes that destroy or replace."""

from __future__ import annotations

import sys

from compiler.cli.console import Console
from compiler.render.words import count
from compiler.diagnostics import failure
from compiler.planning.plan.plan import Plan


def ask_consent(plan: Plan, console: Console, *, yes: bool, everything: bool = False) -> None:
    """Return when the plan may be carried out; `everything` asks before any change.

    Raises `CompilerError` MF903 when the answer is no, or when nobody is there to be asked.
    """
    destroying = [change for change in plan.applicable if change.destroys]
    asked = plan.applicable if everything else destroying
    if yes or not asked:
        return
    what = "these changes" if everything else f"{count(len(destroying), 'change')} that cannot be taken back"
    if not sys.stdin.isatty() or console.json:
        raise failure(
            "MF903", f"the plan has {what}, and nobody is here to agree", hint="say --yes to agree beforehand"
        )
    console.note(f"\nCarry out {what}? Only 'yes' is taken for an answer:")
    if sys.stdin.readline().strip() != "yes":
        raise failure("MF903", "not agreed; nothing was changed")
