"""Signed commits: only a good signature of somebody whom the operator lists counts, by ssh or by gpg."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from compiler.reconcile.source import git

MOST_NAMED = 3
_GOOD_SSH = 'Good "git" signature for '
_GOOD_GPG = ("[GNUPG:] GOODSIG ", "[GNUPG:] VALIDSIG ")
"""Not EXPSIG, EXPKEYSIG, REVKEYSIG or ERRSIG, which stand in their place."""
_GPG = """#!/bin/sh
exec gpg --batch --no-options --homedir "{home}" --no-default-keyring --keyring "{keyring}" --trust-model always "$@"
"""


@dataclass(frozen=True, slots=True)
class Signers:
    """Who may sign: files of the operator."""

    ssh: str = ""
    """`allowed_signers` of ssh keys."""
    keyring: str = ""
    """Keyring of gpg keys."""

    def problem(self, tree: Path) -> str:
        """Why these files cannot be relied on; empty when they can."""
        named = {"allowedSigners": self.ssh, "keyring": self.keyring}
        for key, name in named.items():
            if name and not _is_outside(Path(name), tree):
                return f"reconcile.source.verify.{key} must be the absolute path of a file outside of the repository"
        if not any(named.values()):
            return (
                "reconcile.source.verify needs allowedSigners or keyring: "
                "the absolute path of a file outside of the repository"
            )
        return ""


def unsigned_problem(repository: Path, last: str, new: str, *, mode: str, signers: Signers, tree: Path) -> str:
    """Why the commits up to `new` may not be applied; empty when they may, and with the mode `off`."""
    if mode == "off":
        return ""
    if problem := signers.problem(tree):
        return problem
    commits = git.run(repository, "rev-list", f"{last}..{new}").split() if mode == "range" and last else [new]
    with _verifier(repository, signers) as is_signed:
        wrong = [commit for commit in commits if not is_signed(commit)]
    if not wrong:
        return ""
    named = ", ".join(commit[:12] for commit in wrong[:MOST_NAMED])
    more = f" and {len(wrong) - MOST_NAMED} more" if len(wrong) > MOST_NAMED else ""
    return f"not signed by an allowed signer: {named}{more}"


@contextmanager
def _verifier(repository: Path, signers: Signers) -> Iterator[Callable[[str], bool]]:
    """Tells of a commit whether it is signed; keys of this machine's user are never looked at."""
    with tempfile.TemporaryDirectory(prefix="manifact-") as home:
        config = [f"gpg.ssh.allowedSignersFile={signers.ssh}", "gpg.ssh.program=ssh-keygen", "gpg.x509.program=false"]
        config.append(f"gpg.program={_gpg(Path(home), signers.keyring) if signers.keyring else 'false'}")

        def is_signed(commit: str) -> bool:
            done = git.attempt(repository, "verify-commit", "--raw", commit, config=tuple(config))
            # Without a matching principal git says "Good … No principal matched", and fails.
            said = done.stderr
            good = bool(signers.ssh) and _GOOD_SSH in said
            return done.returncode == 0 and (good or all(word in said for word in _GOOD_GPG))

        yield is_signed


def _gpg(home: Path, keyring: str) -> str:
    """A program that is gpg with this keyring alone."""
    home.chmod(0o700)
    program = home / "gpg.sh"
    program.write_text(_GPG.format(home=home, keyring=keyring), encoding="utf-8")
    program.chmod(0o700)
    return str(program)


def _is_outside(path: Path, tree: Path) -> bool:
    return path.is_absolute() and path.is_file() and not path.resolve().is_relative_to(tree.resolve())
