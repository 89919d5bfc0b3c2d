"""Tape: each fault is where it belongs and as strong as it was asked for."""

import numpy as np
import pytest

from sakuga.degrade.analogue import split
from sakuga.degrade.tape import dropouts, jitter, streaks, switching

GREY = np.full((2, 120, 160, 3), 0.5, np.float32)


def ramp():
    """Each pixel tells where it was."""
    return np.broadcast_to(np.arange(160, dtype=np.float32)[:, None], (2, 120, 160, 3)).copy()


def displacement(made):
    """(N, H) pixels to the right."""
    return (ramp() - made)[:, :, 40:-40].mean((2, 3))


def test_lines_leave_their_places_one_by_one_or_with_their_neighbours():
    alone, drifting = (
        displacement(jitter(ramp(), seed=1, **how)) for how in ({"size": 0.5}, {"size": 0, "drift": 2})
    )
    assert alone.std() == pytest.approx(0.5, rel=0.15)
    assert drifting.std() == pytest.approx(2, rel=0.5)
    assert abs(np.corrcoef(alone[0, :-1], alone[0, 1:])[0, 1]) < 0.3
    assert np.corrcoef(drifting[0, :-1], drifting[0, 1:])[0, 1] > 0.9
    assert abs(np.corrcoef(alone[0], alone[1])[0, 1]) < 0.4, "frames differ"
    made = jitter(ramp(), size=0.5, seed=1)
    assert np.abs(np.diff(made[:, :, 40:-40, 0], axis=2) - 1).max() < 0.01, "a line moves as a whole"


def test_noise_has_its_strength_and_runs_along_lines():
    y, u, v = split(streaks(GREY, luma=6, chroma=12, seed=3) - GREY)
    assert y.std() * 255 == pytest.approx(6, rel=0.1)
    for colour in (u, v):
        assert colour.std() * 255 == pytest.approx(12, rel=0.15)
        across, down = (
            np.mean(colour[:, :, :-8] * colour[:, :, 8:]),
            np.mean(colour[:, :-1] * colour[:, 1:]),
        )
        assert across > 0.5 * colour.var() > 5 * abs(down)
    assert abs(y.mean()) * 255 < 0.3
    assert streaks(GREY, luma=0, chroma=0, seed=3) == pytest.approx(GREY, abs=1e-6)


@pytest.mark.parametrize("lines", [1, 6])
def test_only_the_last_lines_are_torn(lines):
    made = switching(ramp() / 160, lines=lines, size=20.0, seed=2) * 160
    aside = displacement(made)
    assert np.abs(aside[:, :-lines]).max() < 1e-3
    assert aside[:, -1] == pytest.approx([20, 20], abs=16)
    assert np.array_equal(switching(GREY, lines=0, size=9, seed=1), GREY)


def test_dropouts_are_white_comets_as_many_as_asked_for():
    grey = np.full((200, 60, 80, 3), 0.3, np.float32)
    added = dropouts(grey, often=2, length=10, seed=1) - grey
    assert added.min() >= 0
    spoilt = np.count_nonzero(added.max((2, 3)) > 0.3)
    assert spoilt / 200 == pytest.approx(2, rel=0.2)
    line = added[added.max((1, 2, 3)) > 0][0].max(-1)
    row = line[np.argmax(line.max(1))]
    assert np.all(np.diff(row[np.argmax(row) :]) <= 0), "they fade to the right"
    assert np.array_equal(dropouts(GREY, often=0, length=10, seed=1), GREY)


def test_seeds_decide():
    for fault in (
        lambda seed: jitter(ramp(), size=1, drift=1, seed=seed),
        lambda seed: streaks(GREY, luma=3, chroma=3, seed=seed),
        lambda seed: switching(ramp(), lines=5, size=9, seed=seed),
        lambda seed: dropouts(GREY, often=5, length=9, seed=seed),
    ):
        assert np.array_equal(fault(4), fault(4))
        assert not np.array_equal(fault(4), fault(5))
