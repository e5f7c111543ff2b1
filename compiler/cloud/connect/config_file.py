"""The OCI config file that the SDK, the OCI CLI and ADS share: one profile, or what is wrong without quoting it."""

from __future__ import annotations

import configparser
import os
from collections.abc import Mapping
from typing import Any

from compiler.diagnostics import CompilerError, SourceRange, failure

_OCIDS = frozenset({"user", "tenancy"})


def profile_name(profile: str | None) -> str:
    """The profile that is meant: the target's own, the OCI CLI's, or DEFAULT."""
    return profile or os.environ.get("OCI_CLI_PROFILE") or "DEFAULT"


def read_profile(profile: str | None) -> dict[str, Any]:
    """The fields of a profile, with the SDK's defaults.

    Raises `CompilerError` MF710 where the file or the profile is missing and MF711 where it cannot be used.
    """
    from oci.config import DEFAULT_LOCATION, from_file
    from oci.exceptions import ConfigFileNotFound, InvalidKeyFilePath, ProfileNotFound

    location = os.environ.get("OCI_CLI_CONFIG_FILE") or os.environ.get("OCI_CONFIG_FILE") or DEFAULT_LOCATION
    name = profile_name(profile)
    try:
        return dict(from_file(location, name))
    except ConfigFileNotFound:
        hint = "run `oci setup config`, or set `auth:` of the target to a principal"
        raise failure("MF710", f"there is no OCI configuration file at {location}", hint=hint) from None
    except ProfileNotFound:
        raise failure("MF710", f"{location} has no profile '{name}'", hint="see `profile:` of the target") from None
    except InvalidKeyFilePath:
        raise failure("MF711", f"profile '{name}' of {location} names a key_file that does not exist") from None
    except configparser.Error as error:
        raise _malformed(error, location) from None
    except UnicodeDecodeError:
        raise failure("MF711", f"{location} is no text in UTF-8") from None
    except ValueError as error:
        raise failure("MF711", f"profile '{name}' of {location} cannot be used: {error}") from None


def _malformed(problem: configparser.Error, location: str) -> CompilerError:
    """MF711 with the number of the line and none of its text, which may hold a pass phrase: the parser quotes it."""
    lines = [number for number, _ in getattr(problem, "errors", ())] or [getattr(problem, "lineno", None) or 0]
    what = {
        "MissingSectionHeaderError": "a line stands before the first [profile]",
        "DuplicateSectionError": "a profile is there for the second time",
        "DuplicateOptionError": "a field of a profile is there for the second time",
    }.get(type(problem).__name__, "a line is neither [profile] nor field=value")
    where = SourceRange(location, lines[0], 1)
    return failure("MF711", f"the OCI configuration file cannot be read: {what}", where=where)


def well_formed(config: Mapping[str, Any], where: str) -> None:
    """Raises MF711 where a field is not of the form that the SDK asks for (`oci.config.PATTERNS`)."""
    from oci.config import PATTERNS

    wrong = [name for name, pattern in PATTERNS.items() if name in config and not pattern.match(config[name])]
    if wrong:
        said = " and ".join(f"'{name}' in {where} is no {'OCID' if name in _OCIDS else name}" for name in wrong)
        raise failure("MF711", said, hint="run `oci setup config`, or copy it from the console: Profile, API keys")
