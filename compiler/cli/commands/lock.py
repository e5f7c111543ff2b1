"""`manifact lock`: look conda packs up once and write them to manifact.lock."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.cli.arguments import add_json, add_root, add_target
from compiler.cli.console import Console
from compiler.codes import ExitCode
from compiler.diagnostics import CompilerError, Diagnostic, did_you_mean

if TYPE_CHECKING:
    from compiler.lock import LockedPack
    from compiler.render.documents.tools import LockDocument

SUMMARY = "look up service conda packs by slug and write them to manifact.lock"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "slugs", nargs="*", metavar="SLUG", help="packs to add (default: refresh those that are locked)"
    )
    parser.add_argument("--list", action="store_true", help="list the packs of the index; write nothing")
    add_root(parser)
    add_target(parser)
    add_json(parser)


def run(arguments: argparse.Namespace, console: Console) -> ExitCode:
    """Read the index where CONDA_BUCKET_NS and CONDA_BUCKET_NAME (ADS's names) or the service keep it."""
    from compiler.cloud.objectstorage.conda_index import SERVICE_BUCKET, SERVICE_NAMESPACE, service_packs
    from compiler.engine.session import open_session
    from compiler.lock import LOCK_FILE, Lock, read_lock, render_lock

    namespace = os.environ.get("CONDA_BUCKET_NS", SERVICE_NAMESPACE)
    bucket = os.environ.get("CONDA_BUCKET_NAME", SERVICE_BUCKET)
    with open_session(arguments, Path.cwd(), console) as session:
        known = service_packs(session.connection, namespace, bucket)
        root = session.root
    if arguments.list:
        for slug in sorted(known):
            console.line(f"  {slug:<40}  Python {known[slug].python}")
        console.document(_document(None, known))
        return ExitCode.OK
    wanted = sorted({*read_lock(root).packs, *arguments.slugs})
    packs = _found(wanted, known)
    _write(root / LOCK_FILE, render_lock(Lock(packs)))
    for slug, pack in packs.items():
        console.line(f"  {slug:<40}  Python {pack.python}  {pack.path}")
    console.document(_document(root / LOCK_FILE, packs))
    return ExitCode.OK


def _document(written: Path | None, packs: Mapping[str, LockedPack]) -> LockDocument:
    return {
        "formatVersion": 1,
        "lock": str(written) if written else None,
        "packs": [{"slug": slug, "path": packs[slug].path, "python": packs[slug].python} for slug in sorted(packs)],
    }


def _found(slugs: list[str], known: dict[str, LockedPack]) -> dict[str, LockedPack]:
    missing = [slug for slug in slugs if slug not in known]
    if missing:
        raise CompilerError(
            *(Diagnostic("MF405", f"the index has no conda pack '{s}'", hint=did_you_mean(s, known)) for s in missing)
        )
    return {slug: known[slug] for slug in slugs}


def _write(path: Path, text: str) -> None:
    staged = path.with_name(f".{path.name}.staged")
    staged.write_text(text, encoding="utf-8")
    staged.replace(path)
