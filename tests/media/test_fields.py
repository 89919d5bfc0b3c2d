"""Interlaced and telecined video is told from whole pictures, and comes back whole at the right rate."""

import itertools
from fractions import Fraction

import numpy as np
import pytest

import clips
from fields import CODECS, fielded, interlaced, luma_psnr, telecined, woven
from sakuga.media.fields import fields_of, judge
from sakuga.media.video import open_video

FILM = Fraction(24000, 1001)
VIDEO = Fraction(30000, 1001)
SUFFIX = {"mpeg2": ".mpg"}
PROGRESSIVE = ("-c:v", "libx264", "-crf", "20", "-pix_fmt", "yuv420p")


@pytest.fixture(scope="module")
def moments():
    return clips.moving(80, 320, 240, seed=3)


def held(pictures, count):
    return [pictures[index // count * count] for index in range(len(pictures))]


def read(path, deinterlace="auto"):
    video = open_video(path, deinterlace)
    return video, list(video.frames())


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("parity", ["tff", "bff"])
def test_interlaced_video_comes_back_whole(tmp_path, moments, parity, codec):
    path = fielded(tmp_path / f"a{SUFFIX.get(codec, '.mkv')}", interlaced(moments, parity), parity, codec)
    assert (fields_of(path).scan, fields_of(path).parity) == ("interlaced", parity)
    video, frames = read(path)
    assert (len(frames), video.decoded, video.info.interlaced) == (40, 40, False)
    assert video.info.rate == pytest.approx(VIDEO, rel=1e-4)
    assert min(luma_psnr(f.pixels, k) for f, k in zip(frames, moments[::2], strict=True)) > 35
    assert [frame.pts for frame in frames] == [frame.pts for frame in open_video(path).frames()]
    assert "interlaced" in video.warnings[0]
    assert "bwdif" in video.warnings[0]


@pytest.mark.parametrize("hold", [1, 2, 3])
@pytest.mark.parametrize(
    ("codec", "parity"), [("h264", "tff"), ("h264", "bff"), ("h264 10 bits", "tff"), ("mpeg2", "tff")]
)
def test_telecined_film_comes_back_as_film(tmp_path, moments, codec, parity, hold):
    film = held(moments, hold)
    path = fielded(tmp_path / f"a{SUFFIX.get(codec, '.mkv')}", telecined(film, parity), parity, codec)
    assert (fields_of(path).scan, fields_of(path).parity) == ("telecined", parity)
    video, frames = read(path)
    assert (len(frames), video.decoded) == (80, 80)
    assert video.info.rate == pytest.approx(FILM, rel=1e-4)
    assert video.info.frames == pytest.approx(80, abs=1)
    assert frames[0].pixels.dtype == (np.uint16 if "10" in codec else np.uint8)
    assert min(luma_psnr(f.pixels, k) for f, k in zip(frames, film, strict=True)) > 35
    times = [frame.pts * frame.time_base for frame in frames]
    assert times == [pytest.approx(times[0] + index / FILM, abs=0.001) for index in range(80)]
    assert "3:2" in video.warnings[0]


@pytest.mark.parametrize("cut", [1, 2, 3, 4])
def test_any_phase_and_a_broken_last_cycle(tmp_path, moments, cut):
    pictures = telecined(moments)[cut : 100 - cut]
    path = fielded(tmp_path / "a.mkv", pictures, codec="h264")
    video, frames = read(path)
    assert fields_of(path).scan == "telecined"
    assert len(frames) == video.decoded == len(pictures) - len(pictures) // 5
    # All but the edges, where half a picture is missing.
    errors = [max(luma_psnr(frame.pixels, known) for known in moments) for frame in frames]
    assert sorted(errors)[3] > 35


def lines(period, down, count=40):
    """Fine horizontal stripes that scroll by `down` lines a picture, with a fast bright box."""
    y = np.mgrid[:240, :320][0]
    for index in range(count):
        shade = ((y + index * down) // (period // 2)) % 2 * 200 + 20
        picture = np.stack([shade] * 3, -1).astype(np.uint8)
        left = index * 17 % 260
        picture[60:120, left : left + 50] = (250, 30, 40)
        yield picture


def rolling(pictures, step, axis):
    return [np.roll(picture, index * step, axis) for index, picture in enumerate(pictures)]


@pytest.mark.parametrize(
    "drawn",
    [
        pytest.param(lambda drawn: drawn[:40], id="slow"),
        pytest.param(lambda drawn: rolling(drawn[:40], 17, 1), id="fast across"),
        pytest.param(lambda drawn: rolling(drawn[:40], 5, 0), id="fast down"),
        pytest.param(lambda drawn: held(drawn, 3)[:60], id="on threes"),
        pytest.param(lambda drawn: [drawn[0]] * 30, id="still"),
        pytest.param(lambda drawn: [d // 40 * i for i, d in enumerate(drawn[:40])], id="fade"),
        *(
            pytest.param(lambda _, p=period, d=down: list(lines(p, d)), id=f"{period} lines, {down} down")
            for period in (2, 4, 6)
            for down in (0, 1, 2)
        ),
    ],
)
@pytest.mark.parametrize("crf", ["8", "30"])
def test_progressive_video_is_left_alone(tmp_path, moments, drawn, crf):
    options = ("-c:v", "libx264", "-crf", crf, "-pix_fmt", "yuv420p")
    path = clips.make_clip(tmp_path / "a.mkv", drawn(moments), 24, options)
    assert fields_of(path).scan in ("progressive", "unknown")
    video, frames = read(path)
    plain = open_video(path)
    for frame, before in zip(frames, plain.frames(), strict=True):
        assert np.array_equal(frame.pixels, before.pixels)
        assert (frame.pts, frame.duration, frame.time_base) == (before.pts, before.duration, before.time_base)
    assert video.info == plain.info
    assert video.warnings == []


def test_a_false_flag_is_told_and_nothing_is_done(tmp_path, moments):
    path = fielded(tmp_path / "a.mkv", moments[:40])
    video, frames = read(path)
    assert len(frames) == 40
    assert "flagged" in video.warnings[0]
    assert min(luma_psnr(f.pixels, k) for f, k in zip(frames, moments, strict=False)) > 40


def test_off_only_tells(tmp_path, moments):
    path = fielded(tmp_path / "a.mkv", interlaced(moments, "tff"))
    video, frames = read(path, "off")
    assert "combs" in video.warnings[0]
    assert all(
        np.array_equal(frame.pixels, before.pixels)
        for frame, before in zip(frames, open_video(path).frames(), strict=True)
    )


def test_a_way_can_be_asked_for(tmp_path, moments):
    path = fielded(tmp_path / "a.mkv", telecined(moments))
    video, frames = read(path, "bwdif")
    assert len(frames) == 100
    assert "--deinterlace bwdif" in video.warnings[0]
    assert len(read(fielded(tmp_path / "b.mkv", moments[:40]), "telecine")[1]) == 32


def test_fields_out_of_step_are_put_together(tmp_path, moments):
    shifted = [woven(this, before) for before, this in itertools.pairwise(moments)]
    path = fielded(tmp_path / "a.mkv", shifted, codec="h264")
    video, frames = read(path)
    assert fields_of(path).scan == "mixed"
    assert len(frames) == 79
    assert video.info.rate == pytest.approx(VIDEO, rel=1e-4)
    errors = [max(luma_psnr(frame.pixels, known) for known in moments) for frame in frames]
    assert sorted(errors)[2] > 35


def test_little_evidence_is_no_verdict():
    assert judge([["tff"] * 3, [None] * 40]).scan == "unknown"
    assert judge([]).scan == "unknown"
