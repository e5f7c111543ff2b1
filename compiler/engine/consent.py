"""Consent: the question before changes that destroy or replace, handed to the caller."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from compiler.diagnostics import failure

if TYPE_CHECKING:
    from compiler.planning.plan.plan import Plan


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be agreed to."""

    text: str
    """`Carry out 2 changes that cannot be taken back?`"""
    subject: str
    """Subject of the message when nobody can be asked: `the plan has 2 changes ...`."""
    plan: Plan | None = None
    everything: bool = False
    """Whether every change is asked for, as a target with `confirm: all` wants it."""


Consent: TypeAlias = Callable[[Question], bool | None]
"""The answer; None when nobody is there to be asked."""


def ask_for_plan(plan: Plan, consent: Consent, *, everything: bool = False) -> None:
    """Return when the plan may be carried out; `everything` asks before any change (`confirm: all`).

    Raises `CompilerError` MF903 when the answer is no, or when nobody can be asked.
    """
    from compiler.render.words import count

    destroying = [change for change in plan.applicable if change.destroys]
    if not (plan.applicable if everything else destroying):
        return
    what = "these changes" if everything else f"{count(len(destroying), 'change')} that cannot be taken back"
    ask(Question(f"Carry out {what}?", f"the plan has {what}", plan, everything), consent)


def ask(question: Question, consent: Consent) -> None:
    """Return when the answer is yes. Raises `CompilerError` MF903 otherwise."""
    answer = consent(question)
    if answer is None:
        hint = "say --yes to agree beforehand"
        raise failure("MF903", f"{question.subject}, and nobody is here to agree", hint=hint)
    if not answer:
        raise failure("MF903", "not agreed; nothing was changed")
