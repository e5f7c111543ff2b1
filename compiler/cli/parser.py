"""The parser of the command line: wrong usage becomes a diagnostic, with what was probably meant."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NoReturn

from compiler.cli.familiar import DESTRUCTIVE, FAMILIAR
from compiler.diagnostics import did_you_mean, failure

_CHOICE = re.compile(r"argument (?P<argument>\S+): invalid choice: '(?P<given>.*)' \(choose from (?P<known>.*)\)")


class Help(argparse.HelpFormatter):
    """`-o, --out FILE` in every version of Python: before 3.13 the word for the value stands behind each spelling.

    Words for values are in capitals.
    """

    def _get_default_metavar_for_positional(self, action: argparse.Action) -> str:
        return action.dest.upper()

    def _format_action_invocation(self, action: argparse.Action) -> str:
        if not action.option_strings or action.nargs == 0:
            return super()._format_action_invocation(action)
        value = self._format_args(action, self._get_default_metavar_for_optional(action))
        return f"{', '.join(action.option_strings)} {value}"


class Parser(argparse.ArgumentParser):
    """Raises `CompilerError` MF916 for wrong usage: exit 64 (sysexits EX_USAGE), as 2 says "changes pending" here."""

    def error(self, message: str) -> NoReturn:
        """Tell what is wrong with the words of the command line."""
        if choice := _CHOICE.fullmatch(message):
            raise _unknown(choice["argument"], choice["given"], re.findall(r"[\w-]+", choice["known"]), self.prog)
        raise failure("MF916", f"{self.prog}: {message}", hint=_help(self.prog))

    def read(self, words: Sequence[str]) -> argparse.Namespace:
        """The arguments; raises `CompilerError` MF916."""
        arguments, left = self.parse_known_args(words)
        if not left:
            return arguments
        command = self._of(arguments.command)
        word = next((word for word in left if word.startswith("-") and word != "--"), left[0])
        if not word.startswith("-"):
            raise failure("MF916", f"{command.prog}: '{word}' is one argument too many", hint=_help(command.prog))
        name = word.partition("=")[0]
        if name in command.options():
            raise failure("MF916", f"{self.prog}: '{name}' goes after the command", hint=_help(command.prog))
        raise failure("MF916", f"{command.prog}: there is no option '{name}'", hint=_meant(name, command))

    def _get_formatter(self) -> argparse.HelpFormatter:
        return Help(self.prog)

    def options(self) -> list[str]:
        """Every option of this command and its verbs."""
        below = [option for verb in self.verbs().values() for option in verb.options()]
        return [*(option for action in self._actions for option in action.option_strings), *below]

    def _of(self, command: str | None) -> Parser:
        return self.verbs().get(command or "", self)

    def verbs(self) -> dict[str, Parser]:
        """The commands below this one."""
        return dict(pair for action in self._actions for pair in _children(action))


def _children(action: argparse.Action) -> Iterator[tuple[str, Parser]]:
    if isinstance(action.choices, dict):
        yield from ((name, parser) for name, parser in action.choices.items() if isinstance(parser, Parser))


def _unknown(argument: str, given: str, known: list[str], prog: str) -> Exception:
    what = {"COMMAND": "command", "VERB": "verb"}.get(argument)
    message = f"{prog}: there is no {what} '{given}'" if what else f"{prog}: {argument} cannot be '{given}'"
    familiar = FAMILIAR.get(given.lower()) if what == "command" else None
    others = _help(prog) if what == "command" else "one of " + ", ".join(known)
    return failure("MF916", message, hint=familiar or _near(given, known) or others)


def _near(word: str, known: Iterable[str]) -> str | None:
    """What was probably meant; nothing that destroys is ever proposed for the look of a word."""
    return did_you_mean(word, [name for name in known if name not in DESTRUCTIVE])


def _meant(name: str, command: Parser) -> str:
    """The option that is spelt most like `name`; the dashes would make any two look alike."""
    bare = {option.lstrip("-"): option for option in command.options()}
    hint = _near(name.lstrip("-"), bare)
    return hint.replace("'", "'--", 1) if hint else _help(command.prog)


def _help(prog: str) -> str:
    return f"`{prog} --help` shows how"
