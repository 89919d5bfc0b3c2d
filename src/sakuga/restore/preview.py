"""A few frames of a file, restored by one or more models, on one page to compare them."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from sakuga.engine.frame_engine import FrameEngine
from sakuga.errors import InputError
from sakuga.media.atomic import replacing
from sakuga.media.codecs import Encoding
from sakuga.media.events import OnEvent, Warned, ignore
from sakuga.media.frames import Pixels
from sakuga.models.choice import chosen
from sakuga.restore.estimate import estimate
from sakuga.restore.inspection import Look, inspect
from sakuga.restore.opening import open_engine
from sakuga.restore.page import Column, Row, page
from sakuga.restore.samples import Sample, samples
from sakuga.restore.settings import RestoreSettings

ROOM = 13_500_000
"""Bytes of all pictures together: as text in a page they are a third more, so that it stays below 20 MB."""
QUALITIES = (92, 85, 75, 60, 40)


def preview(
    source: Path,
    models: Sequence[str],
    out: Path,
    *,
    count: int = 6,
    device: str = "auto",
    on_event: OnEvent = ignore,
) -> int:
    """Restore `count` frames of `source` by each of `models`, and write the page `out`; give its frames.

    Without models it is the one that `restore` takes where none is named.

    A network with a memory or a window sees each frame's true neighbours. Raises SakugaError where the source
    cannot be read, a model cannot be had or the page cannot be written.
    """
    if out.exists() and out.samefile(source):
        raise InputError(f"{out} is the source itself; choose another --out.")
    look, shown = inspect(source), samples(source, count)
    names = models or [chosen(moving=look.found.moving)]
    room = ROOM // (len(shown) * (len(names) + 1))
    befores = [_encoded(sample.frame, room) for sample in shown]
    columns = [_column(name, device, look, shown, room, on_event) for name in names]
    rows = [
        Row(s.label, s.frame.shape[1], s.frame.shape[0], before)
        for s, before in zip(shown, befores, strict=True)
    ]
    with replacing(out) as partial:
        partial.write_text(page(look.found, rows, columns), encoding="utf-8")
    return len(shown)


def _column(
    name: str, device: str, look: Look, shown: Sequence[Sample], room: int, on_event: OnEvent
) -> Column:
    engine = open_engine(RestoreSettings(model=name, device=device), on_event)
    report = engine.report
    cost = estimate(engine, look, Encoding())
    afters: list[bytes] = []
    for index, sample in enumerate(shown, 1):
        on_event(Warned(f"{report.model}: frame {index} of {len(shown)}, {sample.label}."))
        afters.append(_encoded(_restored(engine, sample, alone=engine.window == 1), room))
    return Column(report.model, engine.report.device, engine.report.precision, cost, tuple(afters))


def _restored(engine: FrameEngine, sample: Sample, *, alone: bool) -> Pixels:
    if alone:
        return next(iter(engine.clip([sample.frame])))
    return list(engine.clip(sample.clip))[sample.at]


def _encoded(pixels: Pixels, room: int) -> bytes:
    """WebP of at most `room` bytes: without loss where that fits, else at the best quality that does."""
    levels = pixels if pixels.dtype == np.uint8 else np.rint(pixels / 257).astype(np.uint8)
    image = Image.fromarray(levels)
    while True:
        tries = list(_tries(image))
        fitting = next((data for data in (encode() for encode in tries) if len(data) <= room), None)
        if fitting is not None or min(image.size) < 16:
            return fitting or tries[-1]()
        image = image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS)


def _tries(image: Image.Image) -> Iterator[Callable[[], bytes]]:
    if image.width * image.height <= 640 * 480:
        yield lambda: _webp(image, lossless=True, quality=60)
    for quality in QUALITIES:
        yield lambda quality=quality: _webp(image, lossless=False, quality=quality)


def _webp(image: Image.Image, *, lossless: bool, quality: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", lossless=lossless, quality=quality, method=2)
    return buffer.getvalue()
