"""Coherence: what trembles is calmed, and what moves, is covered or uncovered stays as it is."""

from __future__ import annotations

import numpy as np
import pytest

import scenes
from fakes import NearestEngine
from sakuga.metrics.flicker import flicker
from sakuga.metrics.warp import warp_error
from sakuga.stylize.coherence import USUAL, Coherent

SIDE = 24
"""Pixels of the square that moves."""


def moving(count, step=5, scroll=2, depth="u1"):
    """A bright square with hard edges over a photo that scrolls the other way."""
    wide = scenes.photo(72, 96 + scroll * count, depth)
    for index in range(count):
        frame = wide[:, scroll * index : scroll * index + 96].copy()
        frame[20 : 20 + SIDE, 4 + step * index : 4 + step * index + SIDE] = np.iinfo(frame.dtype).max
        yield frame


class Trembling(NearestEngine):
    """Adds blotches that are new in each frame."""

    def clip(self, frames):
        for index, frame in enumerate(frames):
            blotches = np.random.default_rng(index).normal(0, 5, (18, 24, 3)).repeat(4, 0).repeat(4, 1)
            yield np.clip(frame + blotches, 0, 255).astype(np.uint8)


def coherent(frames, engine=None, share=USUAL):
    return list(Coherent(engine or NearestEngine(), share).clip(iter(frames)))


@pytest.mark.parametrize("depth", ["u1", "u2"])
def test_what_does_not_tremble_is_not_smeared(depth):
    """Edges that move, what they cover and what they uncover."""
    frames = list(moving(12, depth=depth))
    white = np.iinfo(frames[0].dtype).max
    for made, frame in zip(coherent(frames), frames, strict=True):
        assert made.dtype == frame.dtype
        error = np.abs(made / white - frame / white)
        assert error.mean() < 0.5 / 255
        assert np.quantile(error, 0.999) < 16 / 255
    index = 8
    left = 4 + 5 * index
    behind = (slice(20, 20 + SIDE), slice(left - 5, left))
    made, frame = coherent(frames[: index + 1])[-1], frames[index]
    plain = USUAL * frames[index - 1] + (1 - USUAL) * frame
    assert np.abs(made[behind] / white - frame[behind] / white).mean() < 2 / 255
    assert np.abs(plain[behind] / white - frame[behind] / white).mean() > 30 / 255


def test_held_scenes_tremble_less():
    held = [scenes.photo(72, 96)] * 12
    plain, calm = (list(made) for made in (Trembling().clip(held), coherent(held, Trembling())))
    assert flicker(zip(calm, held, strict=True)) < 0.5 * flicker(zip(plain, held, strict=True))


def test_moving_scenes_tremble_less():
    frames = list(moving(12))
    plain, calm = (list(made) for made in (Trembling().clip(frames), coherent(frames, Trembling())))
    assert warp_error(zip(calm, frames, strict=True)) < 0.6 * warp_error(zip(plain, frames, strict=True))


def test_another_scene_begins_anew():
    """Where no cut was found none is needed: nothing of the scene before is believed."""
    one, other = scenes.photo(72, 96), 255 - scenes.photo(72, 96)[::-1, ::-1]
    made = coherent([one, one, other])[-1]
    assert np.abs(made.astype(int) - other).mean() < 1


@pytest.mark.parametrize("size", [(1, 1), (15, 40), (16, 16), (17, 90)])
def test_any_size(size):
    frames = [scenes.photo(*size)] * 3
    assert all((made == frames[0]).all() for made in coherent(frames))


def test_large_frames_are_compared_smaller():
    frames = [np.roll(scenes.photo(600, 64), 3 * index, 1) for index in range(3)]
    for made, frame in zip(coherent(frames), frames, strict=True):
        assert np.abs(made.astype(int) - frame).mean() < 2


def test_it_tells_what_decides_it():
    engine = NearestEngine()
    assert Coherent(engine, 0.5).window == 2
    assert len({Coherent(engine, share).identity for share in (0.4, 0.5)} | {engine.identity}) == 3
