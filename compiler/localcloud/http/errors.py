"""The errors of the service: HTTP status, code and message, as the OCI documentation of API errors lists them."""

from __future__ import annotations


class ServiceError(Exception):
    """An answer with an error body `{"code", "message"}`."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message


def cannot_parse(message: str) -> ServiceError:
    """The body is no JSON object."""
    return ServiceError(400, "CannotParseRequest", message)


def invalid_parameter(message: str) -> ServiceError:
    """A value that the service refuses."""
    return ServiceError(400, "InvalidParameter", message)


def missing_parameter(name: str) -> ServiceError:
    """A required field or query parameter is absent."""
    return ServiceError(400, "MissingParameter", f"{name} is required")


def not_authenticated(reason: str) -> ServiceError:
    """The request is not signed, or not by the configured user."""
    return ServiceError(401, "NotAuthenticated", reason)


def not_found(what: str) -> ServiceError:
    """No such resource; as the service, this does not tell whether it exists for others."""
    return ServiceError(404, "NotAuthorizedOrNotFound", f"Authorization failed or requested resource not found: {what}")


def conflict(message: str) -> ServiceError:
    """The request contradicts what exists; clients do not retry it."""
    return ServiceError(409, "Conflict", message)


def incorrect_state(message: str) -> ServiceError:
    """The resource is in a state that does not allow this now; clients retry it."""
    return ServiceError(409, "IncorrectState", message)


def no_etag_match(message: str = "The etag sent in if-match is not the resource's current one") -> ServiceError:
    """A conditional request whose condition does not hold."""
    return ServiceError(412, "NoEtagMatch", message)


def payload_too_large(message: str) -> ServiceError:
    """The body is larger than the service takes."""
    return ServiceError(413, "PayloadTooLarge", message)
