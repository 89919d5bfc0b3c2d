"""What curation measures: order follows what is drawn, and codec, size and grain change little."""

from __future__ import annotations

from itertools import combinations, pairwise

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from drawn import blurred, drawing, enlarged, jpeg, noisy
from sakuga.metrics.complexity import complexity
from sakuga.metrics.flatness import FLAT, flatness
from sakuga.metrics.lettering import TEXT, lettering
from sakuga.metrics.likeness import ALIKE, distance, fingerprint
from sakuga.metrics.luma import small
from sakuga.metrics.motion import MotionMeter

SIZES = ((1, 1), (1, 3000), (3, 1), (2000, 1), (37, 911))


def crowd(count, height=360, width=640):
    """So many outlined shapes on an even ground."""
    rng, canvas = np.random.default_rng(4), np.full((height, width, 3), 200, np.uint8)
    for _ in range(count):
        centre = tuple(int(v) for v in rng.integers(0, (width, height)))
        axes = tuple(int(v) for v in rng.integers(8, 40, 2))
        cv2.ellipse(
            canvas, centre, axes, int(rng.integers(0, 180)), 0, 360, rng.integers(40, 230, 3).tolist(), -1
        )
        cv2.ellipse(canvas, centre, axes, 0, 0, 360, (20, 20, 20), 2)
    return canvas


def test_more_things_are_more_complex():
    scores = [complexity(small(crowd(count))) for count in (0, 1, 4, 16, 64)]
    assert scores[0] == pytest.approx(0, abs=1e-6)
    assert all(low + 0.005 < high for low, high in pairwise(scores))
    assert scores[-1] < 1


def test_noise_texture_and_a_gradient_are_not_what_is_drawn():
    ramp = np.linspace(0, 255, 640).astype(np.uint8)[None, :, None].repeat(360, 0).repeat(3, 2)
    assert complexity(small(ramp)) < 0.01
    assert complexity(small(noisy(np.full((720, 1280, 3), 128, np.uint8), 6))) < 0.05


DAMAGES = {
    "jpeg": lambda picture: jpeg(picture, 60),
    "grain": lambda picture: noisy(picture, 6),
    "soft": lambda picture: blurred(picture, 0.8),
    "small": lambda picture: cv2.resize(picture, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA),
    "enlarged": lambda picture: enlarged(picture, 1.5),
}
PICTURES = [drawing(720, 1280, seed) for seed in range(3)] + [crowd(n, 720, 1280) for n in (6, 60)]


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_changes_neither_the_order_nor_the_fingerprint(name):
    before = [small(picture) for picture in PICTURES]
    after = [small(DAMAGES[name](picture)) for picture in PICTURES]
    scores, now = [complexity(each) for each in before], [complexity(each) for each in after]
    assert np.abs(np.subtract(scores, now)).max() < 0.08
    far = [(a, b) for a, b in combinations(range(len(PICTURES)), 2) if abs(scores[a] - scores[b]) > 0.08]
    assert far
    assert all((scores[a] > scores[b]) == (now[a] > now[b]) for a, b in far)
    for one, other in zip(before, after, strict=True):
        assert distance(fingerprint(one), fingerprint(other)) <= 4


def test_different_drawings_are_not_alike():
    prints = [fingerprint(small(drawing(360, 640, seed))) for seed in range(12)]
    assert min(distance(a, b) for a, b in combinations(prints, 2)) > ALIKE
    assert distance(prints[0], prints[0]) == 0
    assert distance(0, 2**64 - 1) == 64


def test_deep_pictures_measure_as_their_eight_bits():
    picture = PICTURES[0]
    for measure in (complexity, flatness):
        assert measure(small(picture.astype(np.uint16) * 257)) == pytest.approx(
            measure(small(picture)), abs=0.01
        )


@pytest.mark.parametrize("shade", [0, 37, 255])
def test_one_shade_is_flat_through_codec_noise(shade):
    frame = noisy(np.full((360, 640, 3), shade, np.uint8), 1)
    assert flatness(small(frame)) > FLAT
    frame[100:200, 100:300] = 128
    assert flatness(small(frame)) < FLAT + 0.02
    assert max(flatness(small(picture)) for picture in PICTURES[:3]) < FLAT


@pytest.mark.parametrize("size", SIZES)
def test_any_size_has_all_measures(size):
    frame = np.full((*size, 3), 90, np.uint8)
    assert complexity(small(frame)) == pytest.approx(0, abs=1e-6)
    assert flatness(small(frame)) == 1
    assert fingerprint(small(frame)) == 0
    assert lettering(frame) == 0
    meter = MotionMeter(720)
    assert [meter(small(frame)).mean for _ in range(2)] == [0, 0]


def with_text(picture, lines, size=36):
    image = Image.fromarray(picture)
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(size)
    for number, line in enumerate(lines):
        pen.text((80, 30 + 52 * number), line, "white", font, stroke_width=3, stroke_fill="black")
    return np.asarray(image)


def test_credits_are_marked_and_drawings_are_not():
    lines = ["Directed by Hanako Sato", "Music composed by Kenta Ito", "Key animation by Jiro Takahashi"] * 4
    assert max(lettering(picture) for picture in PICTURES) < TEXT
    assert min(lettering(with_text(picture, lines)) for picture in PICTURES) > TEXT
    assert lettering(jpeg(with_text(np.zeros((720, 1280, 3), np.uint8), lines), 60)) > TEXT


def test_motion_is_told_in_pixels_of_the_picture():
    wide = drawing(360, 900)
    for step in (0, 2, 6):
        meter = MotionMeter(720)
        moved = [meter(small(wide[:, step * n : step * n + 640])) for n in range(6)][1:]
        assert np.mean([it.mean for it in moved]) == pytest.approx(2 * step, rel=0.15, abs=0.05)
        assert all(it.peak >= it.mean for it in moved)
