"""Black bars: found, kept from the network, put back; and whatever stands in them is kept."""

import numpy as np
import pytest

import clips
from fakes import LookingAheadEngine, NearestEngine
from sakuga.engine.letterbox import Letterboxed
from sakuga.media.bars import Bars, agreed, bars_of
from sakuga.media.codecs import Encoding
from sakuga.media.video import open_video
from sakuga.restore.treatment import Treatment
from sakuga.restore.video import restore_video

H264 = ("-c:v", "libx264", "-crf", "18", "-pix_fmt", "yuv420p")


def boxed(count=30, bars=(24, 20, 0, 0), noise=0.0, text=()):
    """Moving pictures between bars (top, bottom, left, right); a line of text below in some of them."""
    top, bottom, left, right = bars
    rng = np.random.default_rng(1)
    for index, drawn in enumerate(clips.moving(count, 160, 120, seed=2)):
        frame = np.zeros((120 + top + bottom, 160 + left + right, 3))
        frame[top : top + 120, left : left + 160] = drawn
        if index in text:
            frame[-12:-6, 60:100:3] = 230
        yield np.clip(frame + noise * rng.standard_normal(frame.shape), 0, 255).astype(np.uint8)


def found(path):
    return bars_of(path, open_video(path).info)


@pytest.mark.parametrize("noise", [0, 2])
@pytest.mark.parametrize("bars", [(24, 20, 0, 0), (0, 0, 30, 30), (16, 16, 16, 24)])
@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuv420p10le"])
def test_bars_are_found(tmp_path, bars, noise, pix_fmt):
    path = clips.make_clip(tmp_path / "a.mkv", boxed(bars=bars, noise=noise), 24, (*H264[:-1], pix_fmt))
    assert np.abs(np.subtract(_sides(found(path)), bars)).max() <= 2


def _sides(bars):
    return bars.top, bars.bottom, bars.left, bars.right


def test_a_full_picture_has_none(tmp_path):
    assert not found(clips.make_clip(tmp_path / "a.mkv", clips.moving(30), 24, H264))
    dark = [frame // 12 for frame in clips.moving(30)]
    dark = [np.maximum(frame, 1 + np.indices(frame.shape[:2]).sum(0)[..., None] % 40) for frame in dark]
    assert not found(clips.make_clip(tmp_path / "b.mkv", dark, 24, H264))
    assert not found(clips.make_clip(tmp_path / "c.mkv", [np.zeros((96, 96, 3))] * 20, 24, H264))


def test_bars_with_subtitles_are_left_alone(tmp_path):
    path = clips.make_clip(tmp_path / "a.mkv", boxed(text=range(8, 14)), 24, H264)
    bars = found(path)
    assert bars.bottom == 0
    assert bars.top in (22, 23, 24)


def test_a_few_dark_frames_say_nothing():
    assert agreed([(20, 20, 0, 0)] * 3, 160, 120) == Bars()
    assert agreed([(20, 20, 0, 0)] * 9, 160, 120) == Bars(20, 20)
    assert agreed([(20, 20, 0, 0)] * 8 + [(5, 20, 0, 0)], 160, 120) == Bars(0, 20)
    assert agreed([(3, 3, 0, 0)] * 9, 160, 120) == Bars()


@pytest.mark.parametrize("scale", [1, 1.5, 2, 4])
@pytest.mark.parametrize("bars", [Bars(13, 20), Bars(0, 9, 11, 0)])
@pytest.mark.parametrize("kind", [NearestEngine, LookingAheadEngine])
def test_the_engine_sees_only_the_picture(scale, bars, kind):
    seen = []
    engine = kind(scale, change=lambda pixels: seen.append(pixels.shape) or pixels)
    frames = list(boxed(3, (bars.top, bars.bottom, bars.left, bars.right)))
    results = list(Letterboxed(engine, bars).clip(frames))
    assert set(seen) == {(120, 160, 3)}
    width, height = engine.size(frames[0].shape[1], frames[0].shape[0])
    for result, frame in zip(results, frames, strict=True):
        assert result.shape == (height, width, 3)
        plain = next(NearestEngine(scale).clip([frame]))
        assert np.mean(np.any(plain != result, axis=2)) < (0.25 if scale == 1.5 else 1e-9)
        top = round(bars.top * scale)
        assert not result[: max(0, top - 1)].any()


def test_what_stands_in_a_bar_is_kept():
    (frame,) = boxed(1, text=[0])
    (result,) = Letterboxed(NearestEngine(2), Bars(24, 20)).clip([frame])
    assert result[-24:-12].max() > 150
    assert np.array_equal(result[48:288], frame[24:144].repeat(2, 0).repeat(2, 1))


def test_a_film_with_bars_tells_and_keeps_its_size(tmp_path):
    path = clips.make_clip(tmp_path / "a.mkv", boxed(bars=(24, 24, 0, 0)), 24, H264)
    outcome = restore_video(NearestEngine(2), path, tmp_path / "b.mkv", Encoding(codec="ffv1"))
    assert [word for word in outcome.warnings if "bars" in word]
    with open_video(tmp_path / "b.mkv") as video:
        assert (video.info.width, video.info.height) == (320, 336)
        assert all(frame.pixels[:40].max() == 0 for frame in video.frames())
    plain = restore_video(
        NearestEngine(2), path, tmp_path / "c.mkv", Encoding(), treatment=Treatment(letterbox=False)
    )
    assert plain.warnings == ()
