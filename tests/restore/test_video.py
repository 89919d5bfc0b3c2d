"""The video journey: what goes in comes out at its time, in its colours, with everything beside it."""

from __future__ import annotations

import itertools
import threading
import time
import weakref

import av
import numpy as np
import psutil
import pytest

from fakes import LookingAheadEngine, NearestEngine
from film import film, packets, pictures, streams, timeline
from sakuga.errors import InputError, OutputError
from sakuga.media.codecs import Encoding
from sakuga.media.video import open_video
from sakuga.restore.video import restore_video

LOSSLESS = Encoding(codec="ffv1")
VFR = [0, 40, 80, 200, 210, 300, *range(340, 1780, 60)]


def decoded(path):
    with open_video(path) as video:
        return [frame.pixels for frame in video.frames()]


def left_behind(folder):
    return sorted(path.name for path in folder.rglob("*"))


def test_an_identity_keeps_times_streams_fonts_and_chapters(tmp_path):
    source = film(tmp_path / "映画 [1].mkv", pictures(30, 64, 48), VFR, tracks=True)
    result = tmp_path / "out" / "映画 [1].mkv"
    outcome = restore_video(LookingAheadEngine(), source, result, Encoding())
    assert outcome.frames == 30
    assert outcome.warnings == ()
    assert timeline(result) == timeline(source)
    assert len(timeline(result)) == 30
    assert streams(result) == streams(source)
    assert packets(result) == packets(source)


def test_a_lossless_identity_keeps_every_pixel(tmp_path):
    source = film(tmp_path / "a.mkv", pictures(8, 62, 46), codec="ffv1", pix_fmt="yuv444p")
    restore_video(LookingAheadEngine(), source, tmp_path / "b.mkv", LOSSLESS)
    for before, after in zip(decoded(source), decoded(tmp_path / "b.mkv"), strict=True):
        assert np.abs(before.astype(int) - after).max() <= 2


@pytest.mark.parametrize("size", [(33, 21), (1, 1), (64, 48)])
@pytest.mark.parametrize("scale", [1, 2, 1.5, 4])
def test_any_size_becomes_the_engines_size(tmp_path, size, scale):
    source = film(tmp_path / "a.mkv", pictures(3, *size), codec="ffv1", pix_fmt="yuv444p")
    engine = NearestEngine(scale)
    restore_video(engine, source, tmp_path / "b.mkv", Encoding())
    with open_video(tmp_path / "b.mkv") as video:
        assert (video.info.width, video.info.height) == engine.size(*size)
    assert timeline(tmp_path / "b.mkv") == timeline(source)


BARS = np.array([(1.0, 1.0, 1.0), *itertools.product((0.75, 0.0), repeat=3)])
WIDE = 64
MATRICES = {
    "bt601": (0.299, 0.114, {"colorspace": 6, "color_primaries": 6, "color_trc": 6}),
    "bt709": (0.2126, 0.0722, {"colorspace": 1, "color_primaries": 1, "color_trc": 1}),
    "bt2020": (0.2627, 0.0593, {"colorspace": 9, "color_primaries": 9, "color_trc": 14}),
}


def levels(depth, full):
    """Offset and gain of luma, offset and gain of chroma, by the definition in BT.601, BT.709 and BT.2020."""
    if full:
        white = 2**depth - 1
        return 0, white, 2 ** (depth - 1), white
    step = 2 ** (depth - 8)
    return 16 * step, 219 * step, 128 * step, 224 * step


def to_yuv(rgb, kr, kb, depth, full):
    black, luma, grey, chroma = levels(depth, full)
    y = rgb @ [kr, 1 - kr - kb, kb]
    u, v = (rgb[..., 2] - y) / (2 - 2 * kb), (rgb[..., 0] - y) / (2 - 2 * kr)
    planes = black + luma * y, grey + chroma * u, grey + chroma * v
    return [np.clip(np.rint(plane), 0, 2**depth - 1) for plane in planes]


def to_rgb(planes, kr, kb, depth, full):
    black, luma, grey, chroma = levels(depth, full)
    planes = list(planes)
    y, u, v = (planes[0] - black) / luma, (planes[1] - grey) / chroma, (planes[2] - grey) / chroma
    r, b = y + (2 - 2 * kr) * v, y + (2 - 2 * kb) * u
    return np.stack([r, (y - kr * r - kb * b) / (1 - kr - kb), b], -1)


