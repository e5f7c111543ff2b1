"""What every part of the manifest shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler
    from pydantic_core import CoreSchema

T = TypeVar("T")


def text(pattern: str, expects: str) -> Any:
    """A field of text that must match `pattern`; `expects` says in words what an error message should say."""
    return Field(pattern=pattern, json_schema_extra={"x-expects": expects})


Items: TypeAlias = Annotated[tuple[T, ...], Field(strict=False)]
"""A list as the manifest writes it, a tuple as we keep it."""

Tags: TypeAlias = dict[Annotated[str, Field(min_length=1, max_length=100)], Annotated[str, Field(max_length=256)]]
"""Free-form tags: key up to 100, value up to 256 characters (OCI docs, tagging limits)."""

DefinedTags: TypeAlias = dict[str, dict[str, Any]]
"""Defined tags: namespace -> key -> value."""

Ocid: TypeAlias = Annotated[
    str,
    text(
        r"^(ocid1\.[a-z0-9]+\..+|\$\{var\.[A-Za-z_][A-Za-z0-9_]*\})$", "an OCID (ocid1.…) or a variable (${var.NAME})"
    ),
]
"""An OCID, or a variable that holds one."""

Region: TypeAlias = Annotated[str, text(r"^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$", "a region, such as eu-frankfurt-1")]
"""A region or its short code. It becomes part of the addresses that requests are sent to."""

ObjectUri: TypeAlias = Annotated[str, text(r"^oci://[^@/]+@[^/]+/.*$", "oci://bucket@namespace/object")]
"""`oci://bucket@namespace/object`"""

DisplayName: TypeAlias = Annotated[str, Field(min_length=1, max_length=255)]
"""1 to 255 characters (OCI docs)."""

Description: TypeAlias = str
"""Beyond 400 characters there is a warning: the console takes no more, the API documents no limit."""


class Node(BaseModel):
    """A mapping of the manifest: strict, frozen, without unknown keys; keys are camelCase on the page."""

    model_config = ConfigDict(
        strict=True,
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        protected_namespaces=(),
        # A part is only ever validated within the whole: built for itself as well it would double the time to start.
        defer_build=True,
    )

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe the fields by their docstrings.

        pydantic's own `use_attribute_docstrings` parses the sources whenever a model is imported, schema or not.
        """
        from compiler.spec.docstrings import field_docstrings

        schema = handler(core_schema)
        properties = handler.resolve_ref_schema(schema).get("properties", {})
        for name, docstring in field_docstrings(cls).items():
            properties[cls.model_fields[name].alias].setdefault("description", docstring)
        return schema
