"""The opening of XGBoost's own binary format, which releases up to 3.0 load and which 0.x pickles hold.

Layout seen in files of 0.90, 1.4 and 1.6: `binf` (since 1.0), a parameter block of 136 bytes, then the names of the
objective and the booster, each after its length in 8 bytes. The release is recorded since 1.0.
"""

from __future__ import annotations

import re
import struct

from compiler.ir import Json

_MAGIC = b"binf"
_PARAMETERS = struct.Struct("<fIiiiIII")
_BLOCK = 136
_NAMES = re.compile(rb"[\x01-\x40]\0{7}([a-z]+(?::[a-z]+)*|[a-z_]+)[\x01-\x10]\0{7}(gbtree|gblinear|dart)", re.DOTALL)


def is_xgboost_binary(head: bytes) -> bool:
    """Whether a file that begins so (256 bytes are enough) is XGBoost's binary format."""
    return _names(head) is not None


def read_binary(head: bytes) -> dict[str, Json]:
    """What the opening tells, in the shape of the JSON format. The caller has asked `is_xgboost_binary`."""
    names = _names(head)
    assert names is not None
    start = len(_MAGIC) if head.startswith(_MAGIC) else 0
    score, features, classes, _, _, major, minor, targets = _PARAMETERS.unpack_from(head, start)
    parameters: dict[str, Json] = {
        "base_score": str(score), "num_class": str(classes), "num_feature": str(features), "num_target": str(targets)
    }  # fmt: skip
    return {
        "learner": {
            "attributes": {},
            "gradient_booster": {"name": names[2].decode()},
            "learner_model_param": parameters,
            "objective": {"name": names[1].decode()},
        },
        "version": [major, minor] if major else None,
    }


def _names(head: bytes) -> re.Match[bytes] | None:
    start = len(_MAGIC) if head.startswith(_MAGIC) else 0
    return _NAMES.match(head, start + _BLOCK)
