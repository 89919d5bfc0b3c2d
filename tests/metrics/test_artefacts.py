"""Colours that nobody drew, lines that are lost, what trembles: each measure on damage of a known amount."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest

from drawn import blurred, drawing, enlarged, jpeg, noisy
from sakuga.degrade.codecs import compress
from sakuga.metrics.blobs import blobs
from sakuga.metrics.drift import drift
from sakuga.metrics.flicker import flicker
from sakuga.metrics.line_contrast import line_contrast
from sakuga.metrics.line_match import line_match
from sakuga.metrics.strokes import strokes
from sakuga.metrics.warp import warp_error

PICTURE = drawing(240, 320)


def blobbed(strength, side):
    """A square of another hue, as bright as what it covers."""
    worse = PICTURE.astype(int)
    worse[60 : 60 + side, 100 : 100 + side] += np.rint(strength * np.array((1, -0.4, 1))).astype(int)
    return np.clip(worse, 0, 255).astype(np.uint8)


def rising(values):
    assert all(low < high for low, high in pairwise(values)), values


class TestBlobs:
    def test_stronger_is_worse(self):
        rising([blobs(blobbed(strength, 32), PICTURE) for strength in (0, 20, 40, 60, 80)])

    def test_larger_is_worse(self):
        rising([blobs(blobbed(50, side), PICTURE) for side in (0, 12, 24, 48, 96)])

    @pytest.mark.parametrize("codec", ["jpeg", "h264"])
    def test_what_codecs_do_is_no_blob(self, codec):
        small = cv2.resize(PICTURE, (160, 120), interpolation=cv2.INTER_AREA)
        worse = compress(small[None], codec, 30).frames[0]
        assert blobs(PICTURE, worse) < 0.03
        assert blobs(blobbed(60, 32), worse) > 0.15

    def test_neither_drift_nor_blur_nor_light_is_a_blob(self):
        tinted = np.clip(PICTURE.astype(int) + np.array((9, 0, -9)), 0, 255).astype(np.uint8)
        lighter = PICTURE.copy()
        lighter[50:90, 50:90] = np.clip(lighter[50:90, 50:90].astype(int) + 20, 0, 255)
        for harmless in (tinted, blurred(PICTURE, 1.5), lighter):
            assert blobs(harmless, PICTURE) < 0.03

    def test_a_grey_picture_has_none(self):
        assert blobs(PICTURE[..., :1], PICTURE) == 0


def test_drift_is_told_in_levels():
    for step in (2, 5):
        assert drift(np.minimum(PICTURE, 200) + np.uint8(step), np.minimum(PICTURE, 200)) == pytest.approx(
            step
        )
    assert drift(blurred(PICTURE, 1), PICTURE) < 0.5


class TestLines:
    def test_a_line_is_found_on_its_middle_and_an_edge_is_none(self):
        paper = np.full((60, 80, 3), 220, np.uint8)
        paper[20:23] = 30
        paper[40:] = 60
        rows = np.nonzero(strokes(paper).middle.any(1))[0]
        assert rows.tolist() == [21]

    @pytest.mark.parametrize("angle", [0, 17, 45, 60, 90])
    def test_a_line_is_found_whatever_way_it_runs(self, angle):
        paper = np.full((120, 120, 3), 230, np.uint8)
        turn = np.array((np.cos(np.radians(angle)), np.sin(np.radians(angle)))) * 45
        first, last = np.rint(60 - turn), np.rint(60 + turn)
        cv2.line(paper, first.astype(int).tolist(), last.astype(int).tolist(), (20, 20, 20), 2, cv2.LINE_AA)
        found = np.argwhere(strokes(paper).middle)[:, ::-1]
        drawn = np.linspace(first, last, 90)
        apart = np.linalg.norm(found[:, None] - drawn, axis=2)
        assert apart.min(0).max() < 1.5
        inside = (apart.argmin(1) > 3) & (apart.argmin(1) < 86)
        assert apart.min(1)[inside].max() < 1.5

    def test_more_blur_loses_more_lines_and_more_of_their_strength(self):
        worse = [blurred(PICTURE, sigma) for sigma in (0, 1, 2, 3)]
        for measure in (line_match, line_contrast):
            rising([-measure(each, PICTURE) for each in worse])

    def test_bolder_lines_are_above_one(self):
        soft = blurred(PICTURE, 1)
        assert line_contrast(PICTURE, soft) > 1.2

    def test_a_shift_by_a_pixel_is_forgiven_and_another_drawing_is_not(self):
        assert line_match(np.roll(PICTURE, 1, 1), PICTURE) > 0.98
        assert line_match(np.roll(PICTURE, 6, 1), PICTURE) < 0.6
        assert line_match(drawing(240, 320, seed=3), PICTURE) < 0.5

    def test_without_lines_there_is_no_value_and_losing_all_is_zero(self):
        flat = np.full_like(PICTURE, 90)
        assert np.isnan(line_match(PICTURE, flat))
        assert np.isnan(line_contrast(PICTURE, flat))
        assert line_match(flat, PICTURE) == line_contrast(flat, PICTURE) == 0


def pan(step, count=4):
    large = drawing(150, 260, seed=2)
    return [np.ascontiguousarray(large[10:130, 10 + step * i : 170 + step * i]) for i in range(count)]


class TestTime:
    def test_flicker_is_told_in_levels_of_what_is_held(self):
        levels = [flicker((noisy(PICTURE, s, seed=i), PICTURE) for i in range(3)) for s in (0, 2, 4, 8)]
        rising(levels)
        # The mean difference of two normal draws is 2 / sqrt(pi) of their deviation.
        assert levels[2] == pytest.approx(4 * 1.128, rel=0.15)

    def test_what_moves_does_not_flicker(self):
        frames = []
        for index in range(3):
            frame = PICTURE.copy()
            frame[80:120, 40 + 30 * index : 80 + 30 * index] = 255 * (index % 2)
            frames.append(frame)
        assert flicker(zip(frames, frames, strict=True)) == 0

    def test_a_codecs_noise_on_the_source_still_counts_as_held(self):
        sources = [jpeg(PICTURE, quality) for quality in (70, 72, 74)]
        assert 0 <= flicker((PICTURE, source) for source in sources) < 0.01

    def test_a_source_that_never_holds_still_gives_no_value(self):
        assert np.isnan(flicker((f, f) for f in (PICTURE, np.zeros_like(PICTURE))))
        assert np.isnan(flicker([(PICTURE, PICTURE)]))

    def test_a_pan_is_no_error_and_noise_on_it_is(self):
        frames = pan(3)
        clean = warp_error(zip(frames, frames, strict=True))
        assert clean < 1
        rising(
            [
                clean,
                *(
                    warp_error((noisy(frame, s, seed=i), frame) for i, frame in enumerate(frames))
                    for s in (2, 5, 10)
                ),
            ]
        )

    def test_a_cut_does_not_count(self):
        shots = [*pan(2, 2), *(255 - frame for frame in pan(2, 2))]
        assert warp_error(zip(shots, shots, strict=True)) < 1.5

    def test_the_flow_of_a_small_source_serves_its_enlargement(self):
        frames = pan(4)
        sources = [cv2.resize(frame, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA) for frame in frames]
        steady = [enlarged(frame, 2) for frame in frames]
        shaken = [noisy(frame, 6, seed=index) for index, frame in enumerate(steady)]
        assert (
            warp_error(zip(shaken, sources, strict=True)) > warp_error(zip(steady, sources, strict=True)) + 2
        )

    def test_frames_too_small_for_a_flow_have_no_value(self):
        tiny = np.zeros((12, 40, 3), np.uint8)
        assert np.isnan(warp_error([(tiny, tiny)] * 2))
