"""Static checks of an artifact: those of ADS, then ours; nothing is imported, loaded or run."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from compiler.introspection.ads import ADS_KEYS, ads_checks, ads_results
from compiler.introspection.check import Check, Status
from compiler.introspection.files import ArtifactFile, Files, directory_files
from compiler.introspection.ours import our_checks

__all__ = [
    "ADS_KEYS",
    "ArtifactFile",
    "Check",
    "Files",
    "Status",
    "ads_checks",
    "ads_results",
    "introspect",
    "introspect_directory",
    "our_checks",
    "passed",
]


def introspect(files: Files, *, conda: bool = True, locked: bool = False, container: bool = False) -> tuple[Check, ...]:
    """Check an artifact given as path -> file: ADS's checks first, in ADS's order, then ours.

    `conda` False says that no conda environment is wanted (local target, container): its checks are skipped then.
    `locked` says that manifact.lock vouches for the environment's path. `container` says that only a container reads
    the artifact: neither score.py nor runtime.yaml is demanded.
    """
    return ads_checks(files, conda=conda, locked=locked, container=container) + our_checks(files)


def introspect_directory(root: Path, *, conda: bool = True, locked: bool = False) -> tuple[Check, ...]:
    """Check an artifact directory; raises `CompilerError` (MF520) when `root` is none."""
    return introspect(directory_files(root), conda=conda, locked=locked)


def passed(checks: Iterable[Check]) -> bool:
    """Whether nothing failed."""
    return all(check.status is not Status.FAILED for check in checks)
