"""Clips to train on: frames in a row from folders and from videos, alike in all but time."""

import json
import pickle

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from film import film
from moving import clip_folder, frames
from sakuga.degrade.lines import sharpened
from sakuga.errors import InputError
from sakuga.media.plain import write_rgb
from sakuga.media.video import open_video
from sakuga.train.clips import ClipPairs, Clipping, _places
from trained import drawing

CLIPPING = Clipping(crop=32, frames=3, seed=5)


@pytest.fixture
def folder(tmp_path):
    return clip_folder(tmp_path / "clips")


def shades(pair):
    """Which frames they are."""
    return np.rint(pair["gt"][:, 2].mean((1, 2)) * 255 / 4).astype(int).tolist()


def test_a_sample_is_three_clips_of_one_place(folder):
    pairs = ClipPairs.of(folder, CLIPPING)
    assert len(pairs) == 9 + 12
    pair = pairs[0]
    shapes = {name: array.shape for name, array in pair.items()}
    assert shapes == {"lq": (3, 3, 8, 8), "gt": (3, 3, 32, 32), "pseudo_gt": (3, 3, 32, 32)}
    assert all(array.dtype == np.float32 and array.flags.c_contiguous for array in pair.values())
    assert np.array_equal(pair["gt"], pair["pseudo_gt"])


def test_intervals_and_directions_all_occur(folder):
    pairs = ClipPairs.of(folder, CLIPPING)
    seen = set()
    for number in range(120):
        first, second, third = shades(pairs[number])
        assert third - second == second - first
        seen.add(second - first)
    assert seen == {-3, -2, -1, 1, 2, 3}


def test_every_frame_of_lq_fits_its_own_of_gt_best(folder):
    """In the mean of many pairs, as one may be degraded until nothing moves any more."""
    pairs = ClipPairs.of(folder, Clipping(crop=32, frames=3, intervals=(3,)))
    apart = np.zeros((3, 3))
    for number in range(40):
        pair = pairs[number]
        small = [cv2.resize(frame[:2].mean(0), (8, 8), interpolation=cv2.INTER_AREA) for frame in pair["gt"]]
        apart += [[np.abs(one - lq[:2].mean(0)).mean() for lq in pair["lq"]] for one in small]
    assert apart.argmin(1).tolist() == [0, 1, 2]


def test_numbers_decide_wherever_they_are_asked_for(folder):
    pairs, again = ClipPairs.of(folder, CLIPPING), ClipPairs.of(folder, CLIPPING)
    for number in (30, 3, 3):
        one, other = pairs[number], pickle.loads(pickle.dumps(again))[number]
        assert all(np.array_equal(one[name], other[name]) for name in one)
    assert not np.array_equal(pairs[3]["lq"], pairs[3 + len(pairs)]["lq"])


def test_pseudo_gt_can_be_sharpened(folder):
    pair = ClipPairs.of(folder, Clipping(crop=32, frames=3, sharpen=0.3))[0]
    for gt, pseudo in zip(pair["gt"], pair["pseudo_gt"], strict=True):
        wanted = sharpened(np.ascontiguousarray(gt.transpose(1, 2, 0)) * np.float32(255), 0.3)
        assert np.abs(wanted - pseudo.transpose(1, 2, 0) * 255).max() <= 0.51
    assert not np.array_equal(pair["gt"], pair["pseudo_gt"])


@pytest.mark.parametrize("known", [True, False], ids=["times", "numbers"])
def test_frames_of_a_video_are_found_by_time_or_by_number(tmp_path, known):
    """Lossless, in RGB, a key frame now and then: what comes out is what went in."""
    path = tmp_path / "film.mkv"
    film(path, list(frames(60, (48, 64))), codec="ffv1", pix_fmt="bgr0", options={"g": "12"})
    with open_video(path) as video:
        passing = list(video.frames())
    line = {"file": "film.mkv", "first": 40, "count": 11, "width": 64, "height": 48}
    if known:
        line |= {"pts": passing[40].pts, "time": float(passing[40].pts * passing[40].time_base)}
    (tmp_path / "manifest.jsonl").write_text(json.dumps(line))
    pairs = ClipPairs.of(tmp_path, Clipping(crop=32, frames=3))
    assert len(pairs) == 11
    seen = set()
    for number in range(22):
        seen |= set(shades(pairs[number]))
    assert seen == set(range(40, 51))


