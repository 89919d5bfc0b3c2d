"""Input rescaling: sizes that fit to the pixel, runs from all over, a page, and pairs made once."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clips import make_clip
from fakes import NearestEngine
from sakuga.errors import InputError
from sakuga.media.plain import read_rgb, write_rgb
from sakuga.train.excerpt import LENGTH, Reel
from sakuga.train.frames import FramePairs
from sakuga.train.ranking import MEASURES, measured, ranked
from sakuga.train.rescale import Rescaling, begin, exact, pairs, restored, series
from sakuga.train.survey import places, survey
from shots import shots
from trained import drawing

TOLD = Rescaling(factors=(1.0, 0.5), looks=2)


class Remembering(NearestEngine):
    """Like AnimeSR it looks at three frames."""

    @property
    def window(self):
        return 3


def folder(path, frames):
    for number, frame in enumerate(frames):
        write_rgb(path / f"{number:04}.png", frame)
    return path


def moving(count, size=(40, 52)):
    still = drawing(1, (size[0], size[1] + 2 * count))
    return [still[:, 2 * n : 2 * n + size[1]] for n in range(count)]


@given(st.integers(8, 400), st.integers(8, 400), st.sampled_from([1.0, 0.9, 0.7, 0.6, 0.5, 1 / 3]))
def test_pseudo_hr_is_twice_as_large_whatever_the_factor(height, width, factor):
    height, width = 2 * height, 2 * width
    size = exact((height, width), factor)
    assert np.abs(np.array(size) / (height, width) - factor).max() <= 0.5 / min(height, width) + 1e-9
    if height * width < 5000:
        (made,) = restored(NearestEngine(4.0), [np.zeros((height, width, 3), np.uint8)], factor)
        assert made.shape == (2 * height, 2 * width, 3)


@pytest.mark.parametrize("factor", [1.0, 0.9, 0.7, 0.5, 0.4])
@pytest.mark.parametrize("scale", [2.0, 4.0])
def test_pixels_stay_above_those_that_they_come_from(factor, scale):
    """A smooth ramp through every resize: no shift, whichever side is not a whole number."""
    from sakuga.engine.resample import resample

    class Smooth(NearestEngine):
        def enlarged(self, pixels):
            width, height = self.size(pixels.shape[1], pixels.shape[0])
            return resample(pixels, height, width)

    ramp = np.rint(np.linspace(20, 220, 62))[None, :, None] + np.zeros((46, 1, 3))
    ramp = ramp.astype(np.uint8)
    (made,) = restored(Smooth(scale), [ramp], factor)
    back = made.reshape(46, 2, 62, 2, 3).mean((1, 3))
    assert np.abs(back - ramp)[:, 6:-6].mean() < 0.6


def test_with_four_times_and_a_half_the_result_is_what_came_out():
    frame = drawing(2, (30, 44))
    engine = NearestEngine(4.0)
    from sakuga.engine.resample import resample

    (made,) = restored(engine, [frame], 0.5)
    assert np.array_equal(made, engine.enlarged(resample(frame, 15, 22)))


def test_too_small_frames_are_named():
    with pytest.raises(InputError, match=r"too small for the factor 0\.1"):
        exact((20, 30), 0.1)


def test_runs_of_a_folder_come_from_all_over(tmp_path):
    clip = folder(tmp_path / "線", moving(40))
    assert [len(run.frames) for run in Reel.of(clip, 200).runs()] == [11, 11, 11, 7]
    few = list(Reel.of(clip, 3).runs())
    assert [len(run.frames) for run in few] == [LENGTH] * 3
    assert np.array_equal(few[-1].frames[-1], moving(40)[-1])
    assert np.array_equal(few[0].frames[0], moving(40)[0])
    assert [run.number for run in Reel.of(clip, 3).runs(lambda number: number == 1)] == [1]


def test_runs_of_a_video_end_at_cuts_and_lose_odd_rows(tmp_path):
    frames = [np.pad(frame, ((0, 0), (0, 0), (0, 0)))[:23] for frame in shots(22, 5)]
    clip = make_clip(tmp_path / "a.mkv", frames, options=("-c:v", "ffv1", "-pix_fmt", "bgr0"))
    first, second = Reel.of(clip, 200).runs()
    assert first.frames[0].shape == (22, 32, 3)
    assert [(shot.start, shot.stop) for shot in first.shots] == [(0, 5), (5, 10), (10, 11)]
    assert [(shot.start, shot.stop) for shot in second.shots] == [(0, 4), (4, 9), (9, 11)]


def test_a_place_that_gives_no_frames_is_left_out(tmp_path, monkeypatch):
    clip = make_clip(tmp_path / "a.mkv", moving(12), options=("-c:v", "ffv1", "-pix_fmt", "bgr0"))
    monkeypatch.setattr("sakuga.train.excerpt.come_whole", lambda *_: False)
    monkeypatch.setattr("sakuga.train.excerpt.excerpts", lambda *_: iter([iter(()), iter(())]))
    assert not list(Reel.of(clip, 2).runs())
    with pytest.raises(InputError, match="no two frames"):
        list(series(Reel.of(clip, 2), Remembering(4.0), tmp_path / "out", TOLD, print_nothing))


def test_clips_that_are_none_are_named(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        Reel.of(tmp_path / "gone.mkv", 5)
    with pytest.raises(InputError, match="holds 1 pictures"):
        Reel.of(folder(tmp_path / "one", moving(1)), 5)
    mixed = folder(tmp_path / "mixed", [*moving(2), drawing(1, (20, 20))])
    with pytest.raises(InputError, match="several sizes"):
        list(Reel.of(mixed, 5).runs())


class TestFolder:
    @pytest.fixture
    def clip(self, tmp_path):
        return folder(tmp_path / "a <b> 二", moving(24))

    def test_choosing_goes_on_and_makes_nothing_twice(self, clip, tmp_path):
        out, engine = tmp_path / "out", Remembering(4.0)
        reel = Reel.of(clip, 200)
        begin(out, reel, engine, 200)
        found = survey(reel, engine, out, TOLD, print_nothing)
        assert engine.frames == 2 * (11 + 2)
        survey(reel, engine, out, TOLD, print_nothing)
        assert engine.frames == 2 * (11 + 2)
        kept = (out / "x0.5" / "pseudo_hr" / "0002" / "01.png").stat().st_mtime_ns
        assert pairs(reel, engine, out, 0.5, print_nothing) == 10 + 10 + 1
        assert engine.frames == 2 * (11 + 2) + 11
        assert (out / "x0.5" / "pseudo_hr" / "0002" / "01.png").stat().st_mtime_ns == kept
        assert len(FramePairs.of(out / "x0.5", 64)) == 21
        assert np.array_equal(read_rgb(out / "x0.5" / "lq" / "0001" / "03.png"), moving(24)[14])
        assert {each.factor for each in found.order} == {1.0, 0.5}
        with pytest.raises(InputError, match="x1 should hold the same pictures"):
            FramePairs.of(out / "x1", 64)

    def test_a_network_without_memory_keeps_first_frames(self, clip, tmp_path):
        assert pairs(Reel.of(clip, 200), NearestEngine(4.0), tmp_path, 0.5, print_nothing) == 24

    def test_another_clip_or_network_is_refused(self, clip, tmp_path):
        engine, other = NearestEngine(4.0), NearestEngine(2.0)
        begin(tmp_path / "out", Reel.of(clip, 9), engine, 9)
        begin(tmp_path / "out", Reel.of(clip, 9), engine, 9)
        for reel, network, runs, told in (
            (Reel.of(clip, 9), other, 9, "device, precision or weights"),
            (Reel.of(clip, 9), engine, 8, "another runs"),
            (Reel.of(folder(tmp_path / "b", moving(3)), 9), engine, 9, "another clip"),
        ):
            with pytest.raises(InputError, match=told):
                begin(tmp_path / "out", reel, network, runs)

    def test_page_and_series_tell_all_factors_without_asking_anybody(self, clip, tmp_path):
        out, reel = tmp_path / "out", Reel.of(clip, 200)
        survey(reel, Remembering(4.0), out, TOLD, print_nothing)
        page = (out / "rescale.html").read_text("utf-8")
        assert "a &lt;b&gt; 二" in page
        assert "<b>" not in page.split("<body>")[1]
        assert "http" not in page.replace("http-equiv", "")
        assert page.count("<figcaption>the clip") == page.count("<figcaption>0.5")
        assert "--choose" in page
        told = json.loads((out / "series.json").read_text())
        assert [each["rank"] for each in told["factors"]] == [1, 2]
        assert set(told["factors"][0]["values"]) == set(MEASURES)
        assert {(each["factor"], each["width"], each["height"]) for each in told["factors"]} == {
            (1.0, 52, 40),
            (0.5, 26, 20),
        }

    def test_stills_without_a_second_frame_of_a_shot_are_named(self, tmp_path):
        cuts = folder(tmp_path / "cuts", list(shots(4, 1)))
        with pytest.raises(InputError, match="no two frames"):
            pairs(Reel.of(cuts, 9), Remembering(4.0), tmp_path / "out", 0.5, print_nothing)
        with pytest.raises(InputError, match="no two frames"):
            list(series(Reel.of(cuts, 9), Remembering(4.0), tmp_path / "out", TOLD, print_nothing))


def print_nothing(sentence):
    assert sentence


def test_settings_that_cannot_be_are_named():
    for settings, told in (
        ({"factors": ()}, "at least one"),
        ({"factors": (0.5, 0.50000001)}, "each once"),
        ({"factors": (0.0,)}, "no factor"),
        ({"runs": 0}, "--runs is 0"),
        ({"looks": 0}, "--looks is 0"),
    ):
        with pytest.raises(InputError, match=told):
            Rescaling(**settings)


def test_looks_are_spread():
    assert Rescaling(looks=3).looked_at(200) == {33, 100, 166}
    assert Rescaling(looks=3).looked_at(1) == {0}


class TestRanks:
    def test_best_first_and_ties_go_to_the_larger_factor(self):
        def values(hollow, noise):
            return dict.fromkeys(MEASURES, 1.0) | {"hollow": hollow, "noise": noise}

        order = ranked({0.3: values(2, 2), 1.0: values(3, 1), 0.5: values(1, 3), 0.6: values(4, 4)})
        assert [each.factor for each in order] == [1.0, 0.5, 0.3, 0.6]
        assert order[0].ranks == {"niqe-anime": 1, "hollow": 3, "noise": 1, "ringing": 1, "lines": 1}

    def test_measures_without_a_value_count_for_nobody(self):
        values = measured([(drawing(1, (48, 60)), drawing(1, (24, 30)))])
        assert values["niqe-anime"] != values["niqe-anime"]
        (only,) = ranked({0.5: values})
        assert "niqe-anime" not in only.ranks

    def test_lost_lines_and_grain_are_seen(self):
        large = drawing(5, (192, 256))
        lq = large.reshape(96, 2, 128, 2, 3).mean((1, 3)).astype(np.uint8)
        grain = np.random.default_rng(1).normal(0, 8, large.shape)
        noisy = np.clip(large + grain, 0, 255).astype(np.uint8)
        flat = np.full_like(large, 200)
        good, grainy, lost = (measured([(each, lq)]) for each in (large, noisy, flat))
        assert grainy["noise"] > good["noise"] + 2
        assert lost["lines"] == 0 < good["lines"]


def test_crops_are_where_pictures_differ():
    one = np.zeros((100, 150, 3), np.uint8)
    other = one.copy()
    other[10:20, 120:130] = 200
    other[70:80, 30:40] = 90
    found = places([one, other], side=32)
    assert len(found) == 2
    for (top, left), (row, column) in zip(found, ((10, 120), (70, 30)), strict=True):
        assert top <= row <= top + 22
        assert left <= column <= left + 22
    assert places([one[:20], other[:20]], side=32)[0][0] == 0
