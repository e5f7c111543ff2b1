"""Introspect: ADS's checks and ours on any artifact, a directory or a zip; nothing is run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from compiler.codes import ExitCode
from compiler.engine.checkout import Checkout
from compiler.engine.result import Result

if TYPE_CHECKING:
    from compiler.introspection import Check
    from compiler.render.documents.artifacts import IntrospectDocument
    from compiler.render.lines import Line

Contract: TypeAlias = Literal["conda", "container"]
"""What reads the artifact: a container needs neither score.py nor runtime.yaml."""


@dataclass(frozen=True, slots=True)
class IntrospectRequest:
    """What to check."""

    path: Path
    """An artifact: directory or zip archive."""
    contract: Contract = "conda"


@dataclass(frozen=True, slots=True)
class IntrospectResult(Result):
    """The checks of one artifact."""

    checks: tuple[Check, ...]

    @property
    def exit_code(self) -> ExitCode:
        """1 when a check fails."""
        return ExitCode.OK if self.passed else ExitCode.MANIFEST

    @property
    def passed(self) -> bool:
        """Whether no check fails."""
        from compiler.introspection import passed

        return passed(self.checks)

    def lines(self, width: int | None = None) -> list[Line]:  # noqa: ARG002 - reasons are not cut
        """One line a check."""
        from compiler.render.checks import check_lines

        return check_lines(self.checks)

    def to_json(self) -> IntrospectDocument:
        """What `introspect --json` prints."""
        from compiler.render.checks import checks_document

        return checks_document(self.checks)


def introspect_artifact(checkout: Checkout, request: IntrospectRequest) -> IntrospectResult:
    """Check one artifact. Raises `CompilerError` MF533 when its files lie one folder down."""
    from compiler.diagnostics import failure
    from compiler.introspection import introspect
    from compiler.introspection.files import artifact_files, one_folder_down

    path = checkout.path(request.path)
    files = artifact_files(path)
    if folder := one_folder_down(files):
        inside = (
            f"examine {request.path / folder}" if path.is_dir() else f"zip what is in '{folder}' and not the folder"
        )
        raise failure("MF533", f"the artifact's files lie one folder down, in '{folder}/'", hint=inside)
    return IntrospectResult(tuple(introspect(files, container=request.contract == "container")))