def test_listed_frames_may_have_gaps(tmp_path):
    film(tmp_path / "film.mkv", list(frames(20)), codec="ffv1", pix_fmt="bgr0")
    (tmp_path / "manifest.jsonl").write_text('{"file": "film.mkv", "frames": [2, 3, 5, 9]}')
    pairs = ClipPairs.of(tmp_path, Clipping(crop=32, frames=4, intervals=(1,), backwards=0))
    assert shades(pairs[0]) == [2, 3, 5, 9]


WRONG = [
    ('{"file": "clips/b", "width": 3}', None),
    ('{"file": "film.mkv"}', "does not say which of its frames"),
    ('{"file": "film.mkv", "first": "x", "count": 4}', "does not say which of its frames"),
    ('{"file": "film.mkv", "frames": [3, 3]}', "does not say which of its frames"),
    ('{"file": "film.mkv", "first": 0, "count": 2}', "has 2 frames; 3 are needed"),
    ('{"file": "still.png"}', "is a picture"),
    ('{"file": "gone"}', "does not exist"),
]


@pytest.mark.parametrize(("line", "sentence"), WRONG)
def test_what_is_no_clip_is_named(folder, tmp_path, line, sentence):
    write_rgb(tmp_path / "still.png", drawing(1))
    film(tmp_path / "film.mkv", list(frames(5)), codec="ffv1", pix_fmt="bgr0")
    (tmp_path / "manifest.jsonl").write_text(line)
    if sentence is None:
        assert len(ClipPairs.of(tmp_path, CLIPPING)) == 12
        return
    with pytest.raises(InputError, match=sentence):
        ClipPairs.of(tmp_path, CLIPPING)


def test_frames_that_are_promised_and_missing_are_told(folder, tmp_path):
    film(tmp_path / "film.mkv", list(frames(5)), codec="ffv1", pix_fmt="bgr0")
    (tmp_path / "manifest.jsonl").write_text('{"file": "film.mkv", "first": 3, "count": 9}')
    pairs = ClipPairs.of(tmp_path, CLIPPING)
    with pytest.raises(InputError, match="where its manifest says so"):
        [pairs[number] for number in range(9)]
    write_rgb(folder / "b" / "00000003.png", drawing(1, (64, 64)))
    with pytest.raises(InputError, match="several sizes"):
        [ClipPairs.of(folder, CLIPPING)[number] for number in range(12)]


def test_settings_that_cannot_be():
    wrong = (
        {"crop": 36},
        {"frames": 0},
        {"intervals": ()},
        {"intervals": (0,)},
        {"sharpen": 2},
        {"preset": "x"},
    )
    for each in wrong:
        with pytest.raises(InputError):
            Clipping(**each)


def halved(clip):
    return clip[:, ::2, ::2]


@pytest.mark.parametrize(
    ("preset", "scale", "sentence"),
    [
        (
            "apisr",
            4,
            "apisr takes no learned operators at a scale of 4; take the preset animesr or mixed, or leave",
        ),
        ("broadcast", 2, "broadcast takes no learned operators"),
        ("animesr", 1, "animesr takes no learned operators at a scale of 1; leave out data.operators"),
    ],
)
def test_operators_that_would_have_no_effect_are_refused(folder, preset, scale, sentence):
    clipping = Clipping(preset=preset, scale=scale, crop=32, frames=3)
    assert len(ClipPairs.of(folder, clipping)) == 21
    with pytest.raises(InputError, match=sentence):
        ClipPairs.of(folder, clipping, [halved])


@pytest.mark.parametrize("scale", [2, 4])
def test_operators_that_have_an_effect_are_taken(folder, scale):
    pairs = ClipPairs.of(folder, Clipping(scale=scale, crop=32, frames=3), [halved])
    assert any(step.operator == "learned" for number in range(9) for step in pairs.degradation(number))


@given(st.integers(1, 60), st.integers(0, 59), st.integers(1, 15), st.integers(0, 99))
def test_places_lie_inside(length, centre, count, seed):
    clipping = Clipping(crop=32, frames=count)
    if length < count or centre >= length:
        return
    places = _places(length, centre, clipping, np.random.default_rng(seed))
    assert len(places) == count
    assert 0 <= places[0] <= places[-1] < length
    room = places[0] == centre - count // 2 * places.step
    assert room or centre - count // 2 * places.step < 0 or centre + count // 2 * places.step >= length - 1
