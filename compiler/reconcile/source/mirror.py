"""A repository as a source: a bare mirror, and one working tree that follows a branch or tag."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from compiler.diagnostics import failure
from compiler.reconcile.source import git
from compiler.workspace.root import private_folder

TOKEN = "MANIFACT_GIT_TOKEN"  # noqa: S105 - the name of a variable
OURS = ("build", ".manifact")
_URL = re.compile(r"(https://[^/@\s]+/\S+|ssh://[\w.@:~/-]+|[\w.-]+@[\w.-]+:[\w.~/-]+)\Z")
_REF = re.compile(r"[A-Za-z0-9][\w./-]*\Z")
_HEAD = "refs/manifact/head"
_ASKPASS = f"""#!/bin/sh
case "$1" in Username*) echo x-access-token ;; *) printf '%s\\n' "${TOKEN}" ;; esac
"""


@dataclass(frozen=True, slots=True)
class Source:
    """A branch or tag of a repository, kept in a folder of this machine."""

    url: str
    ref: str
    folder: Path
    environ: Mapping[str, str]
    protocols: tuple[str, ...] = ()
    """Protocols beside https and ssh."""
    most_bytes: int = 2 << 30
    """Of one file that git writes: a pack."""

    @property
    def tree(self) -> Path:
        """The working tree."""
        return self.folder / "tree"

    def check(self) -> None:
        """Raise `CompilerError` MF916 for an address or a reference that git could take for something else."""
        if not self.protocols and not _URL.match(self.url):
            hint = f"use https://HOST/PATH or ssh; a token goes into the environment variable {TOKEN}"
            raise failure("MF916", "the address of the repository is not https or ssh, or holds a password", hint=hint)
        if not _REF.match(self.ref) or ".." in self.ref:
            raise failure("MF916", f"'{self.ref}' is not the name of a branch or tag")

    def fetch(self) -> str:
        """Bring the mirror up to date; the commit that the reference names. Raises `CompilerError` MF785."""
        private_folder(self.folder)
        mirror = self._mirror()
        if not (mirror / "HEAD").exists():
            git.run(self.folder, "init", "--quiet", "--bare", str(mirror))
        words = ("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--force", "--", self.url)
        git.run(
            mirror,
            *words,
            f"+{self.ref}:{_HEAD}",
            config=self._config(),
            environ=self._access(),
            most_bytes=self.most_bytes,
        )
        return git.run(mirror, "rev-parse", "--verify", f"{_HEAD}^{{commit}}")

    def move(self, revision: str) -> None:
        """Move the working tree to a commit; unchanged files keep their times. Raises MF781 and MF785."""
        tracked = git.run(self._mirror(), "ls-tree", "--name-only", revision, *OURS)
        if tracked:
            raise failure("MF781", f"revision {revision[:12]} tracks '{tracked.splitlines()[0]}', which is ours")
        if not (self.tree / ".git").exists():
            git.run(self._mirror(), "worktree", "prune")
            git.run(self._mirror(), "worktree", "add", "--quiet", "--force", "--detach", str(self.tree), revision)
            return
        git.run(self.tree, "checkout", "--quiet", "--force", "--detach", revision)
        kept = [word for name in OURS for word in ("-e", f"/{name}")]
        git.run(self.tree, "clean", "-ffdxq", *kept)

    @property
    def current(self) -> str:
        """The commit that the working tree is at; empty before the first."""
        if not (self.tree / ".git").exists():
            return ""
        return git.attempt(self.tree, "rev-parse", "--verify", "-q", "HEAD").stdout.strip()

    @property
    def history(self) -> Path:
        """A folder with all commits that were fetched."""
        return self._mirror()

    def _mirror(self) -> Path:
        return self.folder / "mirror.git"

    def _config(self) -> tuple[str, ...]:
        return tuple(f"protocol.{name}.allow=always" for name in self.protocols)

    def _access(self) -> dict[str, str]:
        """A program of ours that answers with the token; no token is in an address, a file or a command line."""
        if not self.environ.get(TOKEN):
            return {}
        program = self.folder / "askpass.sh"
        program.write_text(_ASKPASS, encoding="ascii")
        program.chmod(0o700)
        return {"GIT_ASKPASS": str(program), TOKEN: self.environ[TOKEN]}
