"""`manifact fetch`: files named by uri and sha256 come from a bucket into the cache, checked and once."""

import hashlib
import io
import json
import resource
from pathlib import Path
from types import SimpleNamespace

import pytest
from urllib3.exceptions import ProtocolError

from compiler.cloud.connect.connection import Connection, connect
from compiler.cloud.connect.watch import Interrupted, WaitOptions
from compiler.cloud.objectstorage import downloads
from compiler.cloud.objectstorage.objects import Place
from compiler.diagnostics import CompilerError
from compiler.spec.project import Target

PLACE = Place("local", "models", "2026/model.joblib")
CONTENT = bytes(range(256)) * 20_000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def open_target(root: Path) -> Connection:
    (root / ".manifact").mkdir(exist_ok=True)
    return connect("local", Target(), root=root, project="default")


@pytest.fixture
def bucket(tmp_path):
    """A target with a bucket that holds CONTENT."""
    with open_target(tmp_path) as connection:
        make_bucket(connection)
        connection.object_storage.put_object(PLACE.namespace, PLACE.bucket, PLACE.name, CONTENT)
        yield connection


def make_bucket(connection):
    details = {"name": PLACE.bucket, "compartmentId": connection.place.compartment_id}
    connection.object_storage.create_bucket(PLACE.namespace, details)


@pytest.fixture
def by_uri(wine):
    """The wine example with its model in a bucket; returns its hash."""
    model = wine / "model.joblib"
    content = model.read_bytes()
    with open_target(wine) as connection:
        make_bucket(connection)
        connection.object_storage.put_object(PLACE.namespace, PLACE.bucket, PLACE.name, content)
    model.unlink()
    sha256 = hashlib.sha256(content).hexdigest()
    rewrite(wine, f"uri: {PLACE}\n    sha256: {sha256}")
    return sha256


def rewrite(wine, source):
    text = (wine / "model.yaml").read_text()
    head, _, tail = text.partition("  model:\n")
    (wine / "model.yaml").write_text(
        f"{head}  model:\n    {source}\n  environment:{tail.partition('  environment:')[2]}"
    )


def test_a_model_comes_from_a_bucket(by_uri, wine, manifact):
    refused = manifact("plan")
    assert refused.code == 3
    assert "MF224" in refused.err
    fetched = manifact("fetch")
    assert fetched.code == 0, fetched.err
    assert f"fetched {PLACE}" in fetched.out
    document = json.loads(manifact("fetch", "--json").out)
    path = wine / ".manifact" / "fetched" / by_uri / "model.joblib"
    assert document["files"] == [{"uri": str(PLACE), "sha256": by_uri, "path": str(path), "fetched": False}]
    assert manifact("compile").code == 0
    assert (wine / "build" / "wine-cultivar" / "artifact" / "model.joblib").read_bytes() == path.read_bytes()
    assert "wine-cultivar v1" in manifact("plan").out


def test_the_bytes_count_and_not_where_they_were_fetched_from(by_uri, wine, manifact):
    assert manifact("fetch").code == 0
    assert manifact("compile").code == 0
    record = json.loads((wine / "build" / "wine-cultivar" / "artifact.json").read_bytes())
    (wine / "model.joblib").write_bytes((wine / ".manifact" / "fetched" / by_uri / "model.joblib").read_bytes())
    rewrite(wine, "path: model.joblib")
    assert manifact("compile").code == 0
    assert json.loads((wine / "build" / "wine-cultivar" / "artifact.json").read_bytes()) == record


def test_nothing_is_asked_of_the_target_when_all_is_here(by_uri, manifact, monkeypatch):
    assert manifact("fetch").code == 0
    monkeypatch.setenv("MANIFACT_TARGET", "there-is-none")
    assert manifact("fetch").code == 0
    assert manifact("fetch", "--all").code == 64


def test_other_bytes_leave_nothing(by_uri, wine, manifact):
    wrong = by_uri[::-1]
    rewrite(wine, f"uri: {PLACE}\n    sha256: {wrong}")
    result = manifact("fetch")
    assert result.code == 1
    assert by_uri in result.err
    assert wrong in result.err
    assert "model.yaml:8:10: error[MF227]" in result.err
    assert list((wine / ".manifact" / "fetched").iterdir()) == []


def test_a_missing_object_and_a_wrong_manifest_are_told(by_uri, wine, manifact):
    rewrite(wine, f"uri: oci://models@local/none\n    sha256: {by_uri}")
    assert "error[MF713]" in manifact("fetch").err
    rewrite(wine, "uri: oci://models@local/none")
    assert "error[MF107]" in manifact("fetch").err
    rewrite(wine, f"uri: oci://models@local/folder/\n    sha256: {by_uri}")
    assert "error[MF226]" in manifact("fetch").err
    rewrite(wine, f"uri: oci://models@local/id_rsa.pem\n    sha256: {by_uri}")
    assert "error[MF110]" in manifact("fetch").err


