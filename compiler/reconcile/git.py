"""The program `git`, run so that nothing of the repository is executed and nothing of this user is read."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from compiler.diagnostics import failure

TIMEOUT = 120.0
"""Seconds for one command."""
_HARDENED = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.sshCommand=ssh -oBatchMode=yes",
    "core.attributesFile=/dev/null",
    "credential.helper=",
    "diff.external=",
    "filter.lfs.process=",
    "filter.lfs.smudge=",
    "filter.lfs.required=false",
    "fetch.recurseSubmodules=false",
    "submodule.recurse=false",
    "protocol.allow=never",
    "protocol.https.allow=always",
    "protocol.ssh.allow=always",
    "gc.auto=0",
    "maintenance.auto=false",
    "advice.detachedHead=false",
)


def run(folder: Path, *arguments: str, config: tuple[str, ...] = (), environ: Mapping[str, str] | None = None) -> str:
    """Standard output of a git command. Raises `CompilerError` MF785 when it fails or takes too long."""
    done = attempt(folder, *arguments, config=config, environ=environ)
    if done.returncode != 0:
        said = next(iter(reversed(done.stderr.strip().splitlines())), f"exit code {done.returncode}")
        raise failure("MF785", f"git {arguments[0]} failed: {said}")
    return done.stdout.strip()


def attempt(
    folder: Path, *arguments: str, config: tuple[str, ...] = (), environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """A git command that may fail. Raises `CompilerError` MF785 when git is missing or takes too long."""
    settings = [word for item in (*_HARDENED, *config) for word in ("-c", item)]
    try:
        return subprocess.run(
            ["git", *settings, *arguments],
            cwd=folder,
            env=_environment(environ or {}),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise failure("MF785", f"git {arguments[0]} took longer than {TIMEOUT:.0f} s") from None
    except OSError as error:
        raise failure("MF785", f"git cannot be run: {error.strerror}", hint="install git 2.34 or newer") from None


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    """Only what git needs: no configuration of the system or the user, no prompt."""
    kept = ("PATH", "SSH_AUTH_SOCK", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_FILE", "TMPDIR")
    known = {name: os.environ[name] for name in kept if name in os.environ}
    fixed = {
        "HOME": os.devnull,
        "XDG_CONFIG_HOME": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_ASKPASS": "/bin/false",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "LC_ALL": "C.UTF-8",
    }
    return {**known, **fixed, **more}
