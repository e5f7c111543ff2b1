"""What a model refuses its schema can explain, and what a model takes its schema takes: `null` apart."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from compiler.schema import MODEL, PROJECT, check, shipped
from compiler.source import SourceDocument
from compiler.spec.project import Project
from compiler.spec.v1 import Manifest

TEXTS = (
    *(
        "",
        "a",
        "wine",
        "Wine",
        "wine\n",
        " wine",
        "wé",
        "x" * 64,
        "x" * 256,
        "a.b",
        "a/b",
        "/a",
        "../a",
        "a\\b",
        "${var.A}",
    ),
    *(
        "ocid1.datasciencemodel.oc1..a",
        "ocid1.x",
        "oci://b@n/a",
        "oci://b@n",
        "https://a.example/b",
        "http://a",
        "0" * 64,
    ),
    *("eu-frankfurt-1", "VM.Standard.E4.Flex", "3.11", "24h", "5%", "30s", "a=b", "manifact/v1", "Model", "Project"),
)
SCALARS = st.sampled_from([*TEXTS, 0, 1, 2, -1, 1.0, 2.5, 1e9, 10**6, float("nan"), float("inf"), True, False])
ODD = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.sampled_from(TEXTS), SCALARS, max_size=2)


def documents(schema: dict[str, Any], root: dict[str, Any], depth: int = 0) -> st.SearchStrategy[Any]:
    """Documents along a schema: most of their values of the right kind, some of another."""
    fitting = _fitting(schema, root, depth)
    return st.integers(0, 19).flatmap(lambda dice: ODD if depth and not dice else fitting)


def _fitting(schema: dict[str, Any], root: dict[str, Any], depth: int) -> st.SearchStrategy[Any]:
    if "$ref" in schema:
        return documents(root["$defs"][schema["$ref"].rpartition("/")[2]], root, depth)
    if "anyOf" in schema:
        return st.one_of(*(documents(branch, root, depth) for branch in schema["anyOf"]))
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum") or [schema["const"]])
    return _of_type(schema, root, depth)


def _mappings(schema: dict[str, Any], root: dict[str, Any], depth: int) -> st.SearchStrategy[Any]:
    if "properties" not in schema:
        inner = schema.get("additionalProperties")
        values = documents(inner, root, depth + 1) if isinstance(inner, dict) else ODD
        names = schema.get("propertyNames", {}).get("pattern")
        return st.dictionaries(st.from_regex(names) if names else st.sampled_from(TEXTS), values, max_size=2)
    fields = {name: documents(inner, root, depth + 1) for name, inner in schema["properties"].items()}
    required = {name: fields[name] for name in schema.get("required", ())}
    optional = {name: inner for name, inner in fields.items() if name not in required}
    picked = st.lists(st.sampled_from(sorted(optional)), max_size=3, unique=True) if optional else st.just([])
    return picked.flatmap(lambda names: st.fixed_dictionaries(required | {name: optional[name] for name in names}))


def _of_type(schema: dict[str, Any], root: dict[str, Any], depth: int) -> st.SearchStrategy[Any]:
    match schema.get("type"):
        case "object" if depth < 6:
            return _mappings(schema, root, depth)
        case "array" if depth < 6:
            return st.lists(documents(schema.get("items", {}), root, depth + 1), max_size=2)
        case "integer":
            return st.integers(-1, 200)
        case "number":
            return st.floats(-1, 100)
        case "boolean":
            return st.booleans()
    return st.from_regex(schema["pattern"]) if "pattern" in schema else st.sampled_from(TEXTS)


@pytest.mark.parametrize("command", ["validate", "compile"])
def test_a_line_feed_at_the_end_of_a_name_is_told_on_one_line(wine, manifact, command):
    text = (wine / "model.yaml").read_text()
    (wine / "model.yaml").write_text(text.replace("name: wine-cultivar", "name: |\n    wine-cultivar"))
    done = manifact(command)
    assert (done.code, "error[MF105]: 'metadata.name' is 'wine-cultivar\\n', expected lower-case" in done.err) == (
        1,
        True,
    )


def _takes(model: type[BaseModel], data: Any) -> bool:
    try:
        model.model_validate(data)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(("model", "name"), [(Manifest, MODEL), (Project, PROJECT)], ids=["manifest", "project"])
def test_a_model_takes_just_what_its_schema_takes(model, name):
    schema = shipped(name)

    @settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(documents(schema, schema))
    def holds(data):
        assert _takes(model, data) == (not check(SourceDocument("model.yaml", "", data, None), name))

    holds()
