"""The report of a turn in Markdown: what is not as the manifests say comes first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compiler.render.documents.reconcile import NameDocument

MOST = 60_000
"""Characters; what is beyond is left out and counted."""


def report_markdown(target: str, revision: str, summary: str, documents: Sequence[NameDocument]) -> str:
    """Summary, a table of everything that is not in sync, and how many are."""
    head = f"### manifact reconcile `{target}`" + (f" at `{revision[:12]}`" if revision else "")
    open_names = [item for item in documents if item["state"] != "InSync"]
    lines = [head, "", f"{summary}.", ""]
    if not open_names:
        return "\n".join([*lines, "Everything is as the manifests say.", ""])
    lines += ["| Name | State | Cause | Why |", "|---|---|---|---|"]
    size, shown = sum(map(len, lines)) + 200, 0
    for item in open_names:
        why = _cell(item["message"] or item["reason"])
        row = f"| `{item['name']}` | {item['state']} | {item['cause']} | {why} |"
        size += len(row) + 1
        if size > MOST:
            break
        lines.append(row)
        shown += 1
    if shown < len(open_names):
        lines += ["", f"{len(open_names) - shown} more names are left out; `manifact status` lists them."]
    return "\n".join([*lines, ""])


def _cell(words: str) -> str:
    return words.replace("|", "\\|").replace("\n", " ").replace("`", "'")
