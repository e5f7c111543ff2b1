"""`/openapi.json`: what the endpoint takes and answers, from the schemas of the artifact."""

from __future__ import annotations

import json
from typing import Any

from compiler.serving.openapi.fields import JsonObject, example_row, fields_of, row_schema

_ERROR = {
    "type": "object",
    "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
    "required": ["code", "message"],
}
_REFUSALS = {
    "400": "The request does not fit the schema; the message names the field",
    "411": "Content-Length is missing",
    "413": "The body is larger than 10 MiB",
    "500": "The model failed",
    "504": "The model took too long",
}


def openapi(title: str, inputs: bytes | None, outputs: bytes | None, example: str | None) -> JsonObject:
    """An OpenAPI 3.1 document from the texts of both schemas; `example` is a request as JSON text."""
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1", "description": "A model served by Manifact as OCI Data Science does."},
        "servers": [{"url": "."}],
        "paths": {"/predict": {"post": _predict(inputs, outputs, example)}, "/health": {"get": _health()}},
        "components": {"schemas": {"Error": _ERROR, "Row": row_schema(fields_of(inputs))}},
    }


def example_request(inputs: bytes | None, example: str | None) -> Any:
    """The request that was seen to work, else one of the right types; None where nothing is known."""
    if example is not None:
        return json.loads(example)
    fields = fields_of(inputs)
    return {"data": [example_row(fields)]} if fields else None


def _predict(inputs: bytes | None, outputs: bytes | None, example: str | None) -> JsonObject:
    rows = {"type": "array", "items": {"$ref": "#/components/schemas/Row"}}
    wrapped = {"type": "object", "properties": {"data": {}}, "required": ["data"]}
    known = example_request(inputs, example)
    content: JsonObject = {"schema": {"anyOf": [rows, {**wrapped, "properties": {"data": rows}}, {}]}}
    refusals = {status: _answer(text, {"$ref": "#/components/schemas/Error"}) for status, text in _REFUSALS.items()}
    return {
        "summary": "Predict",
        "description": 'Rows as records or lists, or columns as {name: values}; each also inside {"data": …}.',
        "operationId": "predict",
        "requestBody": {
            "required": True,
            "content": {"application/json": {**content, **({} if known is None else {"example": known})}},
        },
        "responses": {"200": _answer("One prediction a row", _prediction(outputs)), **refusals},
    }


def _prediction(outputs: bytes | None) -> JsonObject:
    fields = fields_of(outputs)
    single = row_schema([{**fields[0], "name": 0}]) if len(fields) == 1 else {}
    return {"type": "object", "properties": {"prediction": {"type": "array", "items": single}}}


def _health() -> JsonObject:
    schema = {"type": "object", "properties": {"status": {"type": "string"}}}
    return {"summary": "Health", "operationId": "health", "responses": {"200": _answer("The model is loaded", schema)}}


def _answer(text: str, schema: JsonObject) -> JsonObject:
    return {"description": text, "content": {"application/json": {"schema": schema}}}
