"""Words that people bring along from other tools, and words that are never proposed."""

from __future__ import annotations

_APPLY = "`manifact apply` saves a model to the catalog and deploys it"
_DESTROY = "`manifact destroy` deletes everything that was made for a model; it asks first"
_LIST = "`manifact list` shows what is in the target"

FAMILIAR = {
    "deploy": _APPLY,
    "save": _APPLY,
    "up": _APPLY,
    "build": "`manifact compile` builds the artifact",
    "run": "`manifact serve` runs a model on this machine; `manifact apply` deploys it",
    "delete": _DESTROY,
    "remove": _DESTROY,
    "rm": _DESTROY,
    "down": _DESTROY,
    "diff": "`manifact plan` shows what an apply would change",
    "push": f"{_APPLY}; `manifact export` uploads an artifact to a bucket",
    "upload": f"{_APPLY}; `manifact export` uploads an artifact to a bucket",
    "download": "`manifact pull` brings an artifact back from the catalog",
    "ls": _LIST,
    "ps": _LIST,
    "test": "`manifact verify` runs a model here and compares its answers; `manifact predict` asks the deployed one",
    "rollback": "check out the former manifest and model, then `manifact apply`; after a failed smoke test it happens "
    "by itself",
}
"""What does what such a word asks for, as a statement."""

DESTRUCTIVE = frozenset({"destroy", "reset", "prune", "yes", "y", "force", "overwrite"})
"""Commands, verbs and options (without their dashes) that delete, replace, or answer a question beforehand."""
