"""Presets: what they draw how often, and that a sample is the same wherever it is drawn."""

import json
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from math import sqrt
from multiprocessing import get_context

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from degraded import digest
from sakuga.degrade.clip import stream
from sakuga.degrade.pipeline import apply, degrade, draw, from_json, to_json
from sakuga.degrade.presets import PRESETS
from sakuga.errors import InputError

DRAWS = 10_000
SIZE = (720, 1280)


@pytest.fixture(scope="module")
def drawn():
    """10,000 samples of every preset."""
    return {
        name: [draw(preset, stream(7, index), SIZE, frames=2) for index in range(DRAWS)]
        for name, preset in PRESETS.items()
    }


def frequent(count, probability, of=DRAWS):
    """Whether a count lies within five deviations of what it should be."""
    return abs(count - of * probability) <= 5 * sqrt(of * probability * (1 - probability)) + 1e-9


def steps(samples, *operators):
    return [step for sample in samples for step in sample if step.operator in operators]


def codecs(samples, position):
    return Counter(
        [s for s in sample if s.operator == "codec"][position].parameters["codec"] for sample in samples
    )


FAMILIES = {
    ("gaussian", False): 0.45,
    ("gaussian", True): 0.25,
    ("generalized", False): 0.12,
    ("generalized", True): 0.03,
    ("plateau", False): 0.12,
    ("plateau", True): 0.03,
}


class TestApisr:
    @pytest.fixture
    def samples(self, drawn):
        return drawn["apisr"]

    def test_codecs(self, samples):
        first = {"jpeg": 0.4, "webp": 0.6}
        second = {
            "jpeg": 0.06,
            "webp": 0.1,
            "avif": 0.1,
            "mpeg2": 0.12,
            "mpeg4": 0.12,
            "h264": 0.3,
            "h265": 0.2,
        }
        for position, wanted in ((0, first), (1, second)):
            counts = codecs(samples, position)
            assert set(counts) == set(wanted)
            assert all(frequent(counts[name], share) for name, share in wanted.items()), counts

    def test_qualities_reach_from_end_to_end(self, samples):
        ends = {"jpeg": (20, 95), "webp": (20, 95), "avif": (20, 95), "mpeg2": (8, 31), "mpeg4": (8, 31)}
        for name, wanted in (ends | {"h264": (23, 38), "h265": (28, 42)}).items():
            seen = [s.parameters["quality"] for s in steps(samples, "codec") if s.parameters["codec"] == name]
            assert (min(seen), max(seen)) == wanted

    def test_speeds(self, samples):
        told = [s.parameters["preset"] for s in steps(samples, "codec") if "preset" in s.parameters]
        wanted = {"slow": 0.05, "medium": 0.35, "fast": 0.3, "faster": 0.2, "superfast": 0.1}
        assert all(frequent(told.count(name), share, len(told)) for name, share in wanted.items())

    def test_resizes_stand_in_three_places_as_often_and_never_after_a_codec(self, samples):
        places = Counter()
        for sample in samples:
            names = [step.operator for step in sample]
            halves = names[: names.index("codec")], names[names.index("codec") + 1 : -3]
            for half, part in enumerate(halves):
                assert part.count("resize") == 1
                before = part[: part.index("resize")]
                noisy = "gaussian" in before or "poisson" in before
                # Without its blur the second half cannot tell its first place from its second.
                if half == 0 or "blur" in part:
                    places[half, 2 if noisy else int("blur" in before)] += 1
            assert names[-3:] == ["resize", "round", "codec"]
        for half in (0, 1):
            total = sum(count for (which, _), count in places.items() if which == half)
            assert all(frequent(places[half, place], 1 / 3, total) for place in range(3)), places

    def test_second_resize_belongs_to_scale_4(self):
        samples = [draw(PRESETS["apisr"], stream(1, index), SIZE, scale=2) for index in range(200)]
        assert {len([s for s in sample if s.operator == "resize"]) for sample in samples} == {2}
        last = [[s for s in sample if s.operator == "resize"][-1].parameters for sample in samples]
        assert {(step["height"], step["width"]) for step in last} == {(360, 640)}

    def test_kernels(self, samples):
        blurs = [next(s.parameters for s in sample if s.operator == "blur") for sample in samples]
        sizes = Counter(blur["size"] for blur in blurs)
        assert set(sizes) == set(range(7, 22, 2))
        assert all(frequent(count, 1 / 8) for count in sizes.values())
        kinds = Counter(b["kind"] if b["kind"] == "sinc" else (b["kind"], "rotation" in b) for b in blurs)
        wanted = {"sinc": 0.1} | {family: 0.9 * share for family, share in FAMILIES.items()}
        assert all(frequent(kinds[kind], share) for kind, share in wanted.items()), kinds

    def test_second_blur_and_noise(self, samples):
        twice = sum(len([s for s in sample if s.operator == "blur"]) == 2 for sample in samples)
        assert frequent(twice, 0.8)
        noises = steps(samples, "gaussian", "poisson")
        assert len(noises) == 2 * DRAWS
        assert frequent(sum(s.operator == "poisson" for s in noises), 0.5, 2 * DRAWS)
        grey = sum(s.parameters["grey"] in (True, [True]) for s in noises)
        assert frequent(grey, 0.4, 2 * DRAWS)

    def test_ranges(self, samples):
        sigmas = [s.parameters["sigma"][0] for s in steps(samples, "gaussian")]
        scales = [s.parameters["scale"] for s in steps(samples, "poisson")]
        assert 1 <= min(sigmas) < 1.1
        assert 29.9 < max(sigmas) <= 30
        assert 0.05 <= min(scales) < 0.06
        assert 2.99 < max(scales) <= 3
        firsts = [next(s.parameters for s in sample if s.operator == "resize") for sample in samples]
        assert 72 <= min(step["height"] for step in firsts) <= 75
        assert 860 <= max(step["height"] for step in firsts) <= 864
        assert frequent(sum(step["height"] == 720 for step in firsts), 0.1)
        assert frequent(sum(step["height"] > 720 for step in firsts), 0.2 * 143 / 144)
        modes = Counter(step["mode"] for step in firsts)
        assert all(frequent(modes[mode], 1 / 3) for mode in ("area", "bilinear", "bicubic"))


