"""The repository as a source: a hostile one runs nothing, revisions go forward, and commits are signed where wanted."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

from compiler.diagnostics import CompilerError
from compiler.reconcile.source.mirror import Source
from compiler.reconcile.source.revisions import refused_checkout, refused_revision
from compiler.reconcile.source.signatures import Signers, unsigned_problem

IDENTITY = {
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull,
}


class Origin:
    """A repository that somebody else writes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "-q", "-b", "main")

    def git(self, *words: str) -> str:
        done = subprocess.run(
            ["git", *words], cwd=self.folder, env={**os.environ, **IDENTITY}, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def commit(self, text: str = "x", *options: str, file: str = "file.txt") -> str:
        (self.folder / file).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / file).write_text(text)
        self.git("add", "-Af")
        self.git("commit", "-q", "--allow-empty", "-m", text[:20], *options)
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    return Origin(tmp_path / "origin")


@pytest.fixture
def source(origin: Origin, tmp_path: Path) -> Source:
    return Source(str(origin.folder), "main", tmp_path / "source", {}, ("file",))


def test_the_tree_follows_the_branch_and_keeps_times_builds_and_state(origin: Origin, source: Source) -> None:
    first = origin.commit("one", file="same.txt")
    assert source.fetch() == first
    source.move(first)
    (source.tree / "build").mkdir()
    (source.tree / "build" / "kept").write_text("")
    (source.tree / "junk").write_text("")
    (source.tree / "same.txt").touch()
    known = (source.tree / "same.txt").stat().st_mtime_ns
    second = origin.commit("two")
    source.move(source.fetch())
    assert source.current == second
    assert {path.name for path in source.tree.iterdir()} == {".git", "build", "file.txt", "same.txt"}
    assert (source.tree / "same.txt").stat().st_mtime_ns == known


@pytest.mark.parametrize(
    "url",
    [
        "ext::sh -c 'touch ran'",
        "file:///etc",
        "/etc",
        "--upload-pack=touch ran",
        "http://example.org/x",
        "https://user:secret@example.org/x",
        "git://example.org/x",
        "-oProxyCommand=touch@x:y",
        "ssh://-oProxyCommand=touch ran/x",
    ],
)
def test_addresses_that_are_not_https_or_ssh_are_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(CompilerError, match="MF916"):
        Source(url, "main", tmp_path, {}).check()


@pytest.mark.parametrize("ref", ["--upload-pack=x", "-x", "a..b", "a b", "+main", "a:b", ""])
def test_references_that_could_be_options_are_refused(ref: str, tmp_path: Path) -> None:
    with pytest.raises(CompilerError, match="MF916"):
        Source("https://example.org/x", ref, tmp_path, {}).check()


def test_a_protocol_that_is_not_allowed_is_never_spoken(origin: Origin, tmp_path: Path) -> None:
    origin.commit()
    with pytest.raises(CompilerError, match="MF785"):
        Source(f"file://{origin.folder}", "main", tmp_path / "source", {}).fetch()
    with pytest.raises(CompilerError, match="MF785"):
        Source(f"ext::sh -c 'touch {tmp_path}/ran'", "main", tmp_path / "source", {}).fetch()
    assert not (tmp_path / "ran").exists()


