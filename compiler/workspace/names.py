"""Names of manifests."""

from __future__ import annotations

import re


def slug(text: str) -> str:
    """A name that fits a manifest, made from a folder's or a display name: `[a-z0-9-]`, at most 63 characters."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:63] or "model"
