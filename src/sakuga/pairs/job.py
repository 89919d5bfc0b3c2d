"""Make pairs: candidates from a source, each measured and judged; what is kept becomes two files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sakuga.errors import InputError, SakugaError
from sakuga.media.lock import Held, holding
from sakuga.media.quick import write_png
from sakuga.pairs.ledger import Ledger
from sakuga.pairs.scores import Scores, scores
from sakuga.pairs.segmenter import Segmenter
from sakuga.pairs.selection import Selection
from sakuga.pairs.source import PairSource


@dataclass(frozen=True, slots=True)
class Judged:
    """One candidate."""

    name: str
    why: str
    """Why it was left out; empty where it is kept."""
    failed: bool = False
    """Whether it could not be made at all; `why` is then a sentence."""
    new: bool = True
    """Whether this call judged it, and not an earlier one."""


def make_pairs(source: PairSource, out: Path, selection: Selection, segmenter: Segmenter) -> Iterator[Judged]:
    """Judge all candidates of `source` in their order; those that are kept go to `out`. Iterate to do it.

    out/photo/NAME.png and out/anime/NAME.png; out/manifest.jsonl tells of them, out/left_out.jsonl of the
    others, however this ends. The same call goes on where one was stopped, and the result is the same.
    Raises InputError where the folder was begun in another way, or another process is at work in it.
    """
    selection.demand(segmenter)
    how = {**source.told, **selection.told, "segmenter": segmenter.told}
    ledger = Ledger(out, how)
    try:
        with holding(ledger.lock):
            try:
                yield from _judged(source, ledger, selection, segmenter)
            finally:
                ledger.conclude()
    except Held as held:
        raise InputError(f"{out} is being worked on by {held}.") from held


def _judged(
    source: PairSource, ledger: Ledger, selection: Selection, segmenter: Segmenter
) -> Iterator[Judged]:
    kept: list[int] = []
    for index in range(len(source)):
        name = source.name(index)
        line, new = ledger.known(name), False
        if line is None:
            try:
                line, new = _line(source, index, ledger, selection, segmenter, kept), True
            except SakugaError as error:
                yield Judged(name, str(error), failed=True)
                continue
        if not line["why"]:
            kept.append(int(line["scores"]["fingerprint"], 16))
        yield Judged(name, line["why"], new=new)


def _line(
    source: PairSource,
    index: int,
    ledger: Ledger,
    selection: Selection,
    segmenter: Segmenter,
    kept: list[int],
) -> dict[str, Any]:
    pair, name = source.pair(index), source.name(index)
    found = scores(pair, segmenter)
    why = selection.objection(found, kept)
    if not why:
        for path, pixels in zip(ledger.files(name), (pair.photo, pair.anime), strict=True):
            write_png(path, pixels)
    height, width = pair.photo.shape[:2]
    told = {"source": source.told["source"], **pair.told, "scores": _told(found), "why": why}
    line = {"name": name, "index": index, "width": width, "height": height, **told}
    ledger.add(line)
    return line


def _told(found: Scores) -> dict[str, Any]:
    """Rounded for people; the fingerprint in hexadecimal digits."""
    told = {name: round(v, 4) if isinstance(v, float) else v for name, v in asdict(found).items()}
    return {**told, "fingerprint": f"{found.fingerprint:016x}"}