def test_a_damaged_cache_is_found_out(by_uri, wine, manifact):
    assert manifact("fetch").code == 0
    path = wine / ".manifact" / "fetched" / by_uri / "model.joblib"
    path.chmod(0o644)
    path.write_bytes(path.read_bytes() + b"more")
    result = manifact("compile")
    assert result.code == 1
    assert "error[MF227]" in result.err


class Cutting:
    """Answers a GET of an object with at most `length` bytes before the connection breaks."""

    def __init__(self, inner, length):
        self.inner, self.length, self.ranges = inner, length, []

    def send(self, request, **options):
        answer = self.inner.send(request, **options)
        if request.method == "GET" and "/o/" in request.path_url and answer.status_code < 300:
            self.ranges.append(request.headers.get("range"))
            answer.raw = SimpleNamespace(stream=self._cut(answer.raw), release_conn=lambda: None)
        return answer

    def _cut(self, raw):
        def stream(amount, decode_content=False):
            yield io.BufferedReader(raw).read(self.length)
            raise ProtocolError("Connection broken")

        return stream

    def close(self):
        self.inner.close()


def cut(connection, length):
    session = connection.object_storage.base_client.session
    session.adapters["http://"] = Cutting(session.adapters["http://"], length)
    return session.adapters["http://"]


def test_a_cut_connection_is_taken_up_where_it_ended(bucket, tmp_path):
    transport = cut(bucket, 1_000_000)
    target = tmp_path / "fetched" / "model.joblib"
    downloads.fetch(bucket, PLACE, SHA256, target, WaitOptions())
    assert target.read_bytes() == CONTENT
    assert transport.ranges == [None, *(f"bytes={count}000000-" for count in range(1, 6))]


def test_a_connection_that_gives_nothing_ends_with_an_error_and_the_next_try_goes_on(bucket, tmp_path):
    target = tmp_path / "fetched" / "model.joblib"
    with pytest.raises(Interrupted):
        downloads.fetch(bucket, PLACE, SHA256, target, WaitOptions(stopped=after(3)))
    have = (target.parent / ".partial").stat().st_size
    assert 0 < have < len(CONTENT)
    transport = cut(bucket, 0)
    with pytest.raises(CompilerError, match="MF755"):
        downloads.fetch(bucket, PLACE, SHA256, target, WaitOptions())
    assert transport.ranges == [f"bytes={have}-"] * 6
    transport.length, transport.ranges = len(CONTENT), []
    downloads.fetch(bucket, PLACE, SHA256, target, WaitOptions())
    assert transport.ranges[0] == f"bytes={have}-"
    assert target.read_bytes() == CONTENT
    assert [path.name for path in target.parent.iterdir()] == ["model.joblib"]


def after(calls):
    """Says stop from the n-th question on."""
    asked = iter(range(calls))
    return lambda: next(asked, None) is None


@pytest.mark.parametrize("left", [b"of another object", CONTENT, CONTENT + b"too much"])
def test_what_a_killed_process_left_may_be_of_use_or_not(left, bucket, tmp_path):
    target = tmp_path / "fetched" / "model.joblib"
    target.parent.mkdir()
    (target.parent / ".partial").write_bytes(left)
    downloads.fetch(bucket, PLACE, SHA256, target, WaitOptions())
    assert target.read_bytes() == CONTENT


def test_an_object_that_is_replaced_meanwhile_is_not_mixed(bucket, tmp_path):
    def replace(_text, done, _total):
        if done < 2_000_000:
            bucket.object_storage.put_object(PLACE.namespace, PLACE.bucket, PLACE.name, CONTENT[::-1])

    target = tmp_path / "fetched" / "model.joblib"
    cut(bucket, 1_000_000)
    with pytest.raises(CompilerError, match="MF716"):
        downloads.fetch(bucket, PLACE, SHA256, target, WaitOptions(report=replace))
    assert not target.exists()


def test_the_same_bytes_under_two_names_are_fetched_once(bucket, tmp_path):
    first, second = tmp_path / "fetched" / "model.joblib", tmp_path / "fetched" / "copy.joblib"
    downloads.fetch(bucket, PLACE, SHA256, first, WaitOptions())
    downloads.fetch(bucket, Place("local", "models", "nowhere"), SHA256, second, WaitOptions())
    assert second.samefile(first)


def test_memory_does_not_grow_with_the_object(bucket, tmp_path):
    size = 192 << 20
    with (tmp_path / "large").open("wb") as file:
        file.truncate(size)
    with (tmp_path / "large").open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        bucket.object_storage.put_object(PLACE.namespace, PLACE.bucket, "large", file)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    downloads.fetch(bucket, Place("local", "models", "large"), sha256, tmp_path / "fetched" / "large", WaitOptions())
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 32 << 10  # KiB
