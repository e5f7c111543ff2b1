"""What an XGBoost model says of itself, in JSON or UBJSON; the trees are stepped over.

Source of the layout: XGBoost docs, "Introduction to Model IO", and files of releases 1.6 to 3.2. XGBoost writes keys
sorted and without blanks, so that in `learner` everything of interest stands before and after `gradient_booster`.
"""

from __future__ import annotations

import json
import re

from compiler.ir import Json
from compiler.readers.containers.bounded_json import parse_mapping
from compiler.readers.containers.mapped import BadContentError
from compiler.readers.xgboost.binary import is_xgboost_binary, read_binary
from compiler.readers.xgboost.ubj import read_ubj

MAX_WHOLE = 4 << 20
"""JSON up to this size is parsed as it is, which takes up to thirty times as much memory."""
FIRST, HEAD = 1 << 17, 16 << 20
TAIL, NEAR = 1 << 20, 1 << 16


def read_xgboost(data: bytes | bytearray | memoryview) -> dict[str, Json]:
    """The model's JSON tree without its trees: `learner` and `version`, or `Config` and `Model` of a pickled booster.

    `learner.gradient_booster` always has `name`, and where it is a tree booster `num_trees` and `num_parallel_tree`;
    `learner.cats` is the table of categories that XGBoost records since 3.1. Raises `BadContentError`.
    """
    view = memoryview(data)
    if is_xgboost_binary(bytes(view[:256])):
        return read_binary(bytes(view[:256]))
    start = bytes(view[:64]).lstrip()
    if start[:1] != b"{":
        raise BadContentError("it is neither JSON, UBJSON nor the binary format of old releases")
    if re.match(rb'\{\s*["}]', start):
        return _learner(_from_json(view))
    return _learner(read_ubj(view))


def _learner(found: dict[str, Json]) -> dict[str, Json]:
    model = found.get("Model", found)
    learner = model.get("learner") if isinstance(model, dict) else None
    if not isinstance(learner, dict) or not isinstance(learner.get("learner_model_param"), dict):
        raise BadContentError("it has no complete 'learner'")
    _check_names(learner)
    outer = learner.get("gradient_booster")
    outer = outer if isinstance(outer, dict) else {}
    trees = _trees(outer)
    counts = trees.get("gbtree_model_param")
    learner["cats"] = trees.get("cats")
    learner["gradient_booster"] = {"name": outer.get("name"), **(counts if isinstance(counts, dict) else {})}
    return found


def _check_names(learner: dict[str, Json]) -> None:
    """Raises `BadContentError` for names that are not as many as the features that the model says it has."""
    parameters, names = learner["learner_model_param"], learner.get("feature_names")
    count = parameters.get("num_feature") if isinstance(parameters, dict) else None
    if isinstance(names, list) and names and isinstance(count, str) and count != str(len(names)):
        raise BadContentError(f"it has {len(names):,} feature names for {count:.20} features")


def _trees(outer: dict[str, Json]) -> dict[str, Json]:
    """What a tree booster holds beside its name; a dart booster holds a gbtree that has it."""
    inner = outer.get("gbtree", outer)
    model = inner.get("model") if isinstance(inner, dict) else None
    return model if isinstance(model, dict) else {}


def _from_json(view: memoryview) -> dict[str, Json]:
    try:
        if len(view) <= MAX_WHOLE:
            return parse_mapping(view)
        tail = _text(view[-TAIL:])
        try:
            return _from_ends(_text(view[:FIRST]), tail)
        except ValueError:  # thousands of feature names or categories
            return _from_ends(_text(view[:HEAD]), tail)
    except (ValueError, RecursionError) as error:
        raise BadContentError(f"it is no JSON of XGBoost's ({error})") from error


def _text(view: memoryview) -> str:
    return str(view, "utf-8", "replace")


def _from_ends(head: str, tail: str) -> dict[str, Json]:
    learner, at = _before_booster(head)
    end = tail.rfind('"learner_model_param"')
    if end < 0:
        raise ValueError("no learner_model_param at the end")
    closing = json.loads('{"learner":{' + tail[end:])
    names = re.findall(r'"name"\s*:\s*"(\w+)"', tail[max(0, end - 65536) : end])
    counts = re.compile(r'"gbtree_model_param"\s*:\s*(\{[^{}]*\})').search(head, at)
    model: dict[str, Json] = {"gbtree_model_param": json.loads(counts[1])} if counts else {}
    categories = re.compile(r'"cats"\s*:\s*').search(head, at, counts.start() if counts else at + NEAR)
    if categories:
        model["cats"] = json.JSONDecoder().raw_decode(head, categories.end())[0]
    learner |= closing["learner"]
    learner["gradient_booster"] = {"name": names[-1] if names else None, "model": model}
    return {**closing, "learner": learner}


def _before_booster(head: str) -> tuple[dict[str, Json], int]:
    """The members of `learner` before `gradient_booster`, and where that begins."""
    opening = re.match(r'\s*\{\s*"learner"\s*:\s*\{\s*', head)
    if opening is None:
        raise ValueError("its keys are not in XGBoost's order")
    found: dict[str, Json] = {}
    decoder, at = json.JSONDecoder(), opening.end()
    while not head.startswith('"gradient_booster"', at):
        key, at = decoder.raw_decode(head, at)
        at = _past(head, at, ":")
        found[key], at = decoder.raw_decode(head, at)
        at = _past(head, at, ",")
    return found, at


def _past(text: str, at: int, sign: str) -> int:
    matched = re.compile(rf"\s*{sign}\s*").match(text, at)
    if matched is None:
        raise ValueError(f"no '{sign}' at character {at}")
    return matched.end()
