"""Whole pictures out of fields: bwdif for interlaced video, field matching for film in 3:2 pulldown."""

from __future__ import annotations

import itertools
from array import array
from collections import deque
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Literal

import av
import av.error
import av.filter

from sakuga.media.decimate import CYCLE, decimated
from sakuga.media.fields import Parity
from sakuga.media.timeline import Placed

Way = Literal["bwdif", "match", "telecine"]
"""`bwdif` keeps one field and draws the other anew; `match` puts fields together that belong together and
redraws what still combs; `telecine` does so and drops the picture of each five that is there twice."""

FINER = CYCLE - 1
"""Ticks of the new clock in one of the old, so that four pictures divide the time of five exactly."""


def deinterlaced(
    frames: Iterable[Placed], way: Way, parity: Parity, rate: Fraction, usual: int
) -> Iterator[Placed]:
    """Whole pictures at their times; of `telecine` four for each five, timed in 1/FINER of a unit.

    rate: pictures per second; usual: units from one picture to the next.
    """
    if way == "telecine":
        return _thinned(frames, parity, rate, usual)
    return _one_for_one(frames, way, parity, rate)


def _one_for_one(frames: Iterable[Placed], way: Way, parity: Parity, rate: Fraction) -> Iterator[Placed]:
    places: deque[Placed] = deque()

    def noted() -> Iterator[av.VideoFrame]:
        for placed in frames:
            places.append(placed)
            yield placed.frame

    for frame in _filtered(noted(), way, parity, rate):
        place = places.popleft()
        yield Placed(frame, place.pts, place.duration)


def _thinned(frames: Iterable[Placed], parity: Parity, rate: Fraction, usual: int) -> Iterator[Placed]:
    times = array("q")

    def noted() -> Iterator[av.VideoFrame]:
        for placed in frames:
            times.append(placed.pts)
            yield placed.frame

    def known(index: int) -> int:
        beyond = index - len(times) + 1
        return times[index] if beyond <= 0 else times[-1] + beyond * usual

    def begin(index: int) -> int:
        """Of the new picture `index`, in the finer clock: each takes the time of five quarters of an old."""
        old, quarters = divmod(index * CYCLE, FINER)
        return known(old) * FINER + (known(old + 1) - known(old)) * quarters

    def placed(frame: av.VideoFrame, index: int) -> Placed:
        return Placed(frame, begin(index), begin(index + 1) - begin(index))

    waiting: deque[av.VideoFrame] = deque()
    index = 0
    for frame in decimated(_filtered(noted(), "match", parity, rate)):
        waiting.append(frame)
        while waiting and (index + 1) * CYCLE // FINER + 1 < len(times):
            yield placed(waiting.popleft(), index)
            index += 1
    for frame in waiting:
        yield placed(frame, index)
        index += 1


def _filtered(
    frames: Iterable[av.VideoFrame], way: Way, parity: Parity, rate: Fraction
) -> Iterator[av.VideoFrame]:
    """What FFmpeg's filters make of `frames`; where size or format change, they begin anew."""
    for _, alike in itertools.groupby(frames, lambda frame: (frame.width, frame.height, frame.format.name)):
        yield from _run(alike, way, parity, rate)


def _run(
    frames: Iterable[av.VideoFrame], way: Way, parity: Parity, rate: Fraction
) -> Iterator[av.VideoFrame]:
    graph = av.filter.Graph()
    taken = given = 0
    last: av.VideoFrame | None = None
    for last in frames:
        graph = graph if taken else _graph(last, way, parity, rate)
        last.pts = taken
        graph.vpush(last)
        taken += 1
        for made in _ready(graph):
            given += 1
            yield made
    if last is None:
        return
    if way != "bwdif":
        # A matcher with two inputs gives its last picture only when one more has come.
        last.pts = taken
        graph.vpush(last)
    graph.vpush(None)
    yield from itertools.islice(_ready(graph), taken - given)


def _ready(graph: av.filter.Graph) -> Iterator[av.VideoFrame]:
    while True:
        try:
            yield graph.vpull()
        except (BlockingIOError, av.error.EOFError):
            return


def _graph(frame: av.VideoFrame, way: Way, parity: Parity, rate: Fraction) -> av.filter.Graph:
    graph = av.filter.Graph()
    graph.threads = 1
    # Times are counted here, not by the filters: one unit for each picture.
    source = graph.add(
        "buffer",
        f"video_size={frame.width}x{frame.height}:pix_fmt={frame.format.name}:time_base=1/1:frame_rate={rate}",
    )
    if way == "bwdif" or not matchable(frame):
        last = graph.add("bwdif", f"mode=send_frame:parity={parity}:deint=all")
        source.link_to(last)
    else:
        # The matcher looks at 8 bits only; its second input is what it gives, at any depth.
        both, shallow = graph.add("split", "2"), graph.add("format", _shallow(frame))
        match = graph.add("fieldmatch", f"ppsrc=1:order={parity}:combmatch=full")
        last = graph.add("bwdif", f"mode=send_frame:parity={parity}:deint=interlaced")
        source.link_to(both)
        both.link_to(shallow, 0, 0)
        shallow.link_to(match, 0, 0)
        both.link_to(match, 1, 1)
        match.link_to(last)
    last.link_to(graph.add("buffersink"))
    graph.configure()
    return graph


def matchable(frame: av.VideoFrame) -> bool:
    """Whether fields of this format can be matched without changing what its values mean."""
    return _shallow(frame) in ("yuv420p", "yuv422p", "yuv444p", "yuv411p", "yuv410p", "yuv440p")


def _shallow(frame: av.VideoFrame) -> str:
    """The 8-bit format of the same chroma: yuv420p for yuv420p10le."""
    name = frame.format.name
    head, mark, _ = name.partition("p")
    return head + mark if frame.format.components[0].bits > 8 else name
