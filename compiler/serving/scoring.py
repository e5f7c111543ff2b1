"""score.py in a worker: load it, and answer one request body with it."""

from __future__ import annotations

import importlib.util
import inspect
import json
import logging
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TRACEBACK_LINES = 12

logger = logging.getLogger("predict")


class ScoreError(Exception):
    """score.py does not keep OCI's contract; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request gets: HTTP status, content type and body."""

    status: int
    body: bytes
    content_type: bytes = b"application/json"
    headers: tuple[tuple[bytes, bytes], ...] = ()
    """More headers of the response."""


class Score:
    """A loaded score.py: `predict(data)` with its model, as OCI's own server calls it."""

    def __init__(self, folder: Path) -> None:
        module = _import(folder / "score.py")
        predict, load_model = getattr(module, "predict", None), getattr(module, "load_model", None)
        if not callable(predict) or not callable(load_model):
            raise ScoreError("score.py must define load_model() and predict(data, model)")
        self._module = module
        self._predict = _with_model(predict, load_model)

    def attribute(self, name: str) -> Any:
        """A function or constant of score.py; None where it has none of that name."""
        return getattr(self._module, name, None)

    def predict(self, data: Any) -> Any:
        """What score.py answers to a parsed request. Raises whatever score.py raises."""
        return self._predict(data)

    def answer(self, body: bytes, content_type: str) -> Answer:
        """Predict. A ValueError or TypeError of score.py is the request's fault (400), any other is ours (500)."""
        try:
            data = _parse(body, content_type)
        except (ValueError, RecursionError) as problem:
            return error(400, "InvalidParameter", f"The body is not valid JSON: {problem}")
        try:
            return _encode(self._predict(data))
        except (ValueError, TypeError) as problem:
            logger.warning("refused a request: %s", explained(problem))
            return error(400, "InvalidParameter", str(problem) or type(problem).__name__)
        except BaseException as problem:  # SystemExit and KeyboardInterrupt too: the worker lives on
            logger.exception("predict failed")
            return error(500, "InternalServerError", explained(problem))


def error(status: int, code: str, message: str) -> Answer:
    """An error as OCI words it."""
    return Answer(status, json.dumps({"code": code, "message": message}).encode())


def explained(problem: BaseException) -> str:
    """The kind of an exception and what it says, as far as it can say it: its `__str__` is user code as well."""
    try:
        return f"{type(problem).__name__}: {problem}"
    except Exception:
        return type(problem).__name__


def last_lines(problem: BaseException) -> list[str]:
    """The end of the traceback, as it goes into the work request's errors."""
    text = "".join(traceback.format_exception(problem))
    return text.rstrip().splitlines()[-TRACEBACK_LINES:]


def _import(path: Path) -> Any:
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location("score", path)
    if spec is None or spec.loader is None:
        raise ScoreError("score.py cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules["score"] = module
    spec.loader.exec_module(module)
    return module


def _with_model(predict: Callable[..., Any], load_model: Callable[[], Any]) -> Callable[[Any], Any]:
    """`predict` given its model, unless a default argument has loaded it already (`model=load_model()`)."""
    parameters = list(inspect.signature(predict).parameters.values())
    if not parameters:
        raise ScoreError("predict in score.py takes no data")
    if len(parameters) > 1 and parameters[1].default not in (inspect.Parameter.empty, None):
        return predict
    model = load_model()
    if len(parameters) == 1:
        return predict
    name = parameters[1].name
    return lambda data: predict(data, **{name: model})


def _parse(body: bytes, content_type: str) -> Any:
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/octet-stream":
        return body
    if kind.startswith("text/") and kind != "text/json":
        return body.decode("utf-8")
    return json.loads(body)


def _encode(result: Any) -> Answer:
    if isinstance(result, bytes):
        return Answer(200, result, b"application/octet-stream")
    try:
        return Answer(200, json.dumps(result, default=plain_value, allow_nan=False).encode())
    except (TypeError, ValueError, RecursionError) as problem:
        raise ScoreError(f"score.py's answer cannot be written as JSON: {problem}") from problem


def plain_value(value: Any) -> Any:
    """Arrays and scalars of numpy and its kin as plain values."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"a {type(value).__name__} is no JSON value")
