"""The page of a preview: one HTML file that asks nobody for anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from sakuga.media.html import document, uri
from sakuga.restore.estimate import Estimate
from sakuga.restore.inspection import Inspection


@dataclass(frozen=True, slots=True)
class Row:
    """One frame before."""

    label: str
    width: int
    height: int
    """Of the source's part that is shown."""
    picture: bytes
    """WebP."""


@dataclass(frozen=True, slots=True)
class Column:
    """One model, and the frames after it."""

    model: str
    device: str
    precision: str
    cost: Estimate
    """For the whole file."""
    pictures: tuple[bytes, ...]
    """WebP, one for each row."""


STYLE = """
.row { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 28rem), 1fr)); }
figure { margin: 0; }
.view { --at: 50%; position: relative; overflow: hidden; }
.view img { display: block; width: 100%; height: auto; }
.view .before { position: absolute; inset: 0; height: 100%; clip-path: inset(0 calc(100% - var(--at)) 0 0); }
.view::after { content: ""; position: absolute; inset: 0 auto 0 calc(var(--at) - 1px); width: 2px;
  background: #fff; box-shadow: 0 0 3px #000; pointer-events: none; }
.view input { position: absolute; inset: 0; width: 100%; height: 100%; margin: 0; opacity: 0;
  cursor: ew-resize; }
.view:focus-within { outline: 3px solid #48f; outline-offset: 2px; }
"""
SCRIPT = """
for (const copy of document.querySelectorAll("img[data-of]")) {
  copy.src = document.getElementById(copy.dataset.of).src;
}
for (const slider of document.querySelectorAll(".view input")) {
  const move = () => slider.parentElement.style.setProperty("--at", slider.value + "%");
  slider.addEventListener("input", move);
  move();
}
"""
HOW = (
    "Left of the line before, enlarged by your browser; right of it after. Drag the line, or choose a picture"
    " with Tab and use the arrow keys."
)


def page(found: Inspection, rows: Sequence[Row], columns: Sequence[Column]) -> str:
    """The whole page."""
    name = found.path.name
    body = (
        f"<h1>{escape(name)}</h1>",
        f"<p>{found.width} x {found.height}. {HOW}</p>",
        *_table(columns),
        *(line for index, row in enumerate(rows) for line in _row(index, row, columns)),
    )
    return document(f"{name}: before and after", body, STYLE, SCRIPT)


def _table(columns: Sequence[Column]) -> Iterator[str]:
    yield "<table><thead><tr><th>model</th><th>whole file</th><th>size</th><th>on</th></tr></thead><tbody>"
    for column in columns:
        cells = (column.model, _time(column.cost), _size(column.cost), f"{column.device}, {column.precision}")
        yield f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
    yield "</tbody></table>"


def _time(cost: Estimate) -> str:
    if cost.seconds is None:
        return "unknown"
    minutes, seconds = divmod(round(cost.seconds), 60)
    return f"about {minutes // 60}:{minutes % 60:02}:{seconds:02}"


def _size(cost: Estimate) -> str:
    return "unknown" if cost.size is None else f"about {cost.size / 1e6:,.1f} MB"


def _row(index: int, row: Row, columns: Sequence[Column]) -> Iterator[str]:
    yield f'<h2>{escape(row.label)}</h2><div class="row">'
    for number, column in enumerate(columns):
        sizes = f'width="{row.width}" height="{row.height}"'
        label = f"{escape(row.label)}, {escape(column.model)}"
        origin = f'data-of="before-{index}"' if number else f'id="before-{index}" src="{uri(row.picture)}"'
        after = f'src="{uri(column.pictures[index])}"'
        yield f'<figure><div class="view"><img {sizes} alt="{label}, after" {after}>'
        yield f'<img class="before" {sizes} alt="{label}, before" {origin}>'
        yield f'<input type="range" min="0" max="100" value="50" aria-label="{label}: share shown before">'
        yield f"</div><figcaption>{escape(column.model)}</figcaption></figure>"
    yield "</div>"
