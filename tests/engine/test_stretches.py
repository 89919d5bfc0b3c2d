"""Stretches: where they begin, what the network sees of their neighbours, and going on in the middle."""

from __future__ import annotations

from fractions import Fraction

import pytest

from sakuga.engine.stretches import BEFORE, LONGEST, SHORTEST, WARM_UP, Stretches
from sakuga.media.frames import VideoFrame
from shots import shots


def frames(lengths):
    """Frames of shots of these lengths, numbered by their pts."""
    pictures = [p for i, n in enumerate(lengths) for p in list(shots((i + 1) * 400, 400))[i * 400 :][:n]]
    return [VideoFrame(picture, index, Fraction(1, 24)) for index, picture in enumerate(pictures)]


def seen(cut):
    return {first: [(each.frame.pts, each.own) for each in cut.feed()] for first in cut}


@pytest.mark.parametrize(
    ("lengths", "borders"),
    [
        ([100, 60, 70], [0, 100, 160]),
        ([SHORTEST, SHORTEST - 1, 100], [0, SHORTEST]),
        ([LONGEST + 80], [0, LONGEST]),
        ([LONGEST, 50], [0, LONGEST]),
        ([1], [0]),
        ([], []),
    ],
)
@pytest.mark.parametrize("window", [1, 3])
def test_borders_are_cuts_unless_a_shot_is_long(lengths, borders, window):
    film = frames(lengths)
    stretches = seen(Stretches(film, window))
    assert list(stretches) == borders
    own = [pts for each in stretches.values() for pts, mine in each if mine]
    assert own == list(range(len(film)))


def test_only_inside_a_shot_the_neighbours_are_seen():
    stretches = seen(Stretches(frames([100, LONGEST + 50]), 3))
    first, second, third = stretches.values()
    assert all(own for _, own in first)
    assert second[-1] == (100 + LONGEST, False)
    assert [pts for pts, own in third if not own] == [100 + LONGEST - n for n in range(WARM_UP, 0, -1)]
    alone = seen(Stretches(frames([100, LONGEST + 50]), 1))
    assert all(own for each in alone.values() for _, own in each)


@pytest.mark.parametrize("window", [1, 3])
@pytest.mark.parametrize("lengths", [[60, 52, 49, 300, 80], [10, 20, 30, 60, 9, 100, 55, 61, 3]])
def test_going_on_in_the_middle_gives_the_same(lengths, window):
    film = frames(lengths)
    whole = seen(Stretches(film, window))
    for start in whole:
        rest = seen(Stretches(film[max(0, start - BEFORE) :], window, start))
        assert rest == {first: each for first, each in whole.items() if first >= start}


def test_what_is_done_is_left_out():
    film = frames([60, 70, 80])
    whole, cut, got = seen(Stretches(film, 3)), Stretches(film, 3), {}
    for first in cut:
        if first == 60:
            cut.skip(70)
        else:
            got[first] = [(each.frame.pts, each.own) for each in cut.feed()]
    assert got == {0: whole[0], 130: whole[130]}
