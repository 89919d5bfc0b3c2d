"""What is done about fields when a video is read, and the sentence that tells it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from sakuga.media.decimate import CYCLE
from sakuga.media.deinterlace import FINER, Way
from sakuga.media.fields import Fields, Parity, fields_of
from sakuga.media.probe import VideoInfo

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


@dataclass(frozen=True, slots=True)
class Scan:
    """How the pictures of one video are made whole."""

    way: Way | None = None
    """None leaves every picture as it is."""
    parity: Parity = "tff"
    sentence: str = ""
    """What was found and is done; empty where there is nothing to tell."""

    def info(self, info: VideoInfo) -> VideoInfo:
        """`info` of the stored video as it is after this."""
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
    way = _way(info, fields, wanted)
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
