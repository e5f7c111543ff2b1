"""Predict: ask a deployed model."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compiler.diagnostics import failure
from compiler.engine.checkout import Checkout
from compiler.engine.payload import is_table, payload_from_file, payload_from_text
from compiler.engine.reference import model_reference
from compiler.engine.result import Result
from compiler.engine.session import TargetRequest, open_session
from compiler.engine.target.deployed import deployment_of
from compiler.engine.target.known_form import known_form
from compiler.events import Listener, ignore
from compiler.render.lines import Line

if TYPE_CHECKING:
    from compiler.render.documents.targets import PredictDocument


_BY_COLUMN = "where its score.py is one of Oracle ADS, it may take the table with --by-column"


@dataclass(frozen=True, slots=True)
class Data:
    """What is to be sent: a file, JSON text, or a value that JSON can hold."""

    file: str | None = None
    """csv, json, jsonl, npy, npz or parquet."""
    text: str | None = None
    """JSON, from standard input or the command line."""
    value: Any = None
    rows: int | None = None
    """Only the first rows of a table."""
    by_column: bool = False
    """Send a table as {column: values}. Without it the form is what verification found, else rows."""


@dataclass(frozen=True, slots=True)
class PredictRequest:
    """Whom to ask, and what."""

    model: str
    """Name of the model, its manifest file, or the folder with its `model.yaml`."""
    data: Data
    target: TargetRequest = field(default_factory=TargetRequest)


@dataclass(frozen=True, slots=True)
class PredictResult(Result):
    """What a deployment answered."""

    deployment: str
    """Its OCID."""
    text: str
    """The body of the answer."""

    @property
    def answer(self) -> Any:
        """The answer; as text where it is no JSON, as a custom container may answer."""
        try:
            return json.loads(self.text)
        except ValueError:
            return self.text

    def lines(self, width: int | None = None) -> list[Line]:  # noqa: ARG002 - an answer is not cut
        """The answer as it came."""
        return [Line(self.text.rstrip("\n"))]

    def to_json(self) -> PredictDocument:
        """What `predict --json` prints."""
        return {"formatVersion": 1, "deployment": self.deployment, "answer": self.answer}


def predict(checkout: Checkout, request: PredictRequest, listener: Listener = ignore) -> PredictResult:
    """Send data to the deployment of a model.

    Raises `CompilerError` MF744 when the endpoint answers anything but 200, MF001 and MF303 for data that cannot be
    read, MF743 where nothing is deployed.
    """
    from compiler.cloud.datascience import invoke
    from compiler.passes.samples.request_forms import in_form

    model = model_reference(checkout, request.model)
    payload = _payload(checkout, request.data)
    with open_session(checkout, request.target, listener, model.start) as session:
        deployment = deployment_of(session, model)
        form = known_form(session, deployment) if _in_rows(request.data) else ""
        answer = invoke.predict(session.connection, deployment, in_form(payload, form))
    text = answer.body.decode("utf-8", "replace")
    if answer.status != 200:
        hint = _BY_COLUMN if _in_rows(request.data) and not form else None
        raise failure("MF744", f"the endpoint answered {answer.status}: {_message(text)}", hint=hint)
    return PredictResult(deployment, text)


def _in_rows(data: Data) -> bool:
    """Whether a table is sent row by row, because nobody said otherwise."""
    return data.file is not None and is_table(data.file, data.rows) and not data.by_column


def _payload(checkout: Checkout, data: Data) -> Any:
    if data.text is not None:
        return payload_from_text(data.text, "the data")
    if data.file is None:
        return data.value
    return payload_from_file(checkout.path(Path(data.file)), data.rows, by_column=data.by_column, named=data.file)


def _message(text: str) -> str:
    try:
        return str(json.loads(text)["message"])
    except (ValueError, KeyError, TypeError):
        return text[:500]
