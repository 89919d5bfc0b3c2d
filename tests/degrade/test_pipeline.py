"""A sample is the same wherever it is drawn, can be told as JSON, and fits clips of any size."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.degrade.clip import stream
from sakuga.degrade.pipeline import apply, degrade, draw, from_json, to_json
from sakuga.degrade.presets import PRESETS
from sakuga.errors import InputError


@pytest.mark.parametrize("scale", [2, 4])
@pytest.mark.parametrize("size", [(1, 1), (7, 9), (32, 48), (61, 45)])
@pytest.mark.parametrize("name", PRESETS)
def test_any_size_comes_out_smaller_in_levels_of_8_bits(name, size, scale):
    clip = np.random.default_rng(2).random((1, *size, 3), np.float32)
    for index in range(3):
        made, sample = degrade(clip, name, seed=11, index=index, scale=scale)
        assert made.shape == (1, max(1, size[0] // scale), max(1, size[1] // scale), 3)
        assert np.array_equal(made * 255, np.rint(made * 255))
        assert np.array_equal(apply(from_json(to_json(sample)), clip), made)


@given(st.sampled_from(sorted(PRESETS)), st.integers(0, 2**31), st.integers(1, 3), st.integers(0, 2))
def test_samples_survive_json(name, seed, frames, learned):
    sample = draw(PRESETS[name], stream(seed, 0), (64, 80), frames=frames, learned=learned)
    text = to_json(sample)
    assert "\n" not in text
    assert from_json(text) == sample
    assert json.loads(text)[0]["operator"] == sample[0].operator


@pytest.mark.parametrize("text", ["", "3", "[3]", '[{"kind": 1}]', "{}x"])
def test_what_is_no_sample_is_a_sentence(text):
    with pytest.raises(InputError, match="no sample"):
        from_json(text)


def test_unknown_names_are_sentences():
    clip = np.zeros((1, 8, 8, 3), np.float32)
    with pytest.raises(InputError, match="no preset 'apsir'; there are apisr"):
        degrade(clip, "apsir", seed=0, index=0)
    with pytest.raises(InputError, match="no operator 'smear'"):
        apply(from_json('[{"operator": "smear"}]'), clip)
    with pytest.raises(InputError, match="blur cannot be told that: missing a required argument"):
        apply(from_json('[{"operator": "blur"}]'), clip)
    with pytest.raises(InputError, match="unexpected keyword argument 'size'"):
        apply(from_json('[{"operator": "round", "size": 3}]'), clip)
    with pytest.raises(InputError, match=r"codec cannot be told that: .* 'speed'"):
        apply(from_json('[{"operator": "codec", "codec": "jpeg", "quality": 9, "speed": 1}]'), clip)


LEARNED = from_json('[{"operator": "learned", "index": 1}, {"operator": "round"}]')


def test_learned_operators_are_taken_from_the_pool():
    clip = np.full((2, 6, 9, 3), 0.2, np.float32)
    pool = [lambda clip: clip, lambda clip: clip[:, ::2, :8:2] * 2]
    made = apply(LEARNED, clip, pool)
    assert made.shape == (2, 3, 4, 3)
    assert made == pytest.approx(0.4)
    with pytest.raises(InputError, match="has learned operator 1, and `learned` has 0 of them"):
        apply(LEARNED, clip)
    with pytest.raises(InputError, match="instead of halving it"):
        apply(LEARNED, clip, pool[:1] * 2)


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("size", [(1, 2), (7, 9), (32, 48)])
def test_clips_with_learned_operators_come_out_in_the_size_of_the_others(size, scale):
    clip = np.random.default_rng(3).random((3, *size, 3), np.float32)
    pool = [lambda clip: clip[:, 1::2, 1::2]]
    for index in range(4):
        made, sample = degrade(clip, "animesr", seed=5, index=index, scale=scale, learned=pool)
        assert made.shape == (3, max(1, size[0] // scale), max(1, size[1] // scale), 3)
        assert np.array_equal(apply(from_json(to_json(sample)), clip, pool), made)
