"""Write the chosen pictures of one video, and say of each whence it is and what it shows."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from PIL import Image

from sakuga.curate import naming
from sakuga.curate.choosing import Pick
from sakuga.curate.content import content
from sakuga.curate.facts import Survey
from sakuga.curate.folder import Line
from sakuga.curate.records import FOLDER
from sakuga.curate.rescale import RESCALES
from sakuga.curate.settings import CurateSettings
from sakuga.errors import InputError
from sakuga.media.atomic import replacing
from sakuga.media.frames import Pixels
from sakuga.media.intra import IntraFile
from sakuga.media.layout import eight_bits, layout_of
from sakuga.media.metadata import Metadata
from sakuga.media.picture import write_picture
from sakuga.metrics.lettering import TEXT, lettering
from sakuga.metrics.likeness import fingerprint
from sakuga.models.cache import sha256

THUMBNAIL = (320, 180)
QUALITY = 70


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be made of one video."""

    path: Path
    stem: str
    survey: Survey
    picks: Sequence[Pick]
    settings: CurateSettings
    out: Path


def make(order: Order) -> list[Line]:
    """Write the pictures, each whole, into the folder, and give their lines of the manifest in order of time.

    Raises InputError where one of them is not there any more, OutputError where one cannot be written.
    """
    picks = {pick.facts.pts: pick for pick in order.picks}
    made: dict[int, Line] = {}
    for picture in IntraFile(order.path).at(picks):
        pixels = order.survey.bars.cut(picture.pixels())
        pick = picks[picture.pts]
        if fingerprint(pixels) == pick.facts.likeness:
            made[picture.pts] = _one(order, pick, pixels)
    if missing := len(picks) - len(made):
        raise InputError(
            f"{order.path} has changed: {missing} of the chosen pictures are no longer there. Run it again."
        )
    return [made[pts] for pts in sorted(made)]


def _one(order: Order, pick: Pick, pixels: Pixels) -> Line:
    name = naming.picture(order.stem, pick)
    drawn = RESCALES[order.settings.rescale](pixels)
    path = order.out / name
    write_picture(path, layout_of(drawn), [drawn], Metadata())
    _write_thumbnail(order.out, name, drawn)
    text = round(lettering(drawn), 4)
    return {
        "file": name,
        "width": drawn.shape[1],
        "height": drawn.shape[0],
        "sha256": sha256(path),
        "licence": order.settings.licence,
        "source": naming.printable(str(order.path)),
        "time": pick.facts.time,
        "score": pick.facts.score,
        "picture_type": "I",
        "keyframe": pick.facts.keyframe,
        "bytes": pick.facts.size,
        "pts": pick.facts.pts,
        "time_base": str(order.survey.time_base),
        "likeness": f"{pick.facts.likeness:016x}",
        "flatness": pick.facts.flatness,
        "text": text,
        "marks": ["text"] if text >= TEXT else [],
        "stored": [order.survey.width, order.survey.height],
        "bars": list(astuple(order.survey.bars)),
        "content": content(drawn),
        "settings": told(order.settings),
    }


def told(settings: CurateSettings) -> dict[str, Any]:
    """What of the settings a picture depends on, and the version that made it."""
    names = ("score", "selection", "count", "crop", "keep_flat", "keep_alike", "rescale", "seed")
    return {name: getattr(settings, name) for name in names} | {"sakuga": version("sakuga")}


def thumbnail(out: Path, name: str) -> Path:
    """Where the small picture of a file is kept."""
    return out / FOLDER / f"{name}.webp"


def _write_thumbnail(out: Path, name: str, pixels: Pixels) -> None:
    image = Image.fromarray(eight_bits(pixels))
    image.thumbnail(THUMBNAIL, Image.Resampling.BOX, reducing_gap=2.0)
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=QUALITY, method=2)
    with replacing(thumbnail(out, name)) as partial:
        partial.write_bytes(buffer.getvalue())
