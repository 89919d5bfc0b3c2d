"""I pictures: those of a full decode to the bit, by seeking too, whatever keeps them from standing alone."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest

from clips import ffmpeg, make_clip
from drawn import drawing
from sakuga.errors import InputError
from sakuga.media.intra import IntraFile
from sakuga.media.small import small_frames
from sakuga.media.video import open_video

X264 = ("-c:v", "libx264", "-x264-params", "keyint=250:min-keyint=30:scenecut=60")
CODINGS = {
    "x264.mkv": X264,
    "x264.mp4": (*X264, "-movflags", "faststart"),
    "x264.ts": X264,
    "open.mp4": ("-c:v", "libx264", "-x264-params", "open-gop=1:keyint=9:min-keyint=4"),
    "slices.mkv": (*X264[:3], f"{X264[3]}:slices=3"),
    "deep.mkv": ("-c:v", "libx264", "-pix_fmt", "yuv420p10le"),
    "x265.mkv": ("-c:v", "libx265", "-x265-params", "log-level=error:min-keyint=20"),
    "mpeg2.mpg": ("-c:v", "mpeg2video", "-g", "6", "-bf", "2"),
    "mpeg4.avi": ("-c:v", "mpeg4", "-g", "7", "-bf", "2"),
    "vp9.webm": ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "10"),
    "woven.mkv": (*X264, "-flags", "+ildct+ilme"),
}


def scenes(count=5, length=9):
    """Shots of one drawing each, in which a square moves."""
    for scene in range(count):
        ground = drawing(96, 128, scene)
        for index in range(length):
            frame = ground.copy()
            frame[20:40, 5 * index : 5 * index + 20] = 250
            yield frame


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    folder, frames = tmp_path_factory.mktemp("films"), list(scenes())
    usual = ("-pix_fmt", "yuv420p")
    return {
        name: make_clip(folder / name, frames, 24, (*usual, *options)) for name, options in CODINGS.items()
    }


def decoded(path):
    """pts -> pixels of all that FFmpeg calls I, by decoding everything."""
    with av.open(path) as container:
        kinds = {frame.pts: frame.pict_type for frame in container.decode(video=0)}
    whole = {frame.pts: frame.pixels for frame in open_video(path).frames()}
    return {pts: whole[pts] for pts, kind in kinds.items() if kind == av.video.frame.PictureType.I}


@pytest.mark.parametrize("name", CODINGS)
def test_alone_they_are_what_they_are_in_a_full_decode(films, name):
    wanted = decoded(films[name])
    found = list(IntraFile(films[name]).pictures())
    assert sorted(picture.pts for picture in found) == sorted(wanted)
    assert len(wanted) > 1
    for picture in found:
        assert np.array_equal(picture.pixels(), wanted[picture.pts])
        assert picture.size > 0


@pytest.mark.parametrize("name", ["x264.mkv", "x265.mkv", "x264.ts", "woven.mkv"])
def test_some_are_found_by_their_times(films, name):
    file = IntraFile(films[name])
    times = sorted(picture.pts for picture in file.pictures())
    wanted = {times[0], times[-1], times[len(times) // 2]}
    pixels = {picture.pts: picture.pixels() for picture in file.pictures() if picture.pts in wanted}
    found = list(IntraFile(films[name]).at(wanted | {times[0] + 1}))
    assert {picture.pts for picture in found} == wanted
    assert all(np.array_equal(picture.pixels(), pixels[picture.pts]) for picture in found)


def test_not_every_i_picture_is_a_keyframe(films):
    kinds = [picture.keyframe for picture in IntraFile(films["x264.mkv"]).pictures()]
    assert True in kinds
    assert False in kinds


def test_sizes_are_those_of_the_packets(films):
    with av.open(films["mpeg4.avi"]) as container:
        sizes = {packet.size for packet in container.demux(video=0)}
    assert {picture.size for picture in IntraFile(films["mpeg4.avi"]).pictures()} <= sizes


def test_a_file_without_a_clock_has_its_frames_counted(films, tmp_path):
    raw = tmp_path / "raw.h264"
    ffmpeg("-i", films["x264.mkv"], "-c", "copy", raw)
    found = sorted(IntraFile(raw).pictures(), key=lambda picture: picture.pts)
    frames = [round(picture.pts * picture.time_base * 24, 3) for picture in found]
    with av.open(films["x264.mkv"]) as container:
        kinds = [frame.pict_type for frame in container.decode(video=0)]
    at = [index for index, kind in enumerate(kinds) if kind == av.video.frame.PictureType.I]
    rate = open_video(raw).info.rate
    assert frames == [pytest.approx(float(index * 24 / rate), abs=0.01) for index in at]


def test_damaged_ones_are_left_out_and_told(films, tmp_path):
    broken = bytearray(films["x264.mkv"].read_bytes())
    with av.open(films["x264.mkv"]) as container:
        times = [picture.pts for picture in IntraFile(films["x264.mkv"]).pictures()]
        packets = {packet.pts: bytes(packet) for packet in container.demux(video=0) if packet.size}
    body = packets[times[2]]
    place = bytes(broken).find(body) + len(body) // 2
    broken[place : place + 30] = bytes(255 - byte for byte in broken[place : place + 30])
    (tmp_path / "broken.mkv").write_bytes(broken)
    file = IntraFile(tmp_path / "broken.mkv")
    left = {picture.pts for picture in file.pictures()}
    assert left == set(times) - {times[2]}
    (told,) = file.warnings
    assert "broken.mkv is damaged in 1 place" in told


def test_a_file_cut_short_gives_what_it_has(films, tmp_path):
    data = films["x264.mp4"].read_bytes()
    (tmp_path / "short.mp4").write_bytes(data[: len(data) * 2 // 3])
    file = IntraFile(tmp_path / "short.mp4")
    found = [picture.pts for picture in file.pictures()]
    assert 0 < len(found) < len(list(IntraFile(films["x264.mp4"]).pictures()))
    assert any("short.mp4" in told for told in file.warnings)


def test_what_is_no_video_is_named(tmp_path):
    (tmp_path / "a.mkv").write_bytes(b"nothing")
    with pytest.raises(InputError, match=r"a\.mkv is not a video"):
        IntraFile(tmp_path / "a.mkv")


@pytest.mark.parametrize("rows", [32, 500])
def test_small_frames_are_all_frames_small(films, rows):
    with open_video(films["x264.mkv"]) as video:
        info, whole = video.info, list(video.frames())
    found = list(small_frames(films["x264.mkv"], info, rows))
    assert [frame.pts for frame in found] == [frame.pts for frame in whole]
    height = min(rows, 96)
    assert {frame.pixels.shape for frame in found} == {(height, round(128 * height / 96), 3)}
    for one, other in zip(found, whole, strict=True):
        assert abs(one.pixels.mean() - other.pixels.mean()) < 2
    assert info.time_base == Fraction(1, 1000)
