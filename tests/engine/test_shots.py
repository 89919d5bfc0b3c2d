"""Shots: which frame stands for one, how many are held to find it, and that an engine gets one at a time."""

from __future__ import annotations

import numpy as np
import pytest

from fakes import NearestEngine
from sakuga.engine import shots as module
from sakuga.engine.shots import LONGEST_RISE, ByShot, shown
from shots import shots


def told(frames):
    """For each frame whether it begins a shot, and the number of the one that stands for it."""
    frames = list(frames)
    numbers = {id(frame): number for number, frame in enumerate(frames)}
    seen = list(shown(frames, lambda frame: frame))
    assert [id(each.item) for each in seen] == [id(frame) for frame in frames]
    return [(each.fresh, numbers[id(each.anchor)]) for each in seen]


def faded(light, scene=0):
    picture = np.kron(np.random.default_rng(scene).integers(0, 256, (4, 8, 3)), np.ones((8, 8, 1)))
    return np.rint(picture * light).astype(np.uint8)


def test_the_first_frame_stands_for_a_shot():
    assert told(shots(60, 20)) == [(n % 20 == 0, n // 20 * 20) for n in range(60)]
    assert told([]) == []
    assert told(shots(1, 1)) == [(True, 0)]


def test_a_shot_that_fades_in_is_shown_by_its_full_light():
    lights = [0, 0, 0, *np.linspace(0, 1, 24), 1, 1, 1]
    assert {anchor for _, anchor in told(map(faded, lights))} == {26}


def test_a_shot_that_fades_out_is_shown_by_its_first():
    assert {anchor for _, anchor in told(map(faded, np.linspace(1, 0, 20)))} == {0}


def test_what_stays_black_is_shown_by_something():
    assert told(faded(0) for _ in range(70)) == [(n == 0, 0) for n in range(70)]


@pytest.mark.parametrize("bytes_held", [None, 7 * 32 * 64 * 3])
def test_few_frames_are_held_however_long_it_rises(monkeypatch, bytes_held):
    if bytes_held:
        monkeypatch.setattr(module, "HELD", bytes_held)
    taken = 0

    def rising():
        nonlocal taken
        for light in np.geomspace(0.05, 1, 120):
            taken += 1
            yield faded(light)

    next(iter(shown(rising(), lambda frame: frame)))
    assert taken == (7 if bytes_held else LONGEST_RISE)


def test_a_usual_shot_holds_one_frame_back():
    taken = []
    frames = (taken.append(n) or frame for n, frame in enumerate(shots(20, 20)))
    for number, _ in enumerate(shown(frames, lambda frame: frame)):
        assert len(taken) <= max(2, number + 1)


class Noting(NearestEngine):
    """Notes what each clip begins with."""

    def __init__(self):
        super().__init__()
        self.clips = []

    def clip(self, frames):
        self.clips.append([])
        for frame in frames:
            self.clips[-1].append(frame)
            yield frame


def test_an_engine_gets_a_shot_at_a_time():
    film = [*shots(30, 10, 64), *map(faded, np.linspace(0, 1, 24)), faded(1)]
    film = [frame if len(frame) == 32 else np.pad(frame, ((0, 8), (0, 0), (0, 0))) for frame in film]
    engine = Noting()
    assert all((a == b).all() for a, b in zip(ByShot(engine).clip(film), film, strict=True))
    assert [len(clip) for clip in engine.clips][:3] == [10, 10, 10]
    assert all((clip[0] == film[n * 10]).all() for n, clip in enumerate(engine.clips[:3]))
    assert (engine.clips[-1][0] == faded(1)).all(), "the frame in full light comes first"
    assert len(engine.clips[-1]) == 26
    assert list(ByShot(engine).clip([])) == []
