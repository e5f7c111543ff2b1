"""The one user of the embedded OCI: made on first use, with a key pair like any OCI user's."""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from compiler.localcloud.store.database import Store, Transaction
from compiler.localcloud.store.records import Record, insert, new_ocid, timestamp

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

REGION = "local"
NAMESPACE = "local"
KEY_BITS = 2048
_NAMES = ("tenancy", "user", "compartment", "project")


@dataclass(frozen=True, slots=True)
class Owner:
    """Who owns everything in this store, and the key that requests must be signed with."""

    tenancy: str
    user: str
    compartment: str
    project: str
    key_file: Path
    fingerprint: str
    public_key: RSAPublicKey


def load_owner(store: Store, root: Path) -> Owner:
    """The owner of the store, made when there is none yet. Safe against two processes doing it at once."""
    with store.write() as tx:
        known = dict(tx.execute("SELECT name, value FROM settings").fetchall()) or _make(tx)
    key_file = root / "api_key.pem"
    public_key = _key_pair(key_file).public_key()
    return Owner(
        tenancy=known["tenancy"],
        user=known["user"],
        compartment=known["compartment"],
        project=known["project"],
        key_file=key_file,
        fingerprint=fingerprint(public_key),
        public_key=public_key,
    )


def fingerprint(key: RSAPublicKey) -> str:
    """The key's fingerprint as OCI shows it: MD5 of the DER encoding, in colon-separated hexadecimal."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.md5(der, usedforsecurity=False).digest().hex(":")


def _make(tx: Transaction) -> dict[str, str]:
    kinds = {"tenancy": "tenancy", "user": "user", "compartment": "compartment", "project": "datascienceproject"}
    known = {name: new_ocid(kinds[name]) for name in _NAMES}
    for name, value in known.items():
        tx.execute("INSERT INTO settings VALUES (?, ?)", name, value)
    now = time.time()
    body = {
        "id": known["project"],
        "timeCreated": timestamp(now),
        "displayName": "default",
        "compartmentId": known["compartment"],
        "createdBy": known["user"],
        "lifecycleState": "ACTIVE",
        "freeformTags": {},
        "definedTags": {},
    }
    insert(tx, Record(known["project"], "project", known["compartment"], body, created=now))
    return known


def _key_pair(path: Path) -> RSAPrivateKey:
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        text = file.read()
        if text.endswith(b"-----\n"):
            # We wrote it ourselves; checking its primes takes as long as all the rest of opening a store.
            key = load_pem_private_key(text, password=None, unsafe_skip_rsa_key_validation=True)
            assert isinstance(key, rsa.RSAPrivateKey)
            return key
        fresh = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
        file.seek(0)
        file.truncate()
        file.write(_pem(fresh))
        file.flush()
        os.fsync(file.fileno())
        return fresh


def _pem(key: RSAPrivateKey) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
