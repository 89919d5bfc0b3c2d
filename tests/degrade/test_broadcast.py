"""The preset `broadcast`: what it draws how often, and that it takes clips and pictures of any size."""

from collections import Counter
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.degrade.clip import stream
from sakuga.degrade.operators import OPERATORS
from sakuga.degrade.pipeline import apply, degrade, draw, from_json, to_json
from sakuga.degrade.presets import PRESETS

DRAWS = 3000
BROADCAST = PRESETS["broadcast"]


FAULTS = {
    "halo": {"band": 4.0, "width": 1.5, "strength": 0.4, "upright": True},
    "composite": {"decoder": "comb", "width": 0.8},
    "band": {"luma": 3.0, "chroma": 0.4},
    "bleed": {"band": 0.5, "right": 1.5, "down": 0.5},
    "jitter": {"size": 0.5, "drift": 1.0, "seed": 5},
    "streaks": {"luma": 4.0, "chroma": 8.0, "seed": 5},
    "switching": {"lines": 6, "size": 20.0, "seed": 5},
    "dropouts": {"often": 4.0, "length": 20.0, "seed": 5},
    "interlaced": {"first": "bottom", "shift": [1.5, 0.0]},
    "telecined": {"phase": 2, "late": False, "shift": [-2.0, 0.0]},
    "deinterlaced": {"method": "bob", "first": "bottom"},
}


@given(
    st.sampled_from(sorted(FAULTS)),
    st.tuples(st.integers(1, 5), st.integers(1, 24), st.integers(1, 24)),
    st.integers(0, 2**32 - 1),
)
def test_faults_keep_shapes_and_their_input_and_repeat_themselves(name, size, seed):
    clip = np.random.default_rng(seed).random((*size, 3), np.float32)
    before = clip.copy()
    made, again = (OPERATORS[name](clip, **FAULTS[name]) for _ in range(2))
    assert made.shape == clip.shape
    assert made.dtype == np.float32
    assert np.isfinite(made).all()
    assert np.array_equal(made, again)
    assert np.array_equal(clip, before)


@pytest.fixture(scope="module")
def samples():
    return [draw(BROADCAST, stream(7, index), (720, 1280), frames=15) for index in range(DRAWS)]


def steps(samples, operator):
    return [step.parameters for sample in samples for step in sample if step.operator == operator]


def frequent(count, probability):
    return abs(count - DRAWS * probability) <= 5 * sqrt(DRAWS * probability * (1 - probability))


def test_faults_are_as_frequent_as_they_should_be(samples):
    counts = Counter(operator for sample in samples for operator in {step.operator for step in sample})
    wanted = {
        "halo": 0.4,
        "composite": 0.5,
        "streaks": 0.25,
        "bleed": 0.3,
        "telecined": 0.35,
        "interlaced": 0.15,
        "deinterlaced": 0.25,
        "gaussian": 0.5,
    }
    assert all(frequent(counts[name], share) for name, share in wanted.items()), counts
    assert counts["jitter"] == counts["streaks"] <= counts["band"]
    assert set(counts) <= set(OPERATORS)


def test_fields_are_woven_before_the_tape_and_unwoven_after_the_disc(samples):
    for sample in samples:
        names = [step.operator for step in sample]
        woven = [name in ("telecined", "interlaced") for name in names]
        assert sum(woven) <= 1
        for name in ("composite", "streaks", "codec"):
            if any(woven) and name in names:
                assert names.index(name) > woven.index(True)
        if "deinterlaced" in names:
            assert any(woven)
            assert names.index("deinterlaced") > woven.index(True)
        disc = [step.parameters for step in sample if "interlaced" in step.parameters]
        assert all(told["interlaced"] is any(woven) for told in disc)


def test_discs_have_their_rate_by_area_and_pictures_a_quantiser(samples):
    for sample in samples:
        size = next(s.parameters for s in sample if s.operator == "resize")
        for step in sample:
            if "rate" in step.parameters:
                whole = step.parameters["rate"] * 720 * 480 / (size["height"] * size["width"])
                assert 3990 < whole < 8010
    alone = [draw(BROADCAST, stream(7, index), (720, 1280)) for index in range(200)]
    assert not [told for told in steps(alone, "codec") if "rate" in told]
    assert {told["quality"] for told in steps(alone, "codec") if "gop" in told} == set(range(2, 8))


@pytest.mark.parametrize("size", [(1, 1), (9, 7), (61, 45), (96, 128)])
def test_clips_of_any_size_come_out_whole(size):
    clip = np.random.default_rng(2).random((5, *size, 3), np.float32)
    for index in range(12):
        made, sample = degrade(clip, "broadcast", seed=11, index=index, scale=4)
        assert made.shape == (5, max(1, size[0] // 4), max(1, size[1] // 4), 3)
        assert np.array_equal(apply(from_json(to_json(sample)), clip), made)


def test_a_drawing_stays_what_it_is():
    """Bad, but not another picture: its coarse form survives all that can be drawn."""
    y, x = np.mgrid[:96, :160]
    picture = np.stack([0.5 + 0.4 * np.sin(x / 25 + c) * np.cos(y / 19) for c in range(3)], -1)
    clip = np.repeat(picture[None].astype(np.float32), 2, 0)
    coarse = clip.reshape(2, 6, 16, 10, 16, 3).mean((2, 4))
    errors, shades = [], []
    for index in range(60):
        made, _ = degrade(clip, "broadcast", seed=5, index=index)
        shades.append(made.mean() - clip.mean())
        errors.append(np.abs(made.reshape(2, 6, 4, 10, 4, 3).mean((2, 4)) - coarse).mean())
    # Of 24 lines a displacement of one pixel is much; at 96 lines all of it is a third.
    assert max(errors) < 0.06
    assert 0.003 < np.median(errors) < 0.03
    assert max(map(abs, shades)) < 0.015, "none gets darker or brighter"
