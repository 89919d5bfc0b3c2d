"""The pipeline: in order, at once, bounded, and over at the first failure."""

from __future__ import annotations

import threading
import time

import pytest

from sakuga.engine.pipeline import Stages, overlap


def passing(items):
    yield from items


def test_everything_arrives_in_order():
    got = []
    overlap(lambda: range(100), lambda items: (item * 2 for item in items), got.extend, Stages())
    assert got == list(range(0, 200, 2))


def test_nothing_is_something_too():
    got = []
    overlap(list, passing, got.extend, Stages())
    assert got == []


def test_the_decoder_waits_for_the_encoder():
    taken = given = most = 0

    def decode():
        nonlocal given
        for _ in range(40):
            given += 1
            yield given

    def encode(items):
        nonlocal taken, most
        for _ in items:
            time.sleep(0.002)
            taken += 1
            most = max(most, given - taken)

    overlap(decode, passing, encode, Stages())
    assert taken == 40
    assert most <= 10


def slow(items):
    for item in items:
        time.sleep(0.01)
        yield item


def drain(items):
    for _ in items:
        pass


@pytest.mark.parametrize("name", ["decoding", "network", "encoding"])
def test_the_slow_stage_is_the_bottleneck(name):
    stages = Stages()
    overlap(
        lambda: slow(range(20)) if name == "decoding" else range(20),
        slow if name == "network" else passing,
        (lambda items: drain(slow(items))) if name == "encoding" else drain,
        stages,
    )
    assert stages.bottleneck == name


class BrokenError(Exception):
    pass


@pytest.mark.parametrize("error", [BrokenError, KeyboardInterrupt, MemoryError])
@pytest.mark.parametrize("stage", ["decoding", "network", "encoding"])
def test_a_failure_anywhere_ends_all_and_is_raised_once(stage, error):
    closed = []

    def breaking(items):
        for item in items:
            if item == 5:
                raise error
            yield item

    def encode(items):
        try:
            drain(breaking(items) if stage == "encoding" else items)
        finally:
            closed.append("encoder")

    began = time.monotonic()
    with pytest.raises(error):
        overlap(
            lambda: breaking(range(1000)) if stage == "decoding" else range(1000),
            breaking if stage == "network" else passing,
            encode,
            Stages(),
        )
    assert closed == ["encoder"]
    assert time.monotonic() - began < 2
    assert {thread.name for thread in threading.enumerate()}.isdisjoint({"decoding", "encoding"})
