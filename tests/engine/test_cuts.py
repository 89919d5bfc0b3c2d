"""The detector on drawn shots with known cuts, and with everything that looks like one but is none."""

import cv2
import numpy as np
import pytest

from sakuga.engine.cuts import CutDetector

RNG = np.random.default_rng(7)


def scene(seed, size=(180, 240)):
    """A made-up background: big soft shapes in a palette of its own."""
    rng = np.random.default_rng(seed)
    paint = rng.integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return cv2.resize(paint, (size[1] * 2, size[0] * 2), interpolation=cv2.INTER_CUBIC)


def pan(picture, count, speed, size=(180, 240)):
    return [picture[20 : 20 + size[0], i * speed : i * speed + size[1]] for i in range(count)]


def noisy(frame, sigma):
    return np.clip(frame + RNG.normal(0, sigma, frame.shape), 0, 255).astype(np.uint8)


def cuts(frames):
    detector = CutDetector()
    return [i for i, frame in enumerate(frames) if detector(np.ascontiguousarray(frame))]


@pytest.mark.parametrize("depth", ["uint8", "uint16"])
def test_finds_exactly_the_known_cuts(depth):
    shots = [pan(scene(seed), 12, speed) for seed, speed in ((1, 0), (2, 3), (3, 6), (4, 0), (5, 2))]
    clip = [noisy(frame, 3) for shot in shots for frame in shot]
    if depth == "uint16":
        clip = [frame.astype(np.uint16) * 257 for frame in clip]
    assert cuts(clip) == [12, 24, 36, 48]


def test_a_held_drawing_with_codec_noise_is_one_shot():
    assert cuts([noisy(scene(1)[:180, :240], 6) for _ in range(20)]) == []


def test_a_fast_pan_is_one_shot():
    assert cuts(pan(scene(2), 20, 12)) == []


def test_a_fade_is_one_shot():
    picture = scene(3)[:180, :240]
    assert cuts([(picture * (i / 24)).astype(np.uint8) for i in range(25)]) == []


def test_a_character_drawn_on_threes_is_one_shot():
    clip = []
    for i in range(24):
        frame = scene(4)[:180, :240].copy()
        cv2.circle(frame, (60 + 12 * (i // 3), 90), 40, (240, 220, 190), -1)
        cv2.circle(frame, (60 + 12 * (i // 3), 90), 40, (10, 10, 10), 3)
        clip.append(frame)
    assert cuts(clip) == []


def test_a_dark_scene_after_a_dark_scene_is_a_cut():
    dark = [(scene(seed)[:180, :240] * 0.35).astype(np.uint8) for seed in (1, 2)]
    assert cuts([noisy(dark[i // 8], 2) for i in range(16)]) == [8]
