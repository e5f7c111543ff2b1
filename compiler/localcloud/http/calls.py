"""What a handler is given: one call of one operation."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TypeAlias

from compiler.localcloud.http import errors
from compiler.localcloud.http.faults import Faults
from compiler.localcloud.http.messages import Request, Response
from compiler.localcloud.store.blobs import Blobs
from compiler.localcloud.store.database import Store, Transaction
from compiler.localcloud.store.owner import Owner
from compiler.localcloud.store.records import JsonObject, Record, find


@dataclass(frozen=True, slots=True)
class Settings:
    """How this opening of the store behaves."""

    run_processes: bool = True
    """False: deployments become ACTIVE without a process, for planner tests and benchmarks."""
    work_seconds: float = 0.0
    """How long a work request takes at least."""
    deleted_seconds: float = 86_400.0
    """How long a deleted resource stays readable."""
    strict: bool = False
    """Whether predict must be signed as well."""
    faults: Faults = field(default_factory=Faults)


@dataclass(frozen=True, slots=True)
class Backend:
    """What the handlers work on."""

    root: Path
    store: Store
    blobs: Blobs
    owner: Owner
    settings: Settings


class Access(Enum):
    """How an operation uses the database."""

    READ = "read"
    WRITE = "write"
    STREAM = "stream"
    """The handler streams a body, and opens its own transaction when that is done."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call: its decoded parts and the transaction it runs in."""

    backend: Backend
    request: Request
    path: Mapping[str, str]
    query: Mapping[str, str]
    content: bytes = b""
    transaction: Transaction | None = None

    @property
    def tx(self) -> Transaction:
        """The transaction of a READ or WRITE operation."""
        assert self.transaction is not None, "a STREAM operation opens its own transaction"
        return self.transaction

    def json(self) -> JsonObject:
        """The body as a JSON object."""
        try:
            value = json.loads(self.content or b"{}")
        except ValueError as error:
            raise errors.cannot_parse(f"The body is not valid JSON: {error}") from None
        if not isinstance(value, dict):
            raise errors.cannot_parse("The body must be a JSON object")
        return value

    def find(self, kind: str, identifier: str) -> Record:
        """The resource of that kind and id (deleted ones included), or 404."""
        record = find(self.tx, kind, identifier)
        if record is None:
            raise errors.not_found(identifier)
        return record

    def find_live(self, kind: str, identifier: str) -> Record:
        """The resource of that kind and id, or 404 also when it is deleted: what every change starts with."""
        record = self.find(kind, identifier)
        if record.state == "DELETED":
            raise errors.not_found(identifier)
        return record

    def find_to_change(self, kind: str, identifier: str) -> Record:
        """As `find_live`, and 412 when the request names another etag."""
        record = self.find_live(kind, identifier)
        self.check_match(record.etag)
        return record

    def check_match(self, etag: str) -> None:
        """Raise 412 unless the request has no if-match, or names this etag."""
        wanted = self.request.headers.get("if-match")
        if wanted not in (None, "*", etag):
            raise errors.no_etag_match()


Handler: TypeAlias = Callable[[Call], Response]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation: `path` has `{parameters}`; a last `{parameter*}` takes the rest of the path."""

    method: str
    path: str
    handler: Handler
    access: Access = Access.READ
    retry_token: bool = False
    """Whether the operation honours opc-retry-token."""
    unsigned: bool = False
    """Whether the operation may be called without a signature, unless the settings are strict."""
    carries_permission: bool = False
    """Whether the path itself holds the permission (a pre-authenticated request): it is never signed."""
