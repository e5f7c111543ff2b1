"""XGBoost's UBJSON: small files whole, large ones from their ends, so that hundreds of thousands of trees cost nothing.

Keys are sorted, as in XGBoost's JSON: what is of interest stands before and after `gradient_booster`.
"""

from __future__ import annotations

import re
import struct

from compiler.ir import Json
from compiler.readers.containers.mapped import BadContentError
from compiler.readers.containers.ubj import UbjReader

TREES = frozenset(("trees", "tree_info", "iteration_indptr", "weights", "weight_drop"))
MAX_WALKED = 8 << 20
FIRST, HEAD, TAIL, NEAR = 1 << 17, 16 << 20, 1 << 20, 1 << 16
NAME = re.compile(rb"\x04nameSL.{8}(gbtree|gblinear|dart)", re.DOTALL)


def read_ubj(view: memoryview) -> dict[str, Json]:
    """The document without its trees; raises `BadContentError`."""
    if len(view) > MAX_WALKED and bytes(view[:17]) == b"{" + _key("learner"):
        return _from_ends(view)
    found = UbjReader(view, TREES).read()
    if not isinstance(found, dict):
        raise BadContentError("it is no mapping")
    return found


def _from_ends(view: memoryview) -> dict[str, Json]:
    head, tail = bytes(view[:FIRST]), bytes(view[-TAIL:])
    if _key("gbtree_model_param") not in head:  # thousands of feature names or categories
        head = bytes(view[:HEAD])
    begin, end = head.find(_key("gradient_booster")), tail.rfind(_key("learner_model_param"))
    if begin < 0 or end < 0:
        raise BadContentError("it has no complete 'learner'")
    before = _object(head[:begin] + b"}}")
    after = _object(b"{" + _key("learner") + b"{" + tail[end:])
    learner: dict[str, Json] = {**_mapping(before.get("learner")), **_mapping(after.get("learner"))}
    names = NAME.findall(tail[max(0, end - NEAR) : end])
    counts = head.find(_key("gbtree_model_param"), begin)
    model: dict[str, Json] = {"gbtree_model_param": _counts(head, counts)} if counts >= 0 else {}
    categories = head.find(_key("cats"), begin, begin + NEAR)
    if 0 <= categories < counts:
        model["cats"] = _object(head[categories + len(_key("cats")) : counts])
    learner["gradient_booster"] = {"name": names[-1].decode() if names else None, "model": model}
    return {**after, "learner": learner}


def _counts(head: bytes, at: int) -> Json:
    """The flat object after a key: it ends with its first closing brace."""
    start = at + len(_key("gbtree_model_param"))
    return _object(head[start : head.find(b"}", start) + 1])


def _object(data: bytes) -> dict[str, Json]:
    return _mapping(UbjReader(memoryview(data), TREES).read())


def _mapping(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _key(name: str) -> bytes:
    return b"L" + struct.pack(">q", len(name)) + name.encode()
