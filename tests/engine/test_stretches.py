"""Stretches: where they begin, what the network sees of their neighbours, and going on in the middle."""

from __future__ import annotations

from fractions import Fraction

import pytest

from sakuga.engine import stretches
from sakuga.engine.stretches import BEFORE, LONGEST, SHORTEST, WARM_UP, Stretches, beginning
from sakuga.media.frames import VideoFrame
from sakuga.media.segment import Span
from shots import shots


def frames(lengths):
    """Frames of shots of these lengths, numbered by their pts."""
    pictures = [p for i, n in enumerate(lengths) for p in shots(n, 400, first=400 * i)]
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
    parts = seen(Stretches(film, window))
    assert list(parts) == borders
    own = [pts for each in parts.values() for pts, mine in each if mine]
    assert own == list(range(len(film)))


def test_only_inside_a_shot_the_neighbours_are_seen():
    first, second, third = seen(Stretches(frames([100, LONGEST + 50]), 3)).values()
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


@pytest.fixture
def short(monkeypatch):
    """Stretches of 30 frames at most."""
    monkeypatch.setattr(stretches, "LONGEST", 30)


def by_shot(film, window=2, start=0):
    return seen(Stretches(film[max(0, start - BEFORE) :], window, start, by_shot=True))


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("window", [1, 2])
def test_by_shot_every_cut_is_a_border(window):
    parts = by_shot(frames([28, 20, 7, 45, 9]), window)
    assert list(parts) == [0, 28, 48, 55, 85, 100]
    own = [pts for each in parts.values() for pts, mine in each if mine]
    assert own == list(range(len(own)))


@pytest.mark.usefixtures("short")
def test_by_shot_the_rest_of_a_long_one_sees_its_first_frame_first():
    first, second, third = by_shot(frames([20, 50])).values()
    assert all(own for _, own in (*first, *second))
    assert [pts for pts, own in third if not own] == [20, *range(50 - WARM_UP, 50)]
    (_, _, alone) = by_shot(frames([20, 50]), 1).values()
    assert [pts for pts, own in alone if not own] == [20]


def spans(parts, until):
    owned = ((first, sum(own for _, own in each)) for first, each in parts.items())
    return [Span(first, count, 0) for first, count in owned if first < until]


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("window", [1, 2])
@pytest.mark.parametrize("lengths", [[10, 12, 69, 8], [3, 30, 9, 60, 11]])
def test_by_shot_going_on_begins_at_a_cut_and_gives_the_same(lengths, window):
    film = frames(lengths)
    whole = by_shot(film, window)
    cuts = {sum(lengths[:n]) for n in range(len(lengths))}
    for until in (*whole, len(film)):
        start = beginning(spans(whole, until))
        assert start in cuts or start == until == len(film)
        rest = by_shot(film, window, start)
        assert rest == {first: each for first, each in whole.items() if first >= start}
