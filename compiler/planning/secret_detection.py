"""Which environment variables hold something that must not be seen: judged by name and value, where nobody says so.

OCI shows the environment variables of a deployment to everyone who may read it, in plain text, so that this is about
our output, files and logs only. It is better to hide a harmless value than to show a password.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

HIDDEN = "(hidden)"
_NAMES = re.compile(
    r"(PASS(WORD|WD|PHRASE)?|SECRET|TOKEN|CREDENTIALS?|API_?KEYS?|ACCESS_?KEYS?|PRIVATE_?KEYS?|KEYS?|AUTH|AUTHORIZATION|"
    r"BEARER|COOKIE|SIGNATURE|SALT|PWD|DSN|CONN(ECTION)?_?STR(ING)?|WEBHOOK)"
)
_VALUES = (
    re.compile(r"://[^/@\s]*:[^/@\s]*@"),  # user:password in an address
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"),
    re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"),  # a JSON web token
    re.compile(r"\b(ghp|gho|ghs|glpat|sk|xox[abp]|AKIA|hf)[_-]?[A-Za-z0-9_-]{16,}"),
    re.compile(r"(?i)\b(password|pwd|secret|token|sig|signature)=[^&;\s]+"),
)


def looks_secret(name: str, value: str) -> bool:
    """Whether an environment variable is to be taken for a secret."""
    if value.strip().lower() in ("", "true", "false", "0", "1"):
        return False
    words = re.split(r"[^A-Za-z0-9]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).upper())
    named = any(_NAMES.fullmatch("_".join(words[a:b])) for a in range(len(words)) for b in (a + 1, a + 2))
    return named or any(pattern.search(value) for pattern in _VALUES)


def redacted(variables: Mapping[str, str], sensitive: Collection[str] | None) -> dict[str, str]:
    """The variables as they may be shown; `sensitive` are those a manifest names so, None stands for "not known"."""
    return {
        name: HIDDEN if sensitive is None or name in sensitive or looks_secret(name, value) else value
        for name, value in variables.items()
    }
