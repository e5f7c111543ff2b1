"""How requests are signed: each kind of OCI authentication, and what is said when it is wrong."""

from __future__ import annotations

import base64
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compiler.cloud.connect.config_file import profile_name, read_profile, well_formed
from compiler.diagnostics import did_you_mean, failure

KEY_VARIABLES = {
    "user": "OCI_CLI_USER",
    "tenancy": "OCI_CLI_TENANCY",
    "fingerprint": "OCI_CLI_FINGERPRINT",
    "region": "OCI_CLI_REGION",
    "key_file": "OCI_CLI_KEY_FILE",
    "key_content": "OCI_CLI_KEY_CONTENT",
    "pass_phrase": "OCI_CLI_PASSPHRASE",
}
"""API key from the environment, under the names that the OCI CLI reads."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a client is made from."""

    config: Mapping[str, Any]
    signer: Any
    tenancy: str
    kind: str
    """As `auth:` names it."""


def find_credentials(auth: str, profile: str | None, region: str | None) -> Credentials:
    """The credentials of one kind; `auto` takes what there is: environment, resource principal, OCI config file.

    Raises `CompilerError` MF710 when there are none, MF711 when they cannot be used and MF916 for a kind that there is
    not (`--auth` and MANIFACT_AUTH take any word). Nothing is sent to OCI but what a principal needs to get its token.
    """
    if auth != "auto" and auth not in _KINDS:
        kinds = ("auto", *_KINDS)
        hint = did_you_mean(auth, kinds) or f"--auth and MANIFACT_AUTH take {', '.join(kinds)}"
        raise failure("MF916", f"there is no kind of authentication '{auth}'", hint=hint)
    kind = _detect(profile) if auth == "auto" else auth
    credentials = _KINDS[kind](profile)
    return Credentials(
        {**credentials.config, "region": region or credentials.config.get("region")},
        credentials.signer,
        credentials.tenancy,
        kind,
    )


def _detect(profile: str | None) -> str:
    if profile is None and os.environ.get("OCI_RESOURCE_PRINCIPAL_VERSION"):
        return "resource_principal"
    if profile is None and all(os.environ.get(KEY_VARIABLES[name]) for name in ("user", "tenancy", "fingerprint")):
        return "api_key"
    return "security_token" if read_profile(profile).get("security_token_file") else "api_key"


def _api_key(profile: str | None) -> Credentials:
    from oci.signer import Signer

    given = {name: os.environ[variable] for name, variable in KEY_VARIABLES.items() if os.environ.get(variable)}
    config = given if profile is None and "user" in given else read_profile(profile)
    missing = sorted({"user", "tenancy", "fingerprint"} - set(config))
    if missing or not (config.get("key_file") or config.get("key_content")):
        absent = ", ".join([*missing, *([] if "key_file" in config or "key_content" in config else ["key_file"])])
        raise failure("MF711", f"the OCI configuration lacks {absent}", hint="run `oci setup config`")
    well_formed(config, "the environment" if config is given else f"profile {profile_name(profile)}")

    def signer() -> Any:
        return Signer(
            config["tenancy"],
            config["user"],
            config["fingerprint"],
            config.get("key_file"),
            config.get("pass_phrase"),
            config.get("key_content"),
        )

    return Credentials(config, _usable(signer, "the API key"), config["tenancy"], "api_key")


def _security_token(profile: str | None) -> Credentials:
    from oci.auth.signers import SecurityTokenSigner
    from oci.signer import load_private_key_from_file

    config = read_profile(profile)
    hint = "run `oci session authenticate`"
    if not config.get("security_token_file"):
        raise failure("MF711", "the profile has no security_token_file", hint=hint)
    token = _read(config["security_token_file"], "the security token", hint)
    if _expired(token):
        raise failure("MF711", "the security token has expired", hint="run `oci session refresh` or authenticate again")
    key = _usable(
        lambda: load_private_key_from_file(config.get("key_file"), config.get("pass_phrase")), "the session key"
    )
    signer = _usable(lambda: SecurityTokenSigner(token, key), "the security token")
    return Credentials(config, signer, str(config.get("tenancy", "")), "security_token")


def _instance_principal(_profile: str | None) -> Credentials:
    from oci.auth.signers import InstancePrincipalsSecurityTokenSigner
    from oci.retry import NoneRetryStrategy

    signer = _usable(
        lambda: InstancePrincipalsSecurityTokenSigner(retry_strategy=NoneRetryStrategy()),
        "the instance principal (is this an OCI compute instance in a dynamic group?)",
    )
    return _principal(signer, "instance_principal")


def _resource_principal(_profile: str | None) -> Credentials:
    from oci.auth.signers import get_resource_principals_signer

    if not os.environ.get("OCI_RESOURCE_PRINCIPAL_VERSION"):
        hint = "a resource principal exists inside OCI only: notebook sessions, jobs, functions"
        raise failure("MF710", "there is no resource principal here", hint=hint)
    return _principal(_usable(get_resource_principals_signer, "the resource principal"), "resource_principal")


def _oke_workload(_profile: str | None) -> Credentials:
    from oci.auth.signers import get_oke_workload_identity_resource_principal_signer as make

    return _principal(
        _usable(make, "the OKE workload identity (is this a pod with a service account?)"), "oke_workload"
    )


def _principal(signer: Any, kind: str) -> Credentials:
    region = getattr(signer, "region", None)
    return Credentials({"region": region}, signer, str(getattr(signer, "tenancy_id", "") or ""), kind)


_KINDS: dict[str, Callable[[str | None], Credentials]] = {
    "api_key": _api_key,
    "security_token": _security_token,
    "instance_principal": _instance_principal,
    "resource_principal": _resource_principal,
    "oke_workload": _oke_workload,
}


def _usable(make: Callable[[], Any], what: str) -> Any:
    """What `make` gives; the SDK, its HTTP and its key libraries each have their own ways to say no."""
    from oci._vendor.requests.exceptions import RequestException
    from oci.exceptions import ClientError, ServiceError

    try:
        return make()
    except ServiceError as error:
        said = str(error.message or f"the service answered {error.status}").splitlines()[0][:200]
        raise failure("MF711", f"{what} cannot be used: {said}") from None
    except (ClientError, RequestException, OSError, ValueError, TypeError, KeyError) as error:
        raise failure("MF711", f"{what} cannot be used: {type(error).__name__}: {_first_line(error)}") from None


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines()
    return lines[0][:200] if lines else "no message"


def _read(path: str, what: str, hint: str) -> str:
    try:
        return Path(path).expanduser().read_text().strip()
    except OSError as error:
        raise failure("MF711", f"{what} cannot be read: {error.strerror}: {path}", hint=hint) from None


def _expired(token: str) -> bool:
    """Whether a JWT says that its time is over; what cannot be read is left to the service."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return float(claims["exp"]) < time.time()
    except (IndexError, ValueError, KeyError, TypeError):
        return False
