"""The status of a fleet as one self-contained page: at a glance, then what differs, why, and since when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING

from compiler.reconcile.turn.durations import in_words
from compiler.render.words import count

if TYPE_CHECKING:
    from compiler.render.documents.reconcile import FleetNameDocument, FleetStatusDocument

_KIND: Mapping[str, str] = {
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
_GROUPS: Mapping[str, str] = {
    "bad": "need somebody",
    "warn": "differ",
    "busy": "in progress",
    "idle": "suspended",
    "good": "in sync",
}
"""Kinds of states in the order in which they are shown."""
_STYLE = """
:root{color-scheme:light dark;--bg:#fbfaf8;--card:#fff;--text:#201e1c;--soft:#6b6560;--line:#e6e1db;
--good:#2f7d4f;--busy:#2563a8;--warn:#a8690a;--bad:#b3261e;--idle:#7a746e}
@media(prefers-color-scheme:dark){:root{--bg:#171614;--card:#201f1c;--text:#ece8e3;--soft:#a09a93;--line:#35322e;
--good:#6fc28f;--busy:#79b0ee;--warn:#e0ad55;--bad:#f0857d;--idle:#99928b}}
*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--text);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:70rem;margin:0 auto;padding:2.5rem 1.25rem}
h1{font-size:1.6rem;margin:0;letter-spacing:-.01em}h2{font-size:1rem;margin:2rem 0 .6rem}
.meta{color:var(--soft);margin:.25rem 0 1.5rem}code{font:.9em ui-monospace,SFMono-Regular,Menlo,monospace}
.bar{display:flex;gap:2px;height:.9rem;border-radius:.45rem;overflow:hidden}
.bar i{background:var(--c);flex:1 1 0;min-width:.3rem}
.key{display:flex;flex-wrap:wrap;gap:.3rem 1.6rem;padding:0;margin:.8rem 0 0;list-style:none}
.key b{color:var(--c);font-size:1.35rem;font-variant-numeric:tabular-nums}.key span{color:var(--soft)}
.strip{display:flex;flex-wrap:wrap;gap:.2rem;margin-top:1rem}
.strip i{width:.75rem;height:.75rem;border-radius:.2rem;background:var(--c)}
.good{--c:var(--good)}.busy{--c:var(--busy)}.warn{--c:var(--warn)}.bad{--c:var(--bad)}.idle{--c:var(--idle)}
.rows{background:var(--card);border:1px solid var(--line);border-radius:.6rem}
.row{display:grid;grid-template-columns:minmax(9rem,15rem) 7.5rem 4rem 1fr;gap:.1rem 1rem;padding:.6rem 1rem;
border-top:1px solid var(--line);align-items:baseline}.row:first-child{border-top:0}
.name{overflow-wrap:anywhere}.state{color:var(--c);font-weight:600}.since{color:var(--soft);white-space:nowrap}
.why{overflow-wrap:anywhere}.not{color:var(--soft);font-size:.85em;display:block}
.calm .row{grid-template-columns:1fr auto}details summary{cursor:pointer;margin:2rem 0 .6rem;font-weight:600}
.calm{columns:22rem;column-gap:0}.calm .row{break-inside:avoid;border-top:0;padding:.2rem 1rem}
@media(max-width:40rem){main{padding:1.5rem 1rem}.row{grid-template-columns:1fr auto auto}.why{grid-column:1/-1}
.calm .row{grid-template-columns:1fr auto}}
"""


def status_html(document: FleetStatusDocument, now: float) -> str:
    """The page; it loads nothing and runs nothing."""
    names = document["names"]
    target, revision = escape(document["target"]), escape(document["revision"][:12])
    at = f" at <code>{revision}</code>" if revision else ""
    calm = [item for item in names if _kind(item["state"]) == "good"]
    open_names = [item for item in names if _kind(item["state"]) != "good"]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{target}: {count(len(names), 'model')}</title><style>{_STYLE}</style></head><body><main>"
        f'<h1>{target}</h1><p class="meta">{count(len(names), "model")}{at}, as of the last turn</p>'
        f"{_glance(names)}{_open(open_names, now)}{_calm(calm, now)}</main></body></html>\n"
    )


def _glance(names: Iterable[FleetNameDocument]) -> str:
    """How many are in which kind of state, as a bar and in numbers; and a square for each model."""
    ordered = sorted(names, key=lambda item: list(_GROUPS).index(_kind(item["state"])))
    counted = Counter(_kind(item["state"]) for item in ordered)
    parts = [(kind, words, counted[kind]) for kind, words in _GROUPS.items() if counted[kind]]
    bar = "".join(f'<i class="{kind}" style="flex-grow:{number}"></i>' for kind, _, number in parts)
    key = "".join(f'<li class="{kind}"><b>{number}</b> <span>{words}</span></li>' for kind, words, number in parts)
    strip = "".join(f'<i class="{_kind(item["state"])}" title="{_title(item)}"></i>' for item in ordered)
    return (
        f'<div class="bar" aria-hidden="true">{bar}</div><ul class="key">{key}</ul>'
        f'<div class="strip" aria-hidden="true">{strip}</div>'
    )


def _open(names: list[FleetNameDocument], now: float) -> str:
    """What is not in sync: the gravest first, then the longest."""
    if not names:
        return "<h2>Everything is as the manifests say</h2>"
    kinds = list(_GROUPS)
    ordered = sorted(names, key=lambda item: (kinds.index(_kind(item["state"])), item["since"], item["name"]))
    return f'<h2>Not in sync</h2><div class="rows">{"".join(_row(item, now) for item in ordered)}</div>'


def _row(item: FleetNameDocument, now: float) -> str:
    wrong = [kind for kind, truth in item["conditions"].items() if truth == "False" and kind != "Ready"]
    negated = f'<span class="not">not {escape(", ".join(wrong))}</span>' if wrong else ""
    return (
        f'<div class="row {_kind(item["state"])}"><code class="name">{escape(item["name"])}</code>'
        f'<span class="state">{escape(item["state"])}</span><span class="since">{in_words(now - item["since"])}</span>'
        f'<span class="why">{escape(item["message"])}{negated}</span></div>'
    )


def _calm(names: list[FleetNameDocument], now: float) -> str:
    """What is in sync, folded: a name, and since when."""
    rows = "".join(
        f'<div class="row"><code class="name">{escape(item["name"])}</code>'
        f'<span class="since">{in_words(now - item["since"])}</span></div>'
        for item in names
    )
    head = f"<summary>In sync ({len(names)})</summary>"
    return f'<details>{head}<div class="rows calm">{rows}</div></details>' if names else ""


def _title(item: FleetNameDocument) -> str:
    return f"{escape(item['name'])}: {escape(item['state'])}"


def _kind(state: str) -> str:
    return _KIND.get(state, "idle")
