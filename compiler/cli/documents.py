"""The documents of `--json` and their JSON Schemas: each command names its own."""

from __future__ import annotations

from importlib import import_module

from compiler.cli import commands

ENDING = ".v1.schema.json"


def documents() -> dict[str, type]:
    """What is printed on standard output, by command; a verb of a command as `command-verb`."""
    from compiler.render.documents.problems import ProblemsDocument

    found: dict[str, type] = {}
    for name in commands.NAMES:
        document = commands.load(name).DOCUMENT
        named = {name: document} if isinstance(document, str) else (document or {})
        found |= {key: _type(place) for key, place in named.items()}
    return {**found, "problems": ProblemsDocument}


def schema_files() -> dict[str, str]:
    """The text of every schema file by its name: the manifest's, what `--json` prints, and what is written."""
    from compiler.render.documents import FILES
    from compiler.schema.documents import document_schema
    from compiler.schema.generate import generate

    output = {f"{name}.output{ENDING}": document_schema(document) for name, document in documents().items()}
    written = {f"{name}{ENDING}": document_schema(document) for name, document in FILES.items()}
    return {**generate(), **written, **output}


def _type(place: str) -> type:
    module, _, name = place.partition(":")
    found: type = getattr(import_module(f"compiler.render.documents.{module}"), name)
    return found
