"""Which manifests a command line means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from compiler.diagnostics import CompilerError, Diagnostic, failure
from compiler.workspace.layout import OUR_FOLDERS
from compiler.workspace.project import Workspace, open_workspace, read_manifest
from compiler.workspace.root import MANIFEST_FILE, find_root, manifest_path, shown

# What lies there is ours: copies of manifests in it are none of the user's.


@dataclass(frozen=True, slots=True)
class Selection:
    """The manifests of one command."""

    paths: tuple[Path, ...]
    """Absolute, each once."""
    whole: bool = False
    """Whether these are all manifests of a project: what else is live under its name belongs to none."""


def select_manifests(
    given: Sequence[Path], *, everything: bool = False, labels: Sequence[str] = (), root: Path | None = None
) -> Selection:
    """The manifests that files and folders mean; `everything` takes those of the project around the first of them.

    A folder means its `model.yaml`; without one, those manifests of its project that lie in it. `labels` are
    `key=value` and all must fit. Raises `CompilerError` with every argument that leads nowhere (MF112, MF910 to MF912).
    """
    wanted = _labels(labels)
    if everything:
        workspace = open_workspace(given[0] if given else Path(), root)
        if workspace.project is None:
            raise failure(
                "MF911", f"--all needs a manifact.yaml, and there is none at or above {shown(workspace.root)}"
            )
        found, whole = project_manifests(workspace), True
    else:
        found, whole = _given(given or [Path()], root)
    if not wanted:
        return Selection(tuple(found), whole)
    workspaces: dict[Path, Workspace] = {}
    fitting = [path for path in found if wanted.items() <= _labels_of(path, root, workspaces).items()]
    if not fitting:
        raise failure("MF912", f"none of {len(found)} manifests has the labels {', '.join(labels)}")
    return Selection(tuple(fitting))


def project_manifests(workspace: Workspace) -> list[Path]:
    """All manifests of a project, sorted. Raises MF910 when there are none, MF108 for a pattern that leads out."""
    assert workspace.project is not None
    assert workspace.document is not None
    found: set[Path] = set()
    problems: list[Diagnostic] = []
    for index, pattern in enumerate(workspace.project.manifests):
        where = workspace.document.locate(("manifests", index))
        if PurePosixPath(pattern).is_absolute() or ".." in PurePosixPath(pattern).parts:
            problems.append(Diagnostic("MF108", f"'{pattern}' leads out of the project root", where))
            continue
        found.update(_matches(workspace.root, pattern))
    if not found and not problems:
        patterns = ", ".join(workspace.project.manifests)
        where = workspace.document.locate(("manifests",))
        problems.append(Diagnostic("MF910", f"no manifest matches {patterns}", where))
    if problems:
        raise CompilerError(*problems)
    return sorted(found)


def _matches(root: Path, pattern: str) -> Iterator[Path]:
    for match in root.glob(pattern):
        path = (match / MANIFEST_FILE if match.is_dir() else match).resolve()
        inside = path.is_relative_to(root) and path.relative_to(root).parts[0] not in OUR_FOLDERS
        if inside and path.is_file():
            yield path


def _given(arguments: Sequence[Path], root: Path | None) -> tuple[list[Path], bool]:
    found: dict[Path, None] = {}
    problems: list[Diagnostic] = []
    whole = False
    for argument in arguments:
        try:
            paths, all_of_it = _meant(argument, root)
        except CompilerError as problem:
            problems += problem.diagnostics
            continue
        found.update(dict.fromkeys(paths))
        whole = whole or all_of_it
    if problems:
        raise CompilerError(*problems)
    return list(found), whole


def _meant(argument: Path, root: Path | None) -> tuple[list[Path], bool]:
    """What one argument means, and whether that is a whole project."""
    if not argument.is_dir() or (argument / MANIFEST_FILE).is_file():
        return [manifest_path(argument)], False
    workspace = open_workspace(argument, root)
    if workspace.project is None:
        return [manifest_path(argument)], False
    folder = argument.resolve()
    inside = [path for path in project_manifests(workspace) if path.is_relative_to(folder)]
    if not inside:
        hint = f"a folder holds {MANIFEST_FILE}, or manifests that {shown(workspace.root / 'manifact.yaml')} lists"
        raise failure("MF112", f"there is no manifest in {shown(argument)}", hint=hint)
    return inside, folder == workspace.root


def _labels(written: Sequence[str]) -> dict[str, str]:
    wrong = [label for label in written if "=" not in label]
    if wrong:
        raise failure("MF912", f"'{wrong[0]}' is no label", hint="--select takes key=value")
    return dict(label.split("=", 1) for label in written)


def _labels_of(path: Path, root: Path | None, workspaces: dict[Path, Workspace]) -> Mapping[str, str]:
    """Labels as written; `workspaces` keeps the project files that were read for others before."""
    place = root or find_root(path.parent)
    if place not in workspaces:
        workspaces[place] = open_workspace(place, place)
    data = read_manifest(path, workspaces[place]).data
    metadata = data.get("metadata") if isinstance(data, dict) else None
    found = metadata.get("labels") if isinstance(metadata, dict) else None
    return found if isinstance(found, dict) else {}
