"""The project root, and paths that must stay inside it."""

from __future__ import annotations

import shlex
import unicodedata
from pathlib import Path, PurePosixPath

from compiler.diagnostics import CompilerError, Diagnostic, SourceRange, failure
from compiler.workspace.layout import STATE_FOLDER
from compiler.workspace.pointers import left_behind, pointer

PROJECT_FILE = "manifact.yaml"
MANIFEST_FILE = "model.yaml"
OWN_FOLDERS = frozenset({"build", ".manifact"})
"""Folders of ours at a project root."""

"""What lies at the project root and is ours."""

# What must never be packed, whoever asks : keys, tokens and the folders they live in.
_SECRET_FOLDERS = frozenset({".oci", ".ssh", ".aws", ".git", STATE_FOLDER})
_SECRET_SUFFIXES = frozenset({".pem", ".key", ".p12", ".pfx", ".jks"})


def find_root(start: Path, base: Path | None = None) -> Path:
    """The project root of the folder `start`; absolute.

    The nearest folder at or above it with a project file, else with `.git`; else `base`, the folder of the caller, when
    `start` lies in it, so that a manifest by its path and its model by its name mean one store; else `start` itself.
    """
    start = start.resolve()
    folders = (start, *start.parents)
    for marker in (PROJECT_FILE, ".git"):
        for folder in folders:
            if (folder / marker).exists():
                return folder
    here = base.resolve() if base else start
    return here if start.is_relative_to(here) else start


def shown(path: Path) -> str:
    """The path as messages show it: relative to the working directory where that is shorter to read."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def as_typed(manifest: Path) -> str:
    """A manifest as a command line names it: by its folder where it is the `model.yaml` there."""
    return typed(manifest.parent if manifest.name == MANIFEST_FILE else manifest)


def typed(path: Path) -> str:
    """The path as a command line names it."""
    return shlex.quote(shown(path))


def resolve_inside(root: Path, folder: Path, relative: str) -> Path | Diagnostic:
    """The absolute path of a file that a manifest in `folder` names, or what is wrong with it.

    MF108 when it leads out of the root (symbolic links resolved), MF110 when it holds secrets, MF225 when only a
    pointer to it is here, MF001 when it does not exist.
    """
    path = _as_stored(folder / relative).resolve()
    if not path.is_relative_to(root):
        return Diagnostic("MF108", f"'{relative}' leads out of the project root")
    if is_secret(PurePosixPath(path.relative_to(root).as_posix())):
        return Diagnostic("MF110", f"'{relative}' looks like a secret and is never packed")
    if not path.exists():
        missing = Diagnostic("MF001", f"'{relative}' does not exist", hint=f"looked for {shown(path)}")
        return left_behind(path, relative, root) or missing
    return pointer(path, relative) or path


def _as_stored(path: Path) -> Path:
    """The path as the disk has it: macOS decomposes the letters of names (NFD), editors write them composed (NFC)."""
    if path.exists() or str(path).isascii():
        return path
    found = Path(path.anchor)
    for part in path.parts[1:]:
        inner = found / part
        if part not in {".", ".."} and not inner.exists():
            inner = next((other for other in _siblings(found) if _composed(other.name) == _composed(part)), inner)
        found = inner
    return found


def _siblings(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def is_secret(relative: PurePosixPath) -> bool:
    """Whether a path looks like a key, a token, or lies in a folder of such."""
    parts, name = relative.parts, relative.name
    return (
        bool(_SECRET_FOLDERS.intersection(parts))
        or name == ".env"
        or name.startswith(".env.")
        or relative.suffix in _SECRET_SUFFIXES
    )


def private_folder(path: Path) -> Path:
    """A folder of ours at the project root (`build`, `.manifact`), made when needed and kept out of git.

    Raises `CompilerError` (MF508) when it, or something in it, leads elsewhere or is tracked by git: then it came with
    the checkout, and what lies there is not ours.
    """
    from compiler.workspace.git import tracked_file  # runs git; an unchanged build does not come here

    if path.is_symlink():
        raise _not_ours(path, "is a symbolic link", f"remove it: rm {shown(path)}")
    if linked := next((entry for entry in path.glob("*") if entry.is_symlink()), None):
        raise _not_ours(path, f"holds the symbolic link '{linked.name}'", f"remove it: rm {shown(linked)}")
    if tracked := tracked_file(path):
        raise _not_ours(path, f"is tracked by git ('{tracked}')", f"untrack it: git rm -r --cached {shown(path)}")
    path.mkdir(parents=True, exist_ok=True)
    ignore = path / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
    return path


def _not_ours(path: Path, why: str, hint: str) -> CompilerError:
    return failure("MF508", f"'{shown(path)}' {why}", where=SourceRange(shown(path)), hint=hint)


def manifest_path(argument: Path) -> Path:
    """The manifest that a command line names: the file itself, or `model.yaml` in the folder. Raises MF112."""
    path = argument / MANIFEST_FILE if argument.is_dir() else argument
    if not path.is_file():
        hint = f"a folder must hold {MANIFEST_FILE}" if argument.is_dir() else None
        raise failure("MF112", f"there is no manifest at {shown(path)}", where=SourceRange(shown(path)), hint=hint)
    return path.resolve()
