"""The console: what people see of the store, and that a hostile model cannot put anything else on its pages."""

from __future__ import annotations

import html.parser
import json
import threading
import urllib.error
import urllib.parse
import urllib.request

import pytest
from oci.data_science import models

from compiler.localcloud.console.pages import application
from compiler.localcloud.server import LocalServer
from testing.waiting import LONG

SCORE = {
    "score.py": "def load_model(): return 2\ndef predict(d, model=load_model()): return {'prediction': len(d['data'])}"
}
SCHEMA = json.dumps(
    {
        "schema": [
            {
                "name": "alcohol",
                "dtype": "float64",
                "feature_type": "Continuous",
                "required": True,
                "description": "percent <b>by</b> volume",
                "domain": {
                    "values": "Continuous",
                    "stats": {"mean": 13.5, "sample minimum": 11, "median": 13, "sample maximum": 15},
                },
            },
            {"name": "colour", "dtype": "object", "domain": {"values": ["red", "white"], "stats": "none"}},
        ]
    }
)


@pytest.fixture
def cloud(served):
    return served.cloud


@pytest.fixture
def site(served):
    with LocalServer(served.cloud, application(served.cloud), 0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server.url
        server.shutdown()
        thread.join()


@pytest.fixture
def page(site):
    """Fetches a page; answers status and text."""

    def fetch(path: str, data: bytes | None = None, **headers: str) -> tuple[int, str]:
        request = urllib.request.Request(site + path, data, headers)
        try:
            with urllib.request.urlopen(request, timeout=LONG) as response:
                assert "default-src 'none'" in response.headers["content-security-policy"]
                return response.status, response.read().decode()
        except urllib.error.HTTPError as problem:
            with problem:
                return problem.code, problem.read().decode()

    return fetch


class Outline(html.parser.HTMLParser):
    """Which tags a page has, and whether they fit into each other."""

    VOID = ("meta", "br", "link", "input")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag) -> None:
        assert self._open.pop() == tag


def test_an_empty_store_has_a_page(page) -> None:
    status, text = page("/")
    assert (status, "The catalog is empty." in text, "Nothing is deployed." in text) == (200, True, True)


def test_a_model_with_everything(page, new_model, science) -> None:
    tests = json.dumps({"score_py": {"score_syntax": {"value": "Passed"}}})
    model = new_model(
        SCORE,
        display_name="<script>alert(1)</script>",
        input_schema=SCHEMA,
        output_schema="no json",
        freeform_tags={"manifact-artifact": "sha256:abc"},
        defined_metadata_list=[models.Metadata(key="ArtifactTestResults", value=tests)],
        custom_metadata_list=[models.Metadata(key="Note", value="<img src=x>")],
    )
    science.create_model_provenance(model.id, models.CreateModelProvenanceDetails(git_branch="main"))
    status, text = page(f"/console/models/{model.id}")
    assert status == 200
    tags = [tag for tag, _ in Outline(text).tags]
    assert not {"img", "b", "iframe"} & set(tags)
    assert tags.count("script") == 1, "the one of the console"
    for expected in ("sha256:abc", "score_syntax", "Passed", "gitBranch", "score.py", "13.5", "&lt;b&gt;by&lt;/b&gt;"):
        assert expected in text
    assert page("/console")[1].count("&lt;script&gt;") == 2  # the link, and what search looks at


def test_predict_from_the_form(page, new_model, science, deployment_details, settled) -> None:
    model = new_model(SCORE, input_schema=SCHEMA)
    created = science.create_model_deployment(deployment_details(model.id, display_name="wine")).data
    assert 'http-equiv="refresh"' in page(f"/console/deployments/{created.id}")[1] or settled(created.id, "ACTIVE")
    settled(created.id, "ACTIVE")
    status, text = page(f"/console/deployments/{created.id}")
    outline = Outline(text)
    assert (status, "ACTIVE" in text, "MODEL_DEPLOYMENT_CREATE" in text) == (200, True, True)
    labels = {attributes.get("for") for tag, attributes in outline.tags if tag == "label"}
    assert {attributes["id"] for tag, attributes in outline.tags if tag == "textarea"} <= labels
    assert "&#34;alcohol&#34;: 13.5" in text, text
    assert "&#34;colour&#34;: &#34;red&#34;" in text
    form = urllib.parse.urlencode({"body": '{"data": [1, 2, 3]}'}).encode()
    status, text = page(f"/console/deployments/{created.id}", form)
    assert (status, "Answer 200" in text, "&#34;prediction&#34;: 3" in text) == (200, True, True)
    assert page(f"/console/deployments/{created.id}", form, Origin="http://evil.example")[0] == 403
    wrong = page(f"/console/deployments/{created.id}", urllib.parse.urlencode({"body": "{"}).encode())[1]
    assert "Answer 400" in wrong
    science.delete_model_deployment(created.id)
    settled(created.id, "DELETED")
    assert "Answer 404" in page(f"/console/deployments/{created.id}", form)[1]


def test_pages_that_are_not_there(page) -> None:
    assert page("/console/models/ocid1.unknown")[0] == 404
    assert page("/console/other")[0] == 404
