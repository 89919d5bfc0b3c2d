"""The page of a series of factors: crops at 100 %, measures and ranks, and how to go on."""

from __future__ import annotations

import io
import shlex
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from sakuga.media.html import document, uri
from sakuga.media.plain import Rgb
from sakuga.train.excerpt import Reel
from sakuga.train.ranking import MEASURES, Ranked

if TYPE_CHECKING:
    from sakuga.train.survey import Crop, Survey

STYLE = """
.row { overflow-x: auto; white-space: nowrap; padding-bottom: .5rem; }
figure { display: inline-block; margin: 0 .5rem 0 0; vertical-align: top; }
figure img { display: block; image-rendering: pixelated; }
figcaption { font-size: .85rem; }
td { font-variant-numeric: tabular-nums; }
.first { font-weight: 600; }
"""
WHAT = (
    "The clip was made smaller by each factor, restored, and brought to twice its own size. A network that"
    " knows classic damage alone makes hollow lines, noise and wrong textures of a real clip; they fall with"
    " the factor, and so do details."
)
HOW = (
    "The crops show the places where the factors differ most, pixel by pixel if your browser's zoom is"
    " 100 %. Take the largest factor whose lines are solid and whose flats are calm, as long as eyes, hair"
    " and patterns of the clip are still there. The ranks are a hint: the paper chose by eye, and found 0.5"
    " good for most clips. If no factor looks good, leave the clip out; if 1 does, the network knows its"
    " damage already, and there is less to learn from it."
)


def page(reel: Reel, model: str, out: Path, found: Survey) -> str:
    """The whole page; model: as the command is told it."""
    factor = f"{found.order[0].factor:g}"
    flags = {"--model": model, "--out": out, "--runs": reel.most, "--choose": factor}
    words = (str(word) for pair in flags.items() for word in pair)
    command = shlex.join(["sakuga", "rescale", str(reel.path), *words])
    body = (
        f"<h1>{escape(reel.path.name)}: which factor?</h1>",
        f"<p>Restored by {escape(model)}. {WHAT}</p>",
        f"<p>{HOW}</p>",
        f"<p>To go on, with the factor of your choice: <code>{escape(command)}</code></p>",
        *_table(found),
        *(line for crop in found.crops for line in _row(crop)),
    )
    return document(f"{reel.path.name}: which factor?", body, STYLE)


def _table(found: Survey) -> Iterator[str]:
    heads = "".join(f'<th title="{escape(each.note)}">{name}</th>' for name, each in MEASURES.items())
    yield "<table><thead><tr><th>place</th><th>factor</th><th>network saw</th>"
    yield f"{heads}<th>mean rank</th></tr></thead><tbody>"
    for place, each in enumerate(found.order, start=1):
        height, width = found.sizes[each.factor]
        cells = "".join(f"<td>{_cell(each, name)}</td>" for name in MEASURES)
        kind = ' class="first"' if place == 1 else ""
        yield (
            f"<tr{kind}><td>{place}</td><td>{each.factor:g}</td><td>{width}x{height}</td>{cells}"
            f"<td>{_told(each.mean, 2)}</td></tr>"
        )
    yield "</tbody></table>"
    told = "; ".join(f"{name}: {each.note}, {each.better} is better" for name, each in MEASURES.items())
    yield f"<p>In brackets the rank. {escape(told)}.</p>"


def _cell(each: Ranked, name: str) -> str:
    rank = f" ({each.ranks[name]})" if name in each.ranks else ""
    return f"{_told(each.values[name], 3)}{rank}"


def _told(value: float, digits: int) -> str:
    return f"{value:.{digits}f}" if value == value else "-"


def _row(crop: Crop) -> Iterator[str]:
    yield f'<h2>{escape(crop.name)}</h2><div class="row">'
    yield _figure("the clip", crop.lq)
    for factor, picture in crop.made.items():
        yield _figure(f"{factor:g}", picture)
    yield "</div>"


def _figure(words: str, picture: Rgb) -> str:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "WEBP", lossless=True, method=3)
    height, width = picture.shape[:2]
    return (
        f'<figure><img alt="{words}" width="{width}" height="{height}" src="{uri(buffer.getvalue())}">'
        f"<figcaption>{words}</figcaption></figure>"
    )
