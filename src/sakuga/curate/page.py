"""The contact sheet of a set: pages on which a person accepts or rejects pictures, and saves the verdicts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from sakuga.curate.folder import Line
from sakuga.curate.thumbnails import thumbnail
from sakuga.media.atomic import replacing
from sakuga.media.container import clock
from sakuga.media.html import document, uri

PAGE = "review.html"
DECISIONS = "decisions.json"
ROOM = 500
"""Pictures of a page: more make it slow to open."""

STYLE = """
.bar { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: 1rem; align-items: center;
  background: Canvas; padding: .6rem 0; border-bottom: 1px solid #8886; }
.cards { display: grid; gap: .8rem; margin-top: 1rem;
  grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); }
.card { font: inherit; color: inherit; background: none; border: 3px solid #8884; border-radius: 6px;
  padding: 0; text-align: left; cursor: pointer; overflow: hidden; content-visibility: auto;
  contain-intrinsic-size: 15rem 12rem; }
.card img { display: block; width: 100%; aspect-ratio: 16 / 9; object-fit: contain; background: #0008; }
.card span { display: block; padding: 0 .5rem; overflow-wrap: anywhere; font-size: .85rem; }
.card .mark { color: #c60; font-weight: 600; }
.card:focus-visible { outline: 3px solid #48f; outline-offset: 2px; }
.card[aria-pressed=true] { border-color: #d33; }
.card[aria-pressed=true] img { opacity: .25; }
.card .verdict { padding: .3rem .5rem; font-weight: 600; }
.card[aria-pressed=true] .verdict { color: #d33; }
.hidden { display: none; }
.content { display: flex; flex-wrap: wrap; gap: 2rem; }
.content td { padding: .1rem .6rem .1rem 0; border: 0; font-size: .85rem; }
"""
HOW = (
    "A click or the space bar rejects a picture, or accepts it again. Save what you decided as a file;"
    " nothing changes before that is applied."
)
SCRIPT = """
const cards = [...document.querySelectorAll(".card")];
const rejected = card => card.getAttribute("aria-pressed") === "true";
const told = document.getElementById("told"), shown = document.getElementById("show");
let saved = true;
const filter = { all: () => true, rejected, marked: card => "marks" in card.dataset };
const look = () => {
  for (const card of cards) {
    card.querySelector(".verdict").textContent = rejected(card) ? "rejected" : "accepted";
    card.classList.toggle("hidden", !filter[shown.value](card));
  }
  told.textContent = cards.filter(rejected).length + " of " + cards.length + " rejected";
};
for (const card of cards) {
  card.addEventListener("click", () => {
    card.setAttribute("aria-pressed", String(!rejected(card)));
    saved = false;
    look();
  });
}
shown.addEventListener("change", look);
document.getElementById("save").addEventListener("click", () => {
  const named = wanted => cards.filter(card => rejected(card) === wanted)
    .map(card => ({ file: card.dataset.file, sha256: card.dataset.sha }));
  const text = JSON.stringify({ rejected: named(true), accepted: named(false) }, null, 1);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = "decisions.json";
  link.click();
  saved = true;
});
addEventListener("beforeunload", event => { if (!saved) event.preventDefault(); });
look();
"""


def write_pages(out: Path, lines: Sequence[Line], summary: Mapping[str, Any]) -> None:
    """review.html, and review-2.html and so on where one page does not do. Raises OutputError."""
    names = names_of(len(lines))
    for number, name in enumerate(names):
        part = lines[number * ROOM : (number + 1) * ROOM]
        with replacing(out / name) as partial:
            partial.write_text(_page(out, part, summary, names, number), encoding="utf-8")


def names_of(pictures: int) -> list[str]:
    """The pages of a set with so many pictures."""
    more = (f"review-{number}.html" for number in range(2, (pictures - 1) // ROOM + 2))
    return [PAGE, *more] if pictures else []


def _page(
    out: Path, lines: Sequence[Line], summary: Mapping[str, Any], names: Sequence[str], number: int
) -> str:
    body = (
        f"<h1>{escape(out.name or str(out))}</h1>",
        f"<p>{summary['pictures']} pictures, videos: {summary['videos']}. {HOW}</p>",
        f"<p>To apply it: <code>sakuga curate --review {DECISIONS} --out {escape(str(out))}</code></p>",
        *_others(names, number),
        '<div class="bar"><button id="save">Save decisions</button>',
        '<label>Show <select id="show"><option>all</option><option>rejected</option><option>marked</option>',
        '</select></label><span id="told" role="status"></span></div>',
        '<div class="cards">',
        *(_card(out, line) for line in lines),
        "</div>",
        *_content(summary.get("content", {})),
    )
    return document(f"{out.name}: review", body, STYLE, SCRIPT)


def _others(names: Sequence[str], number: int) -> Iterator[str]:
    if len(names) > 1:
        links = (
            f"<b>{index + 1}</b>" if index == number else f'<a href="{name}">{index + 1}</a>'
            for index, name in enumerate(names)
        )
        yield f"<p>Page {' '.join(links)}; each saves the decisions about its own pictures.</p>"


def _card(out: Path, line: Line) -> str:
    marks = ", ".join(line.get("marks", ()))
    name, source = escape(line["file"]), escape(Path(str(line.get("source", ""))).name)
    score = "" if line.get("score") is None else f", score {line['score']:.3f}"
    words = f"{clock(float(line.get('time', 0)))}{score}"
    marked = f'<span class="mark">{escape(marks)}</span>' if marks else ""
    return (
        f'<button class="card" aria-pressed="false" data-file="{name}" data-sha="{line.get("sha256", "")}"'
        f"{' data-marks' if marks else ''}>"
        f'<img alt="{name}" src="{_picture(thumbnail(out, line["file"]))}">'
        f'<span class="verdict">accepted</span><span>{source}</span><span>{words}</span>{marked}</button>'
    )


def _picture(path: Path) -> str:
    try:
        return uri(path.read_bytes())
    except OSError:
        return "data:,"


def _content(found: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    if found:
        yield '<h2>What the set shows</h2><div class="content">'
        for name, values in found.items():
            most = max(values.values(), default=0) or 1
            yield f"<table><caption>{escape(name)}</caption><tbody>"
            for label, value in values.items():
                told = f"{value:.0%}" if name == "colours" else f"{value:g}"
                meter = f'<meter min="0" max="{json.dumps(most)}" value="{json.dumps(value)}"></meter>'
                yield f"<tr><td>{escape(label)}</td><td>{meter}</td><td>{told}</td></tr>"
            yield "</tbody></table>"
        yield "</div>"
