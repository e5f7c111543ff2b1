"""`manifact explain CODE`: what a diagnostic code means and what to do about it."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING

from compiler.cli.arguments import add_json
from compiler.cli.console import Console
from compiler.codes import CODES, Code, ExitCode
from compiler.diagnostics import did_you_mean, failure

if TYPE_CHECKING:
    from compiler.render.documents.tools import CodeDocument, ExplainDocument

SUMMARY = "explain a diagnostic code"
EXAMPLE = "manifact explain MF102"
DOCUMENT = "tools:ExplainDocument"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("code", nargs="?", metavar="CODE", help="MF102, say; all of them when absent")
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Explain one code, or list all."""
    if arguments.code is None:
        for name, code in CODES.items():
            console.line(f"{name}  {code.title}")
        console.document(_document(CODES))
        return ExitCode.OK
    name = arguments.code.upper()
    if name not in CODES:
        hint = did_you_mean(name, CODES) or "`manifact explain` lists all codes"
        raise failure("MF901", f"there is no diagnostic code '{arguments.code}'", hint=hint)
    code = CODES[name]
    advice = f"Next step: {code.advice}.\n\n" if code.advice else ""
    console.line(f"{name}: {code.title}\n\n{code.explanation}\n\n{advice}Exit code {int(code.exit_code)}.")
    console.document(_document({name: code}))
    return ExitCode.OK


def _document(codes: Mapping[str, Code]) -> ExplainDocument:
    return {"formatVersion": 1, "codes": [_code(name, code) for name, code in codes.items()]}


def _code(name: str, code: Code) -> CodeDocument:
    return {
        "code": name,
        "title": code.title,
        "explanation": code.explanation,
        "advice": code.advice or None,
        "exitCode": int(code.exit_code),
    }
