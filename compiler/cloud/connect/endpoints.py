"""Where signed requests may go: a signature names tenancy, user and key, and a project file may be a stranger's."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from compiler.diagnostics import CompilerError, failure

VARIABLE = "MANIFACT_ENDPOINTS"
_PORTS = {"https": 443, "http": 80}


def check_endpoint(target: str, endpoint: str, allowed: Iterable[str] = ()) -> None:
    """Raise `CompilerError` (MF746) unless requests of the target may be sent to the endpoint.

    They may go to this machine, over https to the domains of OCI's realms as the SDK knows them, and over https to the
    addresses in `allowed` (those of MANIFACT_ENDPOINTS: `https://host[:port]`).
    """
    parts = _split(endpoint)
    if parts is None:
        raise _refused(target, endpoint, "it is not an address of the form https://host", "leave it out, or correct it")
    host = parts.hostname or ""
    if _is_loopback(host):
        return
    if parts.scheme != "https":
        raise _refused(target, endpoint, "plain http is only for this machine", "use https")
    origins = {_origin(other) for text in allowed if (other := _split(text))}
    if not _is_of_oci(host) and _origin(parts) not in origins:
        hint = f"if you trust it with your credentials, set {VARIABLE}=https://{parts.netloc}"
        raise _refused(target, endpoint, "it is neither this machine nor OCI", hint)


def _split(endpoint: str) -> SplitResult | None:
    """The parts of an address without user and password; None when it is none that every reader takes alike."""
    if not endpoint.isascii() or not endpoint.isprintable() or set(endpoint) & set(" \\@#?"):
        return None
    try:
        parts = urlsplit(endpoint)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.scheme in _PORTS and parts.hostname else None


def _origin(parts: SplitResult) -> tuple[str, str | None, int]:
    return parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme]


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_of_oci(host: str) -> bool:
    from oci.regions import REALMS

    return any(host.endswith(f".{domain}") for domain in REALMS.values())


def _refused(target: str, endpoint: str, why: str, hint: str) -> CompilerError:
    return failure("MF746", f"target '{target}': requests are not sent to '{endpoint}': {why}", hint=hint)
