"""What a page is made from: the style sheet, scripts by their digest, templates."""

from __future__ import annotations

import base64
import functools
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup


@functools.cache
def style_text() -> str:
    """The style sheet."""
    return (Path(__file__).parent / "style.css").read_text(encoding="utf-8")


def style() -> Markup:
    """The style sheet, to stand in a `style` element of a template."""
    from markupsafe import Markup

    return Markup(style_text())  # noqa: S704 - a file of this package


@functools.cache
def trusted(path: Path) -> Markup:
    """A file of ours that goes onto a page as it is."""
    from markupsafe import Markup

    return Markup(path.read_text(encoding="utf-8"))  # noqa: S704 - a file of this package


def csp_source(text: str) -> str:
    """What allows exactly this inline style or script in a Content-Security-Policy."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@functools.cache
def template(path: Path, *, strict: bool = True) -> Template:
    """A template with escaping on; it may extend others of its folder.

    `strict` refuses names without a value; a page over records of any form shows nothing for them.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, Undefined

    loader = FileSystemLoader(path.parent)
    environment = Environment(
        loader=loader,
        undefined=StrictUndefined if strict else Undefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(path.name)
