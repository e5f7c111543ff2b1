"""The status of a fleet as one self-contained page: at a glance, then what differs, why, and since when."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import TYPE_CHECKING

from compiler.reconcile.turn.durations import in_words

if TYPE_CHECKING:
    from compiler.render.documents.reconcile import FleetNameDocument, FleetStatusDocument

_KIND = {
    "InSync": "good",
    "Suspended": "idle",
    "InProgress": "busy",
    "Unfinished": "busy",
    "Acting": "busy",
    "Queued": "busy",
    "Drifted": "warn",
    "Contested": "warn",
    "Gone": "warn",
    "BackingOff": "bad",
    "Failed": "bad",
    "Blocked": "bad",
    "Broken": "bad",
}
_STYLE = """
:root{color-scheme:light dark;--bg:#fbfaf8;--card:#fff;--text:#201e1c;--soft:#6b6560;--line:#e6e1db;
--good:#2f7d4f;--busy:#2563a8;--warn:#a8690a;--bad:#b3261e;--idle:#7a746e}
@media(prefers-color-scheme:dark){:root{--bg:#171614;--card:#201f1c;--text:#ece8e3;--soft:#a09a93;--line:#35322e;
--good:#6fc28f;--busy:#79b0ee;--warn:#e0ad55;--bad:#f0857d;--idle:#99928b}}
*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--text);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:70rem;margin:0 auto;padding:2.5rem 1.25rem}h1{font-size:1.5rem;margin:0;letter-spacing:-.01em}
.meta{color:var(--soft);margin:.25rem 0 1.5rem}code{font:.9em ui-monospace,SFMono-Regular,Menlo,monospace}
.tiles{display:flex;flex-wrap:wrap;gap:.75rem;margin-bottom:1.5rem}
.tile{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.7rem 1rem;min-width:7rem}
.tile b{display:block;font-size:1.6rem;line-height:1.2;font-variant-numeric:tabular-nums}.tile span{color:var(--soft)}
.strip{display:grid;grid-template-columns:repeat(auto-fill,.8rem);gap:.2rem;margin-bottom:2rem}
.strip i{height:.8rem;border-radius:.2rem;background:var(--c)}
.good{--c:var(--good)}.busy{--c:var(--busy)}.warn{--c:var(--warn)}.bad{--c:var(--bad)}.idle{--c:var(--idle)}
.tile b,.state{color:var(--c)}.wrap{overflow-x:auto;background:var(--card);border:1px solid var(--line);
border-radius:.6rem}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.55rem .9rem;border-bottom:1px solid var(--line);vertical-align:top}
tr:last-child td{border-bottom:0}th{color:var(--soft);font-weight:500;white-space:nowrap}
td:nth-child(1),td:nth-child(3){white-space:nowrap}.state{font-weight:600;white-space:nowrap}
td.why{color:var(--soft);overflow-wrap:anywhere;min-width:16rem}.dots{letter-spacing:.15em;white-space:nowrap}
.True{color:var(--good)}.False{color:var(--bad)}.Unknown{color:var(--idle)}
"""


def status_html(document: FleetStatusDocument, now: float) -> str:
    """The page; it loads nothing and runs nothing."""
    names = document["names"]
    counted = Counter(item["state"] for item in names)
    tiles = "".join(
        f'<div class="tile {_kind(state)}"><b>{number}</b><span>{escape(state)}</span></div>'
        for state, number in counted.most_common()
    )
    strip = "".join(
        f'<i class="{_kind(item["state"])}" title="{escape(item["name"])}: {escape(item["state"])}"></i>'
        for item in names
    )
    rows = "".join(_row(item, now) for item in names)
    target, revision = escape(document["target"]), escape(document["revision"][:12])
    at = f" at <code>{revision}</code>" if revision else ""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{target}: {len(names)} models</title><style>{_STYLE}</style></head><body><main>"
        f'<h1>{target}</h1><p class="meta">{len(names)} models{at}, as of the last turn</p>'
        f'<div class="tiles">{tiles}</div><div class="strip" aria-hidden="true">{strip}</div>'
        '<div class="wrap"><table><thead><tr><th>Model</th><th>State</th><th>Since</th><th>Conditions</th><th>Why</th>'
        f"</tr></thead><tbody>{rows}</tbody></table></div></main></body></html>\n"
    )


def _row(item: FleetNameDocument, now: float) -> str:
    dots = "".join(
        f'<span class="{truth}" title="{escape(kind)}: {truth}">●</span>' for kind, truth in item["conditions"].items()
    )
    return (
        f"<tr><td><code>{escape(item['name'])}</code></td>"
        f'<td class="state {_kind(item["state"])}">{escape(item["state"])}</td>'
        f'<td>{in_words(now - item["since"])}</td><td class="dots">{dots}</td>'
        f'<td class="why">{escape(item["message"])}</td></tr>'
    )


def _kind(state: str) -> str:
    return _KIND.get(state, "idle")
