"""Draw docs/performance.svg: what a request costs, compared with the others. Light and dark."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from tools.bench.server import FLOOR, SWITCH

_STYLE = """
text { font: 13px system-ui, sans-serif; fill: #24292f }
.small { font-size: 11px; fill: #57606a }
.title { font-weight: 600 }
.grid { stroke: #d0d7de; stroke-width: 1 }
.c0 { --c: #0969da } .c1 { --c: #bf3989 } .c2 { --c: #9a6700 } .c3 { --c: #6e7781 }
rect.bar, circle { fill: var(--c) }
polyline { fill: none; stroke: var(--c); stroke-width: 2 }
text.name { fill: var(--c); font-size: 11px }
.paper { fill: #ffffff }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .small { fill: #9198a1 }
  .grid { stroke: #3d444d }
  .c0 { --c: #58a6ff } .c1 { --c: #f778ba } .c2 { --c: #d29922 } .c3 { --c: #9198a1 }
  .paper { fill: #0d1117 }
}
"""
_WIDTH, _HEIGHT = 760, 480
_PANEL, _TALL = 340, 170
_ROOM = 25  # that a name needs above its line

Line = Sequence["float | None"]


def draw(
    bars: Sequence[tuple[str, dict[str, float]]], lines: Sequence[tuple[str, int, dict[str, Line]]]
) -> str:
    """The picture: panels of bars, (title, values), above lines, (title, first x, values).

    The values are by server. All scales are logarithmic. A line ends where it has None.
    """
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'width="{_WIDTH}" height="{_HEIGHT}"><style>{_STYLE}</style>',
        f'<rect class="paper" width="{_WIDTH}" height="{_HEIGHT}" rx="6"/>',
    ]
    for i, (title, values) in enumerate(bars):
        parts += _bars(24 + i * (_PANEL + 32), 32, title, values)
    for i, (title, first, values) in enumerate(lines):
        parts += _lines(24 + i * (_PANEL + 32), 250, title, first, values)
    return "\n".join([*parts, "</svg>", ""])


def _bars(x: float, y: float, title: str, values: dict[str, float]) -> list[str]:
    parts = [_text(x, y, title, "title")]
    low = min(values.values()) / 2
    scale = (_PANEL - 190) / math.log10(max(values.values()) / low)
    for i, (name, value) in enumerate(values.items()):
        top = y + 18 + i * 40
        length = scale * math.log10(value / low)
        label = f"{value:,.0f}"
        if name not in (FLOOR, SWITCH):
            label += f" = {value / values[SWITCH]:.1f} × switch"
        parts.append(_text(x, top + 10, name, "small"))
        parts.append(
            f'<g class="c{i}"><rect class="bar" x="{x}" y="{top + 15}" width="{length:.1f}" '
            f'height="12" rx="2"/></g>'
        )
        parts.append(_text(x + length + 6, top + 25, label, "small"))
    return parts


def _lines(x: float, y: float, title: str, first: int, values: dict[str, Line]) -> list[str]:
    numbers = [v for line in values.values() for v in line if v is not None]
    bottom, top = math.floor(math.log10(min(numbers))), math.ceil(math.log10(max(numbers)))
    left, base, wide = x + 36, y + 22 + _TALL, _PANEL - 60
    count = max(map(len, values.values()))

    def place(i: int, value: float) -> tuple[float, float]:
        up = (math.log10(value) - bottom) / (top - bottom) * _TALL
        return left + 14 + i * (wide - 28) / (count - 1), base - up

    parts = [_text(x, y, title, "title")]
    for power in range(bottom, top + 1):
        _, at = place(0, 10.0**power)
        parts.append(f'<line class="grid" x1="{left}" x2="{left + wide}" y1="{at}" y2="{at}"/>')
        parts.append(_text(left - 6, at + 4, _short(10**power), "small", "end"))
    for i in range(count):
        parts.append(
            _text(place(i, 10.0**bottom)[0], base + 18, str(first + i), "small", "middle")
        )
    for i, (name, line) in enumerate(values.items()):
        points = [place(n, value) for n, value in enumerate(line) if value is not None]
        path = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
        dots = "".join(f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3.5"/>' for px, py in points)
        parts.append(f'<g class="c{i}"><polyline points="{path}"/>{dots}')
        px, py = points[-1]
        if len(points) < len(line):
            parts.append(_text(px + 8, py + 4, f"{name}: blocks from here on", "name"))
        else:
            # Below its line if another is close above.
            others = [place(0, line[-1])[1] for line in values.values() if line[-1]]
            crowded = any(py - _ROOM < other < py for other in others)
            parts.append(_text(px + 5, py + (17 if crowded else -8), name, "name", "end"))
        parts.append("</g>")
    return parts


def _short(number: int) -> str:
    return f"{number:,}".replace(",000,000", " M").replace(",000", " k")


def _text(x: float, y: float, words: str, kind: str, anchor: str = "start") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text class="{kind}" {place}>{escape(words)}</text>'
