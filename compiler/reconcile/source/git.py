"""The program `git`, run so that nothing of the repository is executed and nothing of this user is read."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

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
    "safe.directory=*",
    "transfer.fsckObjects=true",
    "gc.auto=0",
    "maintenance.auto=false",
    "advice.detachedHead=false",
)


def run(
    folder: Path,
    *arguments: str,
    config: tuple[str, ...] = (),
    environ: Mapping[str, str] | None = None,
    most_bytes: int = 0,
) -> str:
    """Standard output of a git command. Raises `CompilerError` MF785 when it fails or takes too long."""
    done = attempt(folder, *arguments, config=config, environ=environ, most_bytes=most_bytes)
    if done.returncode != 0:
        said = next(iter(reversed(done.stderr.strip().splitlines())), f"exit code {done.returncode}")
        raise failure("MF785", f"git {arguments[0]} failed: {said}")
    return done.stdout.strip()


def attempt(
    folder: Path,
    *arguments: str,
    config: tuple[str, ...] = (),
    environ: Mapping[str, str] | None = None,
    most_bytes: int = 0,
) -> subprocess.CompletedProcess[str]:
    """A git command that may fail; `most_bytes` limits every file it writes.

    Raises `CompilerError` MF785 when git is missing or takes too long.
    """
    settings = [word for item in (*_HARDENED, *config) for word in ("-c", item)]
    # POSIX counts in blocks of 512 bytes.
    limited = ["/bin/sh", "-c", 'ulimit -f "$0"; exec "$@"', str(most_bytes // 512)] if most_bytes else []
    command = [*limited, "git", *settings, *arguments]
    options: dict[str, Any] = {"cwd": folder, "env": _environment(environ or {}), "start_new_session": True}
    try:
        started = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            **options,
        )
    except OSError as error:
        raise failure("MF785", f"git cannot be run: {error.strerror}", hint="install git 2.34 or newer") from None
    with started:
        try:
            out, err = started.communicate(timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            os.killpg(started.pid, signal.SIGKILL)
            raise failure("MF785", f"git {arguments[0]} took longer than {TIMEOUT:.0f} s") from None
    return subprocess.CompletedProcess(command, started.returncode, out, err)


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