def test_high_order_ends_with_sinc_and_jpeg_in_either_order(drawn):
    samples = drawn["high-order"]
    assert frequent(sum(sample[-2].operator == "codec" for sample in samples), 0.5)
    assert all([s.operator for s in sample].count("codec") == 2 for sample in samples)
    sincs = sum(any(s.parameters.get("kind") == "sinc" for s in sample[-4:]) for sample in samples)
    assert sincs / DRAWS == pytest.approx(0.8, abs=0.05)
    qualities = [s.parameters["quality"] for s in steps(samples, "codec")]
    assert (min(qualities), max(qualities)) == (30, 95)


def test_random_order_is_any_order(drawn):
    samples = drawn["random-order"]
    for name, operators in (("blur", {"blur"}), ("noise", {"gaussian"})):
        first = sum(sample[0].operator in operators for sample in samples)
        assert frequent(
            first, (2 if name == "blur" else 1) / 5 + (0.25 / 5 / 4) * (2 if name == "blur" else 1)
        ), first
    assert frequent(sum([s.operator for s in sample].count("codec") == 2 for sample in samples), 0.75)
    assert all([s.operator for s in sample][-2:] == ["codec", "round"] for sample in samples)


def test_animesr_blurs_reduces_and_encodes_a_clip(drawn):
    samples = drawn["animesr"]
    assert all([s.operator for s in x] == ["blur", "gaussian", "resize", "cut", "codec"] for x in samples)
    assert frequent(sum("rotation" in sample[0].parameters for sample in samples), 0.3)
    grey = [flag for sample in samples for flag in sample[1].parameters["grey"]]
    assert frequent(sum(grey), 0.5, len(grey))
    modes = Counter(sample[2].parameters["mode"] for sample in samples)
    assert all(frequent(modes[m], p) for m, p in (("area", 0.3), ("bilinear", 0.3), ("bicubic", 0.4)))
    profiles = Counter(sample[4].parameters["profile"] for sample in samples)
    assert all(frequent(profiles[p], s) for p, s in (("baseline", 0.1), ("main", 0.2), ("high", 0.7)))
    assert all(sample[4].parameters["together"] for sample in samples)


def test_learned_operators_take_the_place_of_halvings():
    samples = [draw(PRESETS["animesr"], stream(3, i), SIZE, frames=2, learned=3) for i in range(4000)]
    counts = Counter(sum(s.operator == "learned" for s in sample) for sample in samples)
    assert all(frequent(counts[n], p, 4000) for n, p in ((0, 0.25), (1, 0.5), (2, 0.25)))
    chosen = [{s.parameters["operator"] for s in sample if s.operator == "learned"} for sample in samples]
    assert {len(each) for each in chosen} == {0, 1}
    assert set().union(*chosen) == {0, 1, 2}
    halve = lambda clip: clip[:, ::2, ::2] * 0 + 0.25  # noqa: E731
    sample = next(s for s in samples if [x.operator for x in s].count("learned") == 2)
    sample = draw(PRESETS["animesr"], stream(3, samples.index(sample)), (32, 48), frames=2, learned=3)
    made = apply(sample, np.zeros((2, 32, 48, 3), np.float32), [halve] * 3)
    assert made.shape == (2, 8, 12, 3)
    assert made == pytest.approx(0.25, abs=0.02)


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


def test_one_seed_gives_one_result_on_any_number_of_workers():
    alone = [digest(index) for index in range(12)]
    assert len(set(alone)) == 12
    for workers in (2, 4):
        with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
            assert list(pool.map(digest, range(12))) == alone


def test_no_two_samples_share_a_stream():
    firsts = {stream(seed, index).bytes(16) for seed in range(20) for index in range(500)}
    assert len(firsts) == 10_000


@given(st.sampled_from(sorted(PRESETS)), st.integers(0, 2**31), st.integers(1, 3))
def test_samples_survive_json(name, seed, frames):
    sample = draw(PRESETS[name], stream(seed, 0), (64, 80), frames=frames)
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
