"""Arguments that several commands take, declared once."""

from __future__ import annotations

import argparse
import math
import os
from pathlib import Path

from compiler.diagnostics import failure
from compiler.engine.checkout import Checkout
from compiler.engine.selection import SelectRequest
from compiler.engine.session import TargetRequest

FORMATS = ("github", "gitlab", "sarif", "json")
"""What `--format` takes; `compiler.render.reporters` writes them."""

COLORS = ("auto", "always", "never")
"""What `--color` takes."""


def add_manifest(parser: argparse.ArgumentParser) -> None:
    """The manifest: a file, or a folder that holds `model.yaml`; this folder when absent."""
    parser.add_argument(
        "manifest",
        nargs="?",
        type=Path,
        default=Path(),
        metavar="MANIFEST",
        help="manifest file, or folder with model.yaml (default: .)",
    )


def add_manifests(parser: argparse.ArgumentParser) -> None:
    """Manifests: files and folders, `--all` and `--select`."""
    parser.add_argument(
        "manifests",
        nargs="*",
        type=Path,
        metavar="MANIFEST",
        help="manifest files, folders with model.yaml, or folders of a project with several manifests (default: .)",
    )
    parser.add_argument("--all", action="store_true", help="all manifests of the project around this folder")
    parser.add_argument(
        "--select",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="only those with this label (metadata.labels); may be said more than once",
    )


def add_prune(parser: argparse.ArgumentParser) -> None:
    """`--prune`: what no manifest has any more is deleted."""
    parser.add_argument(
        "--prune", action="store_true", help="delete what is live and in no manifest of the project any more"
    )


def add_deep(parser: argparse.ArgumentParser) -> None:
    """`--deep`: what lists do not tell is looked at as well."""
    parser.add_argument(
        "--deep", action="store_true", help="read every record, to find what was changed behind our back"
    )


def add_root(parser: argparse.ArgumentParser) -> None:
    """`--root`: fixes the project root."""
    parser.add_argument(
        "--root", type=Path, metavar="DIR", help="project root (default: nearest folder with manifact.yaml, else .git)"
    )


def add_json(parser: argparse._ActionsContainer) -> None:
    """`--json`: a document for programs instead of text for people."""
    parser.add_argument("--json", action="store_true", help="print JSON for programs")


def add_format(parser: argparse.ArgumentParser) -> None:
    """`--json`, or `--format`: problems as an editor or a CI service reads them."""
    group = parser.add_mutually_exclusive_group()
    add_json(group)
    group.add_argument(
        "--format", choices=FORMATS, help="print the problems, and nothing else, as CI services and editors read them"
    )


def add_output(parser: argparse.ArgumentParser) -> None:
    """`--quiet`, `--verbose` and `--color`, which every command takes; `cli.main` reads them before it parses."""
    loudness = parser.add_mutually_exclusive_group()
    loudness.add_argument("--quiet", action="store_true", help="show results and problems, and no progress")
    loudness.add_argument("--verbose", action="store_true", help="explain every problem that is shown")
    parser.add_argument(
        "--color",
        choices=COLORS,
        default="auto",
        help="colors in the output (default: on a terminal, without NO_COLOR)",
    )


def add_target(parser: argparse.ArgumentParser) -> None:
    """`--target` and `--auth`."""
    parser.add_argument(
        "--target", metavar="NAME", help="where to (default: MANIFACT_TARGET, or local where there is no other)"
    )
    parser.add_argument(
        "--auth", metavar="KIND", help="how to authenticate (default: MANIFACT_AUTH, or what the target says)"
    )


def add_name(parser: argparse.ArgumentParser) -> None:
    """A model by the name of its manifest, or by the manifest itself."""
    parser.add_argument(
        "model", metavar="MODEL", help="name of the model, its manifest file, or the folder with its model.yaml"
    )


def add_timeout(parser: argparse.ArgumentParser, default: float, what: str) -> None:
    """`--timeout`."""
    parser.add_argument(
        "--timeout", type=seconds, default=default, metavar="SECONDS", help=f"for {what} (default: {default:g})"
    )


def seconds(text: str) -> float:
    """A duration that ends."""
    value = float(text)
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError("must be 0 or more")
    return value


def count(text: str) -> int:
    """A number of things."""
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError("must be 0 or more")
    return value


def port(text: str) -> int:
    """A TCP port; 0 means any."""
    value = int(text)
    if not 0 <= value <= 65535:
        raise argparse.ArgumentTypeError("must be 0 to 65535")
    return value


def add_isolation(parser: argparse._ActionsContainer) -> None:
    """`--require-isolation`."""
    parser.add_argument(
        "--require-isolation",
        action="store_true",
        help="run a model only in a process without network, other files and other processes, or refuse",
    )


def add_consent(parser: argparse.ArgumentParser) -> None:
    """`--yes`: the answer to what would be asked."""
    parser.add_argument("--yes", "-y", action="store_true", help="do not ask before changes that destroy or replace")


def add_break_glass(parser: argparse.ArgumentParser) -> None:
    """`--break-glass` and `--reason`: go ahead although somebody reconciles the target."""
    words = "go ahead without the lease of the target, while somebody reconciles it"
    parser.add_argument("--break-glass", action="store_true", help=words)
    parser.add_argument("--reason", default="", metavar="TEXT", help="with --break-glass: why; it is required")


def break_glass(arguments: argparse.Namespace) -> str:
    """The reason to go ahead without the lease; empty without `--break-glass`. Raises MF913 for half of it."""
    reason: str = arguments.reason.strip()
    if arguments.break_glass != bool(reason):
        hint = 'write --break-glass --reason "what is so urgent"'
        raise failure("MF913", "--break-glass and --reason go together", hint=hint)
    return reason


def checkout(arguments: argparse.Namespace) -> Checkout:
    """The checkout that a command runs in: this folder, `--root`, and the environment variables of this process."""
    return Checkout(Path.cwd(), getattr(arguments, "root", None), os.environ)


def selection(arguments: argparse.Namespace) -> SelectRequest:
    """The manifests that `add_manifests` declares."""
    return SelectRequest(tuple(arguments.manifests), arguments.all, tuple(arguments.select))


def target(arguments: argparse.Namespace) -> TargetRequest:
    """The target that `add_target` declares."""
    return TargetRequest(arguments.target, arguments.auth)