def seen(planes, kr, kb, depth, full):
    """The colours on a screen of 8 bits."""
    return np.rint(255 * np.clip(to_rgb(planes, kr, kb, depth, full), 0, 1))


def bars(kr, kb, depth, full):
    dtype = np.uint8 if depth == 8 else np.uint16
    planes = [np.repeat(plane, WIDE)[None] for plane in to_yuv(BARS, kr, kb, depth, full)]
    planes = [np.repeat(plane, 64, 0).astype(dtype) for plane in planes]
    frame = av.VideoFrame(len(BARS) * WIDE, 64, "yuv420p" if depth == 8 else "yuv420p10le")
    for plane, values in zip(frame.planes, (planes[0], *(it[::2, ::2] for it in planes[1:])), strict=True):
        padded = np.zeros((values.shape[0], plane.line_size // values.itemsize), dtype)
        padded[:, : values.shape[1]] = values
        plane.update(padded)
    return frame


def in_the_middle(frame, depth):
    """Code values of each bar, away from its edges, where subsampled chroma is its own."""
    dtype = np.uint8 if depth == 8 else np.uint16
    column = np.arange(len(BARS)) * WIDE + WIDE // 2
    for step, plane in zip((1, 2, 2), frame.planes, strict=True):
        rows = np.frombuffer(plane, dtype).reshape(plane.height, -1).astype(float)
        yield rows[32 // step, column // step]


@pytest.mark.parametrize("full", [False, True], ids=["limited", "full"])
@pytest.mark.parametrize("depth", [8, 10])
@pytest.mark.parametrize("matrix", MATRICES)
@pytest.mark.parametrize("codec", ["x264", "ffv1"])
def test_colour_bars_come_back(tmp_path, matrix, depth, full, codec):
    kr, kb, tags = MATRICES[matrix]
    tags = {**tags, "color_range": 2 if full else 1}
    format = "yuv420p" if depth == 8 else "yuv420p10le"  # noqa: A001
    frames = [bars(kr, kb, depth, full) for _ in range(3)]
    source = film(tmp_path / "a.mkv", frames, codec="ffv1", pix_fmt=format, **tags)
    restore_video(NearestEngine(), source, tmp_path / "b.mkv", Encoding(codec=codec))
    with av.open(tmp_path / "b.mkv") as container:
        shown = list(container.decode(video=0))
    assert len(shown) == 3
    for frame in shown:
        assert frame.format.name.replace("yuvj", "yuv") == format
        assert {name: getattr(frame, name) for name in tags} == tags
        before, after = (in_the_middle(it, depth) for it in (frames[0], frame))
        shift = seen(after, kr, kb, depth, full) - seen(before, kr, kb, depth, full)
        assert np.abs(shift).max() <= 2


def test_memory_holds_a_few_frames_however_long_the_film(tmp_path):
    source = film(tmp_path / "a.mkv", pictures(120, 32, 24))
    made, most = [], 0

    class Engine(NearestEngine):
        def clip(self, frames):
            nonlocal most
            for frame in frames:
                made.append(weakref.ref(frame))
                most = max(most, sum(reference() is not None for reference in made))
                yield frame

    restore_video(Engine(), source, tmp_path / "b.mkv", Encoding())
    assert len(made) == 120
    assert most <= 8


def test_memory_stays_flat_over_two_thousand_frames(tmp_path):
    source = film(tmp_path / "a.mkv", pictures(2000, 160, 96), options={"preset": "ultrafast"}, tracks=True)
    process, sizes, stored = psutil.Process(), {}, 0

    def count(count):
        nonlocal stored
        if count.done % 400 == 0:
            sizes[count.done] = process.memory_info().rss
            stored = sum(path.stat().st_size for path in (tmp_path / ".b.mkv.sakuga").iterdir())

    outcome = restore_video(
        LookingAheadEngine(2), source, tmp_path / "b.mkv", Encoding(preset="ultrafast"), on_count=count
    )
    assert outcome.frames == 2000
    assert max(sizes.values()) - sizes[400] < 16e6
    assert 0 < stored <= (tmp_path / "b.mkv").stat().st_size, "with the result more than twice its size"
    assert timeline(tmp_path / "b.mkv") == timeline(source)


def test_progress_counts_every_frame_and_names_a_stage(tmp_path):
    source = film(tmp_path / "a.mkv", pictures(12, 32, 24))
    counts = []
    restore_video(NearestEngine(), source, tmp_path / "b.mkv", Encoding(), on_count=counts.append)
    assert [count.done for count in counts] == list(range(1, 13))
    assert {count.total for count in counts} == {12}
    assert {count.bottleneck for count in counts} <= {"decoding", "network", "encoding"}


def test_a_film_that_does_not_say_how_long_it_is(tmp_path):
    source = film(tmp_path / "a.h264", pictures(12, 32, 24))
    counts = []
    restore_video(NearestEngine(), source, tmp_path / "b.mkv", Encoding(), on_count=counts.append)
    assert [count.done for count in counts] == list(range(1, 13))
    assert {count.total for count in counts} == {None}
    assert len(timeline(tmp_path / "b.mkv")) == 12


@pytest.mark.parametrize("content", [b"", b"only text, whatever its name says" * 100], ids=["empty", "text"])
def test_what_is_no_video_is_said_in_a_sentence(tmp_path, content):
    (tmp_path / "a.mp4").write_bytes(content)
    with pytest.raises(InputError, match=r"a\.mp4"):
        restore_video(NearestEngine(), tmp_path / "a.mp4", tmp_path / "out" / "a.mp4", Encoding())
    assert left_behind(tmp_path) == ["a.mp4"]


@pytest.mark.parametrize("flags", ["", "faststart"], ids=["index last", "index first"])
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_film_that_was_cut_off_fails_and_leaves_nothing(tmp_path, flags, suffix):
    source = film(tmp_path / f"a{suffix}", pictures(150, 64, 48))
    if flags and suffix == ".mp4":
        with av.open(source) as old, av.open(tmp_path / "b.mp4", "w", options={"movflags": flags}) as new:
            stream = new.add_stream_from_template(old.streams[0])
            for packet in old.demux():
                if packet.size:
                    packet.stream = stream
                    new.mux(packet)
        source = (tmp_path / "b.mp4").rename(source)
    content = source.read_bytes()
    source.write_bytes(content[: len(content) * 6 // 10])
    result = tmp_path / "out" / f"a{suffix}"
    with pytest.raises(InputError, match=rf"a\{suffix}"):
        restore_video(NearestEngine(), source, result, Encoding())
    assert not result.exists()
    assert not left_behind(tmp_path / "out")


class PlannedError(Exception):
    pass


@pytest.mark.parametrize("error", [PlannedError, KeyboardInterrupt])
def test_an_end_in_the_middle_leaves_nothing(tmp_path, error):
    source = film(tmp_path / "a.mkv", pictures(100, 64, 48), tracks=True)

    class Engine(NearestEngine):
        def clip(self, frames):
            for index, frame in enumerate(frames):
                if index == 20:
                    raise error
                yield frame

    began = time.monotonic()
    with pytest.raises(error):
        restore_video(Engine(), source, tmp_path / "out" / "b.mkv", Encoding())
    assert time.monotonic() - began < 5
    assert left_behind(tmp_path) == ["a.mkv", "out"]
    assert {thread.name for thread in threading.enumerate()}.isdisjoint({"decoding", "encoding"})


def test_an_old_result_survives_a_failed_new_one(tmp_path):
    source = film(tmp_path / "a.mkv", pictures(20, 64, 48))
    (tmp_path / "b.mkv").write_bytes(b"old")

    class Engine(NearestEngine):
        def clip(self, frames):
            raise PlannedError
            yield

    with pytest.raises(PlannedError):
        restore_video(Engine(), source, tmp_path / "b.mkv", Encoding())
    assert (tmp_path / "b.mkv").read_bytes() == b"old"


def test_a_container_that_cannot_hold_the_codec_is_refused(tmp_path):
    source = film(tmp_path / "a.mkv", pictures(3, 64, 48))
    with pytest.raises((InputError, OutputError), match=r"b\.webm"):
        restore_video(NearestEngine(), source, tmp_path / "b.webm", Encoding(codec="x264"))
    assert left_behind(tmp_path) == ["a.mkv"]
