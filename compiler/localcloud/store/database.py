"""The database: one SQLite file in WAL mode, used by any number of threads and processes at once.

Every change is one `BEGIN IMMEDIATE` transaction; SQLite's journal makes it whole or absent after a kill at any time.
"""

from __future__ import annotations

import contextlib
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from compiler.localcloud.store.disk_errors import translate_errors

BUSY_SECONDS = 30.0
RETRY_SECONDS = 0.005
MEMORY_PAGES = -8192  # 8 MiB of page cache a connection

_SCHEMA = """
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS resources (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, compartment TEXT NOT NULL, state TEXT NOT NULL, created REAL NOT NULL,
    etag TEXT NOT NULL, body TEXT NOT NULL, details TEXT NOT NULL, hidden TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS resources_by_compartment ON resources (kind, compartment, created);
CREATE INDEX IF NOT EXISTS deployments_with_processes ON resources (id)
    WHERE kind = 'deployment' AND json_extract(hidden, '$.processes') = 1;
CREATE TABLE IF NOT EXISTS entries (
    number INTEGER PRIMARY KEY AUTOINCREMENT, work_request TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS entries_by_work_request ON entries (work_request, kind);
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, due REAL NOT NULL, action TEXT NOT NULL, resource TEXT NOT NULL, arguments TEXT NOT NULL)
    WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS jobs_by_time ON jobs (due);
CREATE TABLE IF NOT EXISTS retry_tokens (
    token TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, status INTEGER NOT NULL, headers TEXT NOT NULL,
    body BLOB NOT NULL, created REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS blob_uses (blob TEXT NOT NULL, owner TEXT NOT NULL, PRIMARY KEY (blob, owner)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS blob_uses_by_owner ON blob_uses (owner);
CREATE TABLE IF NOT EXISTS objects (
    bucket TEXT NOT NULL, name TEXT NOT NULL, etag TEXT NOT NULL, size INTEGER NOT NULL, created REAL NOT NULL,
    headers TEXT NOT NULL, segments TEXT NOT NULL, PRIMARY KEY (bucket, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS uploads (
    id TEXT PRIMARY KEY, bucket TEXT NOT NULL, name TEXT NOT NULL, created REAL NOT NULL, headers TEXT NOT NULL)
    WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS parts (
    upload TEXT NOT NULL, number INTEGER NOT NULL, etag TEXT NOT NULL, md5 TEXT NOT NULL, size INTEGER NOT NULL,
    blob TEXT NOT NULL, PRIMARY KEY (upload, number)) WITHOUT ROWID;
"""


class Transaction:
    """Statements that are committed together; `after_commit` holds what may only happen once they are."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.hooks: list[Callable[[], None]] = []

    def execute(self, statement: str, *parameters: Any) -> sqlite3.Cursor:
        """Run one SQL statement with `?` parameters."""
        return self._connection.execute(statement, parameters)

    def after_commit(self, action: Callable[[], None]) -> None:
        """Have `action` called when the transaction is safely on disk."""
        self.hooks.append(action)


class Store:
    """Connections to the database file at `path`, made when needed and shared by the threads of this process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        self._writing = threading.Lock()
        try:
            with self._connection() as connection:
                connection.executescript(_SCHEMA)
        except BaseException:
            self.close()
            raise

    @contextlib.contextmanager
    def read(self) -> Iterator[Transaction]:
        """A consistent snapshot."""
        with self._connection() as connection:
            yield from _transaction(connection, "BEGIN")

    @contextlib.contextmanager
    def write(self) -> Iterator[Transaction]:
        """The one writer of this process and of all others; rolled back when the block raises.

        The lock queues this process's threads, which SQLite's own waiting (it sleeps and tries again) does unfairly.
        """
        with self._writing, self._connection() as connection:
            yield from _transaction(connection, "BEGIN IMMEDIATE")

    def close(self) -> None:
        """Close the idle connections; others are closed when they are given back."""
        while True:
            try:
                self._idle.get_nowait().close()
            except queue.Empty:
                return

    @contextlib.contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        with translate_errors(self._path):
            connection = self._taken() or self._connect()
            try:
                yield connection
            finally:
                self._idle.put(connection)

    def _taken(self) -> sqlite3.Connection | None:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            return None

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            _write_ahead(connection)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA cache_size = {MEMORY_PAGES}")
        except sqlite3.Error:
            connection.close()
            raise
        return connection


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch the file to WAL mode; where it is in that mode already, nothing is written.

    The switch upgrades a read lock, and SQLite refuses two upgrades at once without waiting (its busy handler serves
    only those who hold no lock): first openings of a new store at the same time each try again.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > deadline:
                raise
            time.sleep(RETRY_SECONDS)
        else:
            return


def _transaction(connection: sqlite3.Connection, begin: str) -> Iterator[Transaction]:
    transaction = Transaction(connection)
    connection.execute(begin)
    try:
        yield transaction
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite rolls back by itself when the disk is full
            connection.execute("ROLLBACK")
        raise
    for action in transaction.hooks:
        action()
