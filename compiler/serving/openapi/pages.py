"""What an endpoint says of itself: `/openapi.json`, and a page to try it."""

from __future__ import annotations

import html
import json
from pathlib import Path
from string import Template

from compiler.pages.document import csp_source, style_text
from compiler.serving.openapi.document import example_request, openapi
from compiler.serving.openapi.fields import JsonObject, fields_of
from compiler.serving.openapi.pretty import pretty
from compiler.serving.scoring import Answer

_HERE = Path(__file__).parent
_MOST_COLUMNS = 500
_HTML = b"text/html; charset=utf-8"


class Description:
    """The pages of one artifact; its schemas are read once."""

    def __init__(self, folder: Path, name: str) -> None:
        self._inputs, self._outputs = _read(folder / "input_schema.json"), _read(folder / "output_schema.json")
        self._title = "Model deployment" if name.startswith("ocid1.") else name

    def document(self, example: str | None) -> Answer:
        """The OpenAPI document; `example` is a request that is known to work, as JSON text."""
        document = openapi(self._title, self._inputs, self._outputs, example)
        return Answer(200, json.dumps(document, ensure_ascii=False).encode())

    def page(self, example: str | None) -> Answer:
        """The page to try it."""
        request = example_request(self._inputs, example)
        script = (_HERE / "try.js").read_text(encoding="utf-8")
        page = Template((_HERE / "try.html").read_text(encoding="utf-8")).substitute(
            title=html.escape(self._title),
            style=style_text(),
            script=script,
            request=html.escape("" if request is None else pretty(request)),
            inputs=_table("Input columns", fields_of(self._inputs)),
            outputs=_table("Output columns", fields_of(self._outputs)),
        )
        return Answer(200, page.encode(), _HTML, ((b"content-security-policy", _policy(script).encode()),))


def _policy(script: str) -> str:
    return (
        f"default-src 'none'; style-src {csp_source(style_text())}; script-src {csp_source(script)}; img-src data:; "
        "connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
    )


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _table(caption: str, fields: list[JsonObject]) -> str:
    if not fields:
        return f'<p class="note">{caption}: the artifact has no schema.</p>'
    rows = "".join(_row(field) for field in fields[:_MOST_COLUMNS])
    return (
        f'<div class="scroll" role="group" aria-label="{caption}" tabindex="0"><table><caption>{caption}</caption>'
        '<thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">Required</th>'
        f'<th scope="col">Description</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _row(field: JsonObject) -> str:
    name, about = str(field.get("name")), field.get("description")
    cells = (str(field.get("dtype")), "yes" if field.get("required", True) else "no", "" if about == name else about)
    told = "".join(f"<td>{html.escape(str(cell or ''))}</td>" for cell in cells)
    return f'<tr><th scope="row"><code class="keep">{html.escape(name)}</code></th>{told}</tr>'
