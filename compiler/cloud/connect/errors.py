"""OCI's errors in our words: the one place where they are translated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from oci._vendor.requests.exceptions import ConnectTimeout, ReadTimeout, RequestException, SSLError
from oci.exceptions import ServiceError

from compiler.diagnostics import CompilerError, Diagnostic

LIMITS = frozenset({"LimitExceeded", "QuotaExceeded"})
_REASON = re.compile(r"\[Errno -?\d+\] ([\w ]+)")
HINTS = {
    "MF712": "check the key's fingerprint and the clock of this machine, or authenticate again",
    "MF713": "check the OCID, and that the policies of the compartment allow it",
    "MF714": "check the network, the region and the endpoint of the target",
    "MF715": "try again later; what was not acknowledged is found out by the next apply",
    "MF716": "plan again: the next apply goes on from what is live then",
    "MF718": "ask for a higher service limit, or free something",
}


class RequestError(CompilerError):
    """A request that OCI refused; `status` is 0 when there was no answer at all."""

    def __init__(self, diagnostic: Diagnostic, status: int, code: str) -> None:
        super().__init__(diagnostic)
        self.status = status
        self.code = code


@contextmanager
def translate_errors(doing: str) -> Iterator[None]:
    """Turn the SDK's errors into `RequestError`; `doing` completes the sentence "could not …"."""
    try:
        yield
    except ServiceError as error:
        raise _refused(error, doing) from None
    except RequestException as error:
        diagnostic = Diagnostic("MF714", f"could not {doing}: {no_answer(error)}", hint=HINTS["MF714"])
        raise RequestError(diagnostic, 0, "") from None


def unexpected_response(doing: str) -> RequestError:
    """What to raise where something other than OCI answered, with a page of its own and status 200."""
    said = f"could not {doing}: something other than OCI answered"
    hint = "a proxy, or the sign-in page of a network: check the way to the endpoint of the target"
    return RequestError(Diagnostic("MF714", said, hint=hint), 0, "")


def no_answer(error: RequestException) -> str:
    """Which address gave no answer, and why: `http://127.0.0.1:1: connection refused`."""
    while error.args and isinstance(error.args[0], RequestException):
        error = error.args[0]  # the SDK wraps what its HTTP library raises
    url = urlsplit(str(getattr(error.request, "url", None) or ""))
    where = f"{url.scheme}://{url.netloc}: " if url.netloc else ""
    return where + _network(error)


def _refused(error: ServiceError, doing: str) -> RequestError:
    if 300 <= error.status < 400:
        return unexpected_response(doing)  # OCI redirects nobody
    code = _diagnostic_code(error.status, str(error.code))
    if error.status == 404 and not error.message:  # HEAD has no body to say it
        said = f"could not {doing}: 404: there is none, or you may not see it"
        return RequestError(Diagnostic(code, said, hint=_hint(code, doing)), 404, str(error.code))
    said = str(error.message or "no message").strip()
    # A whole identifier is what Oracle's support asks for.
    request = (error.headers or {}).get("opc-request-id", "")
    where = f" [opc-request-id {request}]" if error.status >= 500 and request else ""
    message = f"could not {doing}: {error.status} {error.code}: {said}{where}"
    return RequestError(Diagnostic(code, message, hint=_hint(code, doing)), error.status, str(error.code))


def _hint(code: str, doing: str) -> str | None:
    in_bucket = code == "MF713" and ("oci://" in doing or " bucket " in doing)
    return "check bucket, namespace and name, and that the policies allow it" if in_bucket else HINTS.get(code)


def _diagnostic_code(status: int, code: str) -> str:
    if code in LIMITS:
        return "MF718"
    if status in (403, 404) or code == "RelatedResourceNotAuthorizedOrNotFound":
        return "MF713"
    known = {401: "MF712", 409: "MF716", 412: "MF716", 429: "MF715"}
    return known.get(status, "MF715" if status >= 500 else "MF717")


def _network(error: RequestException) -> str:
    if isinstance(error, ConnectTimeout | ReadTimeout):
        return "the service did not answer in time"
    if isinstance(error, SSLError):
        return "the service's certificate was not accepted"
    if "[Errno -2]" in str(error):  # EAI_NONAME of getaddrinfo
        return "name not found"
    reason = _REASON.search(str(error))
    return reason[1].lower() if reason else f"no connection to the service ({type(error).__name__})"
