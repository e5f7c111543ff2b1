"""The store in a bucket: conditional requests of Object Storage decide who was first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from compiler.cloud.connect.connection import Connection
from compiler.cloud.connect.errors import RequestError
from compiler.cloud.objectstorage import conditional
from compiler.cloud.objectstorage.objects import Place
from compiler.diagnostics import Diagnostic
from compiler.engine.session import Session
from compiler.engine.store.protocol import Changed


@dataclass(frozen=True, slots=True)
class BucketStore:
    """Documents as objects below a prefix."""

    connection: Connection
    folder: Place

    def read(self, key: str) -> tuple[bytes, str] | None:
        """Content and etag of an object. Raises `RequestError`, of status 404 only for the bucket itself."""
        try:
            return conditional.read_object(self.connection, self._at(key))
        except RequestError as error:
            raise (self._no_bucket(error) if error.status == 404 else error) from None

    def write(self, key: str, content: bytes, *, if_match: str | None = None, if_absent: bool = False) -> str:
        """Put an object; Object Storage checks the condition."""
        try:
            return conditional.put_object(
                self.connection, self._at(key), content, if_match=if_match, if_absent=if_absent
            )
        except RequestError as error:
            raise _changed(error) from None

    def list(self, prefix: str) -> Iterator[str]:
        """The keys below the folder that begin so."""
        start = len(self.folder.name)
        return (name[start:] for name in conditional.list_names(self.connection, self._at(prefix)))

    def delete(self, key: str, if_match: str | None = None) -> None:
        """Delete an object, with an etag only when nobody replaced it."""
        try:
            conditional.delete_object(self.connection, self._at(key), if_match)
        except RequestError as error:
            raise _changed(error) from None

    def _no_bucket(self, error: RequestError) -> RequestError:
        """The whole store is out of reach: whoever sees it first is told what to do."""
        where = f"'{self.folder.bucket}' in namespace '{self.folder.namespace}'"
        message = f"the bucket of `reconcile.store` does not exist, or you may not read it: {where}"
        hint = (
            "create it, or correct `reconcile.store` (`manifact plan --policies` prints what it needs); "
            "apply, destroy and import go ahead without it with --break-glass --reason TEXT"
        )
        return RequestError(Diagnostic("MF713", message, hint=hint), error.status, error.code)

    def _at(self, key: str) -> Place:
        return Place(self.folder.namespace, self.folder.bucket, self.folder.name + key)


def bucket_store(session: Session, uri: str) -> BucketStore:
    """The store below an `oci://bucket@namespace/prefix/`; every project and target has its own folder."""
    bucket, _, rest = uri.removeprefix("oci://").partition("@")
    namespace, _, prefix = rest.partition("/")
    return BucketStore(
        session.connection, Place(namespace, bucket, f"{prefix}{session.workspace.name}/{session.name}/")
    )


def _changed(error: RequestError) -> Exception:
    return Changed() if error.status == 412 else error
