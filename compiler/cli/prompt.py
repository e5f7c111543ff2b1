"""The one prompt: questions on a terminal, answered with `yes`."""

from __future__ import annotations

import sys

from compiler.cli.console import Console
from compiler.engine.consent import Consent, Question


def prompt(console: Console, *, yes: bool) -> Consent:
    """The consent of whoever sits at the terminal; `yes` was said beforehand. None where nobody can be asked."""

    def ask(question: Question) -> bool | None:
        if yes:
            return True
        if not sys.stdin.isatty() or console.json:
            return None
        console.note(f"\n{question.text} Only 'yes' is taken for an answer:")
        return sys.stdin.readline().strip() == "yes"

    return ask


def asked(console: Console, question: str) -> str:
    """What is answered on a terminal, without blanks around it; empty where nobody can be asked."""
    if not sys.stdin.isatty() or console.json:
        return ""
    console.note(question)
    return sys.stdin.readline().strip()
