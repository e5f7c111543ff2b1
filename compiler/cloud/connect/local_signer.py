"""Signs requests to the embedded OCI, with the key that is kept in its store."""

from __future__ import annotations

import functools
from typing import Any


@functools.lru_cache(maxsize=4)
def local_signer(key_id: tuple[str, str, str], pem: bytes) -> Any:
    """The SDK's signer for (tenancy, user, fingerprint).

    The store made the key itself: testing its primes, as the SDK's own `Signer` does, would take 65 ms.
    """
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from oci.signer import AbstractBaseSigner

    signer = AbstractBaseSigner()
    key = load_pem_private_key(pem, password=None, unsafe_skip_rsa_key_validation=True)
    headers, with_body = ["date", "(request-target)", "host"], ["content-length", "content-type", "x-content-sha256"]
    signer.create_signers("/".join(key_id), key, headers, with_body)
    return signer
