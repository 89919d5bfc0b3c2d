"""What is done about fields when a video is read, and the sentence that tells it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from sakuga.media.decimate import CYCLE
from sakuga.media.deinterlace import FINER, Way
from sakuga.media.fields import Fields, Parity, fields_of
from sakuga.media.probe import VideoInfo
from sakuga.media.pulldown import PARTS, film_rate

Deinterlace = Literal["auto", "off", "bwdif", "telecine"]

_WAYS: dict[str, Way] = {"interlaced": "bwdif", "telecined": "telecine", "mixed": "match"}
_ORDERS: dict[Parity, str] = {"tff": "top field first", "bff": "bottom field first"}
_FLAGGED = "{} is flagged as interlaced"
_FOUND = {
    "interlaced": "{path} is interlaced, {order}",
    "telecined": "{path} is film in 3:2 pulldown, {order}",
    "mixed": "{path} holds two moments in {combed:.0%} of its moving pictures, without a steady pattern",
    "progressive": _FLAGGED.format("{path}") + ", but its pictures are whole",
    "unknown": _FLAGGED.format("{path}") + ", but too little moves in it to tell",
}
_DONE: dict[Way | None, str] = {
    None: "it is left as it is",
    "bwdif": "bwdif makes each picture whole",
    "match": "fields that belong together are put together, and what still combs goes through bwdif",
    "telecine": "fields are matched and the repeated fifth picture is dropped: {rate:.3f} pictures a second",
}
_FILM, _SOME = 0.9, 0.05
"""Share of pictures in soft pulldown above which all of a video is film, and below which none is."""
_PULLED = "{} is film in soft 3:2 pulldown; its pictures are spaced evenly: {:.3f} a second."
_PARTLY = "{} is film in soft 3:2 pulldown in part ({:.0%}); that is spaced evenly, all else keeps its times."
_UNEVEN = "{} is film in soft 3:2 pulldown; --deinterlace off leaves its pictures unevenly spaced."


@dataclass(frozen=True, slots=True)
class Scan:
    """How the pictures of one video are made whole."""

    way: Way | None = None
    """None leaves every picture as it is."""
    parity: Parity = "tff"
    sentence: str = ""
    """What was found and is done; empty where there is nothing to tell."""
    evens: bool = False
    """Whether pictures in soft pulldown are spaced evenly."""
    film: bool = False
    """Whether that are all."""

    def info(self, info: VideoInfo) -> VideoInfo:
        """`info` of the stored video as it is after this."""
        if self.film:
            rate = film_rate(info.rate)
            info = replace(info, rate=rate, frames=round(info.duration * rate))
        if self.evens:
            info = replace(info, time_base=info.time_base / PARTS)
        if self.way is None:
            return info
        if self.way != "telecine":
            return replace(info, interlaced=False)
        return replace(
            info,
            interlaced=False,
            rate=info.rate * FINER / CYCLE,
            frames=info.frames - info.frames // CYCLE,
            time_base=info.time_base / FINER,
        )


def scan_of(path: Path, info: VideoInfo, wanted: Deinterlace) -> Scan:
    """Judge the video at `path`, and choose what `wanted` (--deinterlace) makes of that."""
    return choose(path, info, fields_of(path), wanted)


def choose(path: Path, info: VideoInfo, fields: Fields, wanted: Deinterlace) -> Scan:
    """The same for fields that are known."""
    if fields.pulled < _SOME:
        return _chosen(path, info, fields, wanted)
    # Where film is not stored in 3:2, every fifth picture is not there twice.
    matched = "match" if fields.scan == "telecined" else None
    scan = _chosen(path, info, fields, "auto" if wanted == "telecine" else wanted, matched)
    film = fields.pulled > _FILM
    if wanted == "off":
        sentence = _UNEVEN.format(path)
    elif film:
        sentence = _PULLED.format(path, float(film_rate(info.rate)))
    else:
        sentence = _PARTLY.format(path, fields.pulled)
    told = f"{scan.sentence} {sentence}".strip()
    return replace(scan, sentence=told, evens=wanted != "off", film=film and wanted != "off")


def _chosen(
    path: Path, info: VideoInfo, fields: Fields, wanted: Deinterlace, instead: Way | None = None
) -> Scan:
    way = _way(info, fields, wanted)
    way = instead if way == "telecine" and instead else way
    parity = "bff" if fields.scan == "unknown" and info.codec == "dvvideo" else fields.parity
    if not (way or info.interlaced or fields.scan in _WAYS):
        return Scan()
    asked = wanted not in ("auto", "off")
    odd = info.interlaced or fields.scan in _WAYS
    found = _FOUND[fields.scan] if odd else "{path} has pictures that are whole"
    done = _DONE[way] + (f", as --deinterlace {wanted} asks" if asked else "")
    if wanted == "off" and fields.scan in _WAYS:
        done = "--deinterlace off leaves its combs, which are enlarged"
    sentence = f"{found}; {done}.".format(
        path=path, order=_ORDERS[parity], combed=fields.combed, rate=float(info.rate * FINER / CYCLE)
    )
    return Scan(way, parity, sentence)


def _way(info: VideoInfo, fields: Fields, wanted: Deinterlace) -> Way | None:
    way = _WAYS.get(fields.scan) if wanted == "auto" else None if wanted == "off" else wanted
    return "bwdif" if way and info.chroma in ("rgb", "400") else way
