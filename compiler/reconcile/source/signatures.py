"""Signed commits: only a good signature of a principal that the operator lists counts."""

from __future__ import annotations

from pathlib import Path

from compiler.reconcile.source import git

MOST_NAMED = 3
_GOOD = 'Good "git" signature for '


def unsigned_problem(repository: Path, last: str, new: str, *, mode: str, signers: str, tree: Path) -> str:
    """Why the commits up to `new` may not be applied; empty when they may, and with the mode `off`."""
    if mode == "off":
        return ""
    path = Path(signers)
    if not signers or not path.is_absolute() or path.resolve().is_relative_to(tree.resolve()) or not path.is_file():
        return "reconcile.source.verify.allowedSigners must be the absolute path of a file outside of the repository"
    commits = git.run(repository, "rev-list", f"{last}..{new}").split() if mode == "range" and last else [new]
    wrong = [commit for commit in commits if not _is_signed(repository, commit, path)]
    if not wrong:
        return ""
    named = ", ".join(commit[:12] for commit in wrong[:MOST_NAMED])
    more = f" and {len(wrong) - MOST_NAMED} more" if len(wrong) > MOST_NAMED else ""
    return f"not signed by an allowed signer: {named}{more}"


def _is_signed(repository: Path, commit: str, signers: Path) -> bool:
    config = ("gpg.format=ssh", "gpg.ssh.program=ssh-keygen", f"gpg.ssh.allowedSignersFile={signers}")
    done = git.attempt(repository, "verify-commit", "--raw", commit, config=config)
    # Without a matching principal git says "Good … No principal matched", and fails.
    return done.returncode == 0 and _GOOD in done.stderr
