"""Rates and times left, on a clock that the test moves."""

from __future__ import annotations

import pytest

from sakuga.media.meter import WINDOW, Meter


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def test_nothing_is_known_at_first():
    meter = Meter(Clock())
    assert meter.per_second == 0
    assert meter.seconds_left(10) is None


def test_a_steady_rate():
    clock = Clock()
    meter = Meter(clock)
    for done in range(1, 11):
        clock.now += 0.5
        meter.mark(done)
    assert meter.per_second == pytest.approx(2)
    assert meter.seconds_left(30) == pytest.approx(10)
    assert meter.seconds_left(None) is None
    assert meter.seconds_left(5) == 0


def test_a_slow_start_is_forgotten():
    clock = Clock()
    meter = Meter(clock)
    clock.now += 60
    meter.mark(1)
    for done in range(2, 402):
        clock.now += 0.1
        meter.mark(done)
    assert meter.per_second == pytest.approx(10, rel=0.02)


def test_it_remembers_no_more_than_it_needs():
    clock = Clock()
    meter = Meter(clock)
    for done in range(10000):
        clock.now += WINDOW / 100
        meter.mark(done)
    assert len(meter._marks) < 110
