"""Small plots as inline SVG. Each says in its label what it shows; colours come from the style sheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markupsafe import Markup

WIDTH, HEIGHT = 160.0, 36.0
BINS = 16
_GAP = 1.0


def histogram(values: Sequence[float], label: str) -> Markup:
    """How often each of 16 equal ranges occurs; `values` are finite and not empty."""
    least, most = min(values), max(values)
    counts = [0] * (BINS if most > least else 1)
    # Halves keep the width finite where the extremes of float64 meet.
    width = most / 2 - least / 2
    for value in values:
        place = (value / 2 - least / 2) / width * len(counts) if width else 0
        counts[min(len(counts) - 1, int(place))] += 1
    return bars(counts, f"{label}: {short(least)} to {short(most)}")


def bars(counts: Sequence[float], label: str, *, wide: bool = False, tone: str = "") -> Markup:
    """One bar a count, all on one scale; `tone` is a class of the style sheet."""
    step, top = WIDTH / max(1, len(counts)), max((*counts, 0)) or 1
    rects = [
        f'<rect class="fill" x="{index * step:.2f}" y="{HEIGHT - HEIGHT * count / top:.2f}" '
        f'width="{max(step - _GAP, 0.5):.2f}" height="{HEIGHT * count / top:.2f}"/>'
        for index, count in enumerate(counts)
        if count
    ]
    ground = f'<line class="axis" x1="0" x2="{WIDTH:.0f}" y1="{HEIGHT}" y2="{HEIGHT}"/>'
    return _svg(ground + "".join(rects), label, wide=wide, tone=tone)


def box(least: float, low: float, middle: float, high: float, most: float, label: str) -> Markup:
    """Minimum, quartiles and maximum, in ascending order."""
    span = most / 2 - least / 2

    def at(value: float) -> float:
        return (value / 2 - least / 2) / span * WIDTH if span else WIDTH / 2

    line, half = HEIGHT / 2, HEIGHT / 3
    shapes = (
        f'<line class="axis" x1="0" x2="{WIDTH:.0f}" y1="{line}" y2="{line}"/>'
        f'<rect class="pale" x="{at(low):.2f}" y="{line - half:.2f}" '
        f'width="{max(at(high) - at(low), 1):.2f}" height="{2 * half:.2f}"/>'
        f'<line class="stroke" x1="{at(middle):.2f}" x2="{at(middle):.2f}" y1="{line - half:.2f}" '
        f'y2="{line + half:.2f}"/>'
    )
    return _svg(shapes, label)


def short(value: float) -> str:
    """A number in four digits."""
    return f"{value:.4g}"


def _svg(shapes: str, label: str, *, wide: bool = False, tone: str = "") -> Markup:
    from markupsafe import Markup

    kind = " ".join(part for part in ("plot", "wide" if wide else "", tone) if part)
    head = Markup('<svg class="{}" role="img" aria-label="{}" viewBox="0 0 {:.0f} {:.0f}" preserveAspectRatio="none">')
    return head.format(kind, label, WIDTH, HEIGHT) + Markup(shapes) + Markup("</svg>")  # noqa: S704 - only numbers
