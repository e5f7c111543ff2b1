"""The provenance of a model: where its training code comes from."""

from __future__ import annotations

from compiler.localcloud.http import errors
from compiler.localcloud.http.calls import Access, Call, Route
from compiler.localcloud.http.messages import Response
from compiler.localcloud.http.resources import answer
from compiler.localcloud.http.validation import changed, require_type
from compiler.localcloud.store.records import JsonObject, Record, find, insert, save

FIELDS = ("repositoryUrl", "gitBranch", "gitCommit", "scriptDir", "trainingScript", "trainingId")


def create_provenance(call: Call) -> Response:
    """A model has one provenance; making a second one is a conflict."""
    model = call.find_live("model", call.path["modelId"])
    if find(call.tx, "provenance", _identifier(model.id)) is not None:
        raise errors.conflict(f"The model {model.id} has its provenance already")
    body = changed(_checked(call), FIELDS)
    return answer(insert(call.tx, Record(_identifier(model.id), "provenance", model.compartment, body)))


def get_provenance(call: Call) -> Response:
    """404 until it was created."""
    call.find_live("model", call.path["modelId"])
    return answer(call.find("provenance", _identifier(call.path["modelId"])))


def update_provenance(call: Call) -> Response:
    """Change the fields given."""
    call.find_live("model", call.path["modelId"])
    record = call.find_to_change("provenance", _identifier(call.path["modelId"]))
    return answer(save(call.tx, record.with_body(**changed(_checked(call), FIELDS))))


def _checked(call: Call) -> JsonObject:
    body = call.json()
    require_type(body, str, *FIELDS)
    return body


def _identifier(model: str) -> str:
    return f"{model}/provenance"


ROUTES = (
    Route("POST", "/20190101/models/{modelId}/provenance", create_provenance, Access.WRITE, retry_token=True),
    Route("GET", "/20190101/models/{modelId}/provenance", get_provenance),
    Route("PUT", "/20190101/models/{modelId}/provenance", update_provenance, Access.WRITE),
)
