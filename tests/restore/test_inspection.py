"""Inspection, advice and estimate, on films and pictures made with known damage."""

from __future__ import annotations

import shlex
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from choices import fill
from drawn import drawing, enlarged
from fakes import NearestEngine
from film import film
from sakuga.errors import InputError
from sakuga.media.codecs import Encoding
from sakuga.restore.advice import advise, hastened
from sakuga.restore.estimate import Estimate, estimate
from sakuga.restore.inspection import inspect


def on_twos(count, cut=48):
    """Drawings held for two frames each; another scene from `cut` on."""
    for index in range(count):
        frame = drawing(192, 256, seed=0 if index < cut else 7)
        step = index // 2
        frame[40:90, 20 + 4 * step % 150 : 60 + 4 * step % 150] = (240, 60, 80)
        yield frame


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    path = tmp_path_factory.mktemp("film") / "held 二.mkv"
    return film(path, on_twos(96), options={"crf": "23"}, tracks=True)


@pytest.fixture(scope="module")
def look(clip):
    return inspect(clip)


def test_held_drawings_and_cuts_are_counted(look):
    found = look.found
    assert (found.kind, found.width, found.height, found.frames) == ("video", 256, 192, 96)
    assert found.looked_at == 96
    assert found.held_share == pytest.approx(0.5, abs=0.03)
    assert found.cuts_per_minute == pytest.approx(60 * 25 / 95, rel=0.01)
    assert found.native_height == 192
    assert "h264" in found.codec
    assert any("audio" in other for other in found.others)


def picture(path, pixels):
    Image.fromarray(pixels).save(path)
    return path


def test_an_enlarged_picture_is_found_and_not_enlarged_for_nothing(tmp_path):
    found = inspect(picture(tmp_path / "a.png", enlarged(drawing(), 2))).found
    assert found.native_height == pytest.approx(192, rel=0.1)
    advice = advise(found)
    assert 1.5 <= advice.scale <= 2
    assert "about" in advice.reasons[0]
    assert advise(inspect(picture(tmp_path / "b.png", drawing())).found).scale == 4


def test_the_model_is_that_of_the_kind_and_only_another_is_named(look, tmp_path, monkeypatch):
    fill(monkeypatch)
    still = inspect(picture(tmp_path / "still.png", drawing())).found
    first = Image.fromarray(drawing())
    others = [Image.fromarray(drawing(seed=seed)) for seed in (1, 2)]
    for name in ("moving.gif", "pages.tif"):
        first.save(tmp_path / name, save_all=True, append_images=others)
    moving, pages = (inspect(tmp_path / name).found for name in ("moving.gif", "pages.tif"))
    assert [advise(found).model for found in (still, pages)] == ["still", "still"]
    assert [advise(found).model for found in (look.found, moving)] == ["moving", "moving"]
    for found, usual, other in ((still, "still", "moving"), (moving, "moving", "still")):
        assert "--model" not in advise(found, usual).command
        assert f"--model {other}" in advise(found, other).command


@pytest.mark.parametrize(
    ("seconds", "model", "told"), [(10, None, False), (9e4, None, True), (9e4, "x", False)]
)
def test_fast_is_advised_where_the_work_is_long(look, monkeypatch, seconds, model, told):
    fill(monkeypatch)
    advice = advise(look.found, model)
    hurried = hastened(advice, look.found, Estimate(seconds, None))
    assert any("--fast" in reason for reason in hurried.reasons) == told
    assert hurried.command == advice.command
    assert hastened(advice, look.found, Estimate(None, None)) == advice


@pytest.mark.parametrize(
    ("height", "native", "scale", "codec"),
    [
        (240, 240, 4, "x264"),
        (480, 480, 4, "x265"),
        (720, 720, 3, "x265"),
        (1080, 1080, 2, "x265"),
        (1080, 480, 1.5, "x265"),
        (2160, 2160, 1, "x265"),
        (4320, 4320, 1, "x265"),
    ],
)
def test_no_video_grows_beyond_what_its_detail_and_screens_hold(look, height, native, scale, codec):
    advice = advise(replace(look.found, height=height, native_height=native))
    assert (advice.scale, advice.codec) == (scale, codec)


def test_the_command_can_be_pasted(look):
    words = shlex.split(advise(look.found).command)
    assert words[:3] == ["sakuga", "restore", str(look.found.path)]


class SlowEngine(NearestEngine):
    """A network that needs a known time for each pixel."""

    pace = 2e-7

    def clip(self, frames):
        for frame in frames:
            time.sleep(self.pace * frame.shape[0] * frame.shape[1])
            yield self.enlarged(frame)


def test_time_grows_with_pixels_and_frames(look):
    cost = estimate(SlowEngine(2.0), look, Encoding(preset="ultrafast"))
    network = SlowEngine.pace * 96 * 256 * 192
    assert network < cost.seconds < 8 * network
    longer = replace(look, found=replace(look.found, frames=960, seconds=38.4))
    more = estimate(SlowEngine(2.0), longer, Encoding(preset="ultrafast"))
    assert more.seconds > 4 * cost.seconds


def test_size_is_near_what_comes_out(look, tmp_path):
    cost = estimate(NearestEngine(2.0), look, Encoding())
    made = film(
        tmp_path / "made.mkv",
        (frame.repeat(2, 0).repeat(2, 1) for frame in on_twos(96)),
        options={"crf": "16", "aq-mode": "3"},
        tracks=True,
    )
    assert made.stat().st_size / 3 < cost.size < made.stat().st_size * 3


def test_a_video_of_unknown_length_gets_no_estimate(look):
    cost = estimate(NearestEngine(2.0), replace(look, found=replace(look.found, frames=0)), Encoding())
    assert (cost.seconds, cost.size) == (None, None)


def test_a_picture_s_cost(tmp_path):
    look = inspect(picture(tmp_path / "a.png", drawing()))
    cost = estimate(NearestEngine(2.0), look, Encoding())
    made = picture(tmp_path / "made.png", drawing().repeat(2, 0).repeat(2, 1))
    assert made.stat().st_size / 3 < cost.size < made.stat().st_size * 3
    assert cost.seconds >= 0


@pytest.mark.parametrize("name", ["none.png", "text.mp4", "text.txt", "."])
def test_what_cannot_be_inspected_is_a_sentence(name, tmp_path):
    (tmp_path / "text.mp4").write_text("only text")
    (tmp_path / "text.txt").write_text("only text")
    with pytest.raises(InputError) as error:
        inspect(Path(tmp_path / name))
    assert str(error.value).endswith(".")


def test_tiny_grey_and_clear_pictures_have_numbers(tmp_path):
    clear = np.zeros((5, 7, 4), np.uint8)
    grey = np.full((1, 1), 9, np.uint8)
    for name, pixels in (("clear.png", clear), ("grey.png", grey)):
        found = inspect(picture(tmp_path / name, pixels)).found
        assert np.isfinite([found.blocking, found.ringing, found.blur, found.noise]).all()
        assert estimate(NearestEngine(2.0), inspect(tmp_path / name), Encoding()).size > 0