def test_a_hostile_repository_runs_nothing(origin: Origin, source: Source, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    script = f"#!/bin/sh\ntouch {ran}\n"
    for name in ("post-checkout", "pre-commit", "fsmonitor", "reference-transaction"):
        origin.commit(script, file=f"hooks/{name}")
        (origin.folder / "hooks" / name).chmod(0o755)
    origin.commit("[core]\n\thooksPath = hooks\n\tfsmonitor = hooks/fsmonitor\n", file=".gitconfig")
    origin.commit("*.txt filter=evil diff=evil merge=evil\n* filter=lfs\n", file=".gitattributes")
    origin.commit("x", file="--upload-pack=touch ran")
    (origin.folder / "out").symlink_to("/etc")
    head = origin.commit("end")
    # What the user of this machine configured is not read either.
    assert source.fetch() == head
    source.move(head)
    origin.commit("more")
    source.move(source.fetch())
    assert not refused_checkout(source.tree)
    assert not ran.exists()
    assert (source.tree / "--upload-pack=touch ran").exists()


def test_a_submodule_with_a_command_is_refused_as_it_comes(origin: Origin, source: Source, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    text = f'[submodule "s"]\n\tpath = s\n\turl = ext::touch {ran}\n\tupdate = !touch {ran}\n'
    origin.commit(text, file=".gitmodules")
    with pytest.raises(CompilerError, match="MF785"):
        source.fetch()
    assert not ran.exists()


def test_hooks_in_the_mirror_and_configuration_of_the_tree_do_not_run(
    origin: Origin, source: Source, tmp_path: Path
) -> None:
    source.move(source.fetch() if origin.commit() else "")
    hook = source.history / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    origin.commit("two")
    source.move(source.fetch())
    assert not (tmp_path / "ran").exists()


def test_more_bytes_than_allowed_are_not_fetched(origin: Origin, tmp_path: Path) -> None:
    (origin.folder / "large.bin").write_bytes(os.urandom(4_000_000))
    origin.commit()
    with pytest.raises(CompilerError, match="MF785"):
        Source(str(origin.folder), "main", tmp_path / "source", {}, ("file",), most_bytes=1_000_000).fetch()


@pytest.mark.parametrize("file", ["build/x", ".manifact/cache/x"])
def test_a_revision_that_tracks_our_folders_is_refused(origin: Origin, source: Source, file: str) -> None:
    origin.commit(file=file)
    with pytest.raises(CompilerError, match="MF781"):
        source.move(source.fetch())


def test_a_repository_that_is_gone_is_an_error_and_no_empty_tree(origin: Origin, source: Source) -> None:
    source.move(source.fetch() if origin.commit() else "")
    shutil.rmtree(origin.folder)
    with pytest.raises(CompilerError, match="MF785"):
        source.fetch()
    assert (source.tree / "file.txt").exists()


def test_the_order_of_revisions(origin: Origin, tmp_path: Path) -> None:
    one, two = origin.commit("one"), origin.commit("two")
    origin.git("checkout", "-q", "--orphan", "other")
    other = origin.commit("other")

    def refused(last: str, new: str, **options: Any) -> str:
        return refused_revision(origin.folder, last, new, **{"allow_older": False, "accept": "", **options})

    assert refused(one, two) == refused("", two) == refused(two, two) == ""
    assert "older" in refused(two, one)
    assert refused(two, one, allow_older=True) == ""
    assert "rewritten" in refused(two, other)
    assert refused(two, other, accept=other[:12]) == ""
    origin.git("checkout", "-q", "main")
    subprocess.run(
        ["git", "clone", "-q", "--depth", "1", f"file://{origin.folder}", str(tmp_path / "shallow")], check=True
    )
    assert "fetch-depth: 0" in refused_revision(tmp_path / "shallow", one, two, allow_older=False, accept="")


def test_a_checkout_with_changes_is_refused(origin: Origin) -> None:
    origin.commit()
    assert refused_checkout(origin.folder) == ""
    (origin.folder / "file.txt").write_text("changed")
    assert "not committed" in refused_checkout(origin.folder)


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="signing needs ssh-keygen")
def test_signed_commits(origin: Origin, tmp_path: Path) -> None:
    keys = [tmp_path / name for name in ("alice", "mallory")]
    for key in keys:
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    signers = tmp_path / "allowed_signers"
    signers.write_text(f"alice@example.org {(tmp_path / 'alice.pub').read_text()}")
    origin.git("config", "gpg.format", "ssh")

    def signed(by: Path, text: str) -> str:
        origin.git("config", "user.signingkey", str(by))
        return origin.commit(text, "-S")

    def refused(last: str, new: str, mode: str = "range", path: Path = signers) -> str:
        return unsigned_problem(origin.folder, last, new, mode=mode, signers=Signers(str(path)), tree=origin.folder)

    first = signed(keys[0], "first")
    unsigned = origin.commit("unsigned")
    head = signed(keys[0], "head")
    foreign = signed(keys[1], "foreign")
    assert refused("", first) == refused(first, head, "head") == refused(first, unsigned, "off") == ""
    assert unsigned[:12] in refused(first, head)
    assert foreign[:12] in refused(head, foreign)
    inside = origin.folder / "allowed_signers"
    inside.write_text(signers.read_text())
    assert "outside" in refused(first, head, path=inside)
    assert "outside" in refused(first, head, path=Path("relative"))


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("gpg") is None, reason="signing needs gpg")
def test_commits_signed_with_gpg(origin: Origin, tmp_path: Path) -> None:
    home = Path(tempfile.mkdtemp(prefix="g"))  # the path of its socket must be short
    gpg = ["gpg", "--homedir", str(home), "--batch", "--pinentry-mode", "loopback", "--passphrase", ""]

    def run(*words: str) -> bytes:
        return subprocess.run([*gpg, *words], check=True, capture_output=True).stdout

    def signed(by: str, text: str) -> str:
        origin.git("config", "user.signingkey", by)
        return origin.commit(text, f"-S{by}")

    try:
        for who in ("alice", "mallory"):
            run("--quick-gen-key", f"{who}@example.org", "ed25519", "sign", "1y")
        origin.git("config", "gpg.program", str(script(tmp_path / "gpg.sh", f'exec {" ".join(gpg[:-1])} "" "$@"')))
        keyring = tmp_path / "keyring.gpg"
        keyring.write_bytes(run("--export", "alice@example.org"))
        good, unsigned, foreign = signed("alice", "a"), origin.commit("b"), signed("mallory", "c")
    finally:
        subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False)
        shutil.rmtree(home, ignore_errors=True)

    def refused(last: str, new: str, signers: Signers) -> str:
        return unsigned_problem(origin.folder, last, new, mode="range", signers=signers, tree=tmp_path / "tree")

    assert refused("", good, Signers(keyring=str(keyring))) == ""
    assert unsigned[:12] in refused(good, unsigned, Signers(keyring=str(keyring)))
    assert foreign[:12] in refused(unsigned, foreign, Signers(keyring=str(keyring)))
    ssh = tmp_path / "allowed_signers"
    ssh.write_text("")
    assert good[:12] in refused("", good, Signers(str(ssh)))
    assert "needs allowedSigners or keyring" in refused("", good, Signers())


def script(path: Path, line: str) -> Path:
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)
    return path
