"""Verification of request signatures (OCI docs: "Request Signatures", the draft-cavage scheme, version 1)."""

from __future__ import annotations

import base64
import binascii
import email.utils
import hashlib
import re
import time
from typing import BinaryIO

from compiler.localcloud.http.errors import not_authenticated
from compiler.localcloud.http.messages import Request
from compiler.localcloud.store.owner import Owner

CLOCK_SKEW_SECONDS = 300
ALWAYS_SIGNED = frozenset({"(request-target)", "host"})
_PARAMETER = re.compile(r'\s*([A-Za-z]+)="([^"]*)"\s*(?:,|$)')


def verify_signature(request: Request, owner: Owner) -> None:
    """Raise 401 NotAuthenticated unless the owner signed the request's target, host and date not long ago."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "signature":
        raise not_authenticated(
            "The request is not signed: the required information to complete authentication was not provided"
        )
    parameters = dict(_PARAMETER.findall(rest))
    signed = parameters.get("headers", "").lower().split()
    if parameters.get("keyId") != f"{owner.tenancy}/{owner.user}/{owner.fingerprint}":
        raise not_authenticated("The keyId of the signature is not that of the configured user")
    if parameters.get("algorithm") != "rsa-sha256" or not ALWAYS_SIGNED.issubset(signed):
        raise not_authenticated("The signature must be rsa-sha256 and cover (request-target), host and date")
    _verify_date(request, signed)
    _verify_rsa(owner, _signing_string(request, signed), parameters.get("signature", ""))


def verify_content(request: Request, content: bytes) -> None:
    """Raise 401 unless a body was signed: its SHA-256 in x-content-sha256, and that header in the signature."""
    signed = re.search(r'headers="([^"]*)"', request.headers.get("authorization", ""))
    if not content:
        return
    if signed is None or "x-content-sha256" not in signed[1].lower().split():
        raise not_authenticated("The body of the request is not covered by the signature (x-content-sha256)")
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    if digest != request.headers.get("x-content-sha256"):
        raise not_authenticated("The body does not match x-content-sha256")


def read_body(body: BinaryIO | None, limit: int) -> bytes | None:
    """The whole body, or None when it is longer than `limit` bytes."""
    content = body.read(limit + 1) if body is not None else b""
    return content if len(content) <= limit else None


def _verify_date(request: Request, signed: list[str]) -> None:
    name = next((n for n in ("date", "x-date") if n in signed), None)
    moment = (
        email.utils.parsedate_to_datetime(request.headers.get(name, "")) if name and _is_date(request, name) else None
    )
    if moment is None:
        raise not_authenticated("The signature must cover the date")
    if abs(moment.timestamp() - time.time()) > CLOCK_SKEW_SECONDS:
        raise not_authenticated(f"The date of the request is more than {CLOCK_SKEW_SECONDS // 60} minutes off")


def _is_date(request: Request, name: str) -> bool:
    return email.utils.parsedate_tz(request.headers.get(name, "")) is not None


def _signing_string(request: Request, signed: list[str]) -> bytes:
    lines = []
    for name in signed:
        value = (
            f"{request.method.lower()} {request.target}" if name == "(request-target)" else request.headers.get(name)
        )
        if value is None:
            raise not_authenticated(f"The signature covers {name}, which the request does not have")
        lines.append(f"{name}: {value}")
    return "\n".join(lines).encode("latin-1")


def _verify_rsa(owner: Owner, message: bytes, signature: str) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import padding
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        owner.public_key.verify(base64.b64decode(signature, validate=True), message, padding.PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error):
        raise not_authenticated("The signature does not match the request") from None
