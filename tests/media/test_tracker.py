"""Progress of a job: shares, rates and times left."""

from __future__ import annotations

from pathlib import Path

import pytest

from sakuga.media.events import Count, Progressed, Started
from sakuga.media.plan import Task
from sakuga.media.space import shortage
from sakuga.media.tracker import INTERVAL, Tracker


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def tasks(tmp_path):
    names = ("a.png", "b.mkv", "c.png")
    for name in names:
        (tmp_path / name).write_bytes(bytes(1000))
    kinds = ("picture", "video", "picture")
    return [
        Task(tmp_path / name, tmp_path / "out" / name, kind) for name, kind in zip(names, kinds, strict=True)
    ]


def test_shares_grow_from_nothing_to_all(tasks):
    clock, events = Clock(), []
    tracker = Tracker(tasks, events.append, clock)
    for task in tasks:
        tracker.start(task)
        for done in (1, 2, 4):
            clock.now += 1
            tracker.count(Count(done, 4, "frames"))
    shares = [event.overall for event in events if isinstance(event, Progressed)]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert [event.index for event in events if isinstance(event, Started)] == [1, 2, 3]
    assert events[-1].overall_seconds_left == 0
    assert events[-1].per_second == pytest.approx(4 / 3)


def test_it_does_not_talk_too_much_but_says_the_end(tasks):
    clock, events = Clock(), []
    tracker = Tracker(tasks, events.append, clock)
    tracker.start(tasks[1])
    for done in range(1, 1001):
        clock.now += INTERVAL / 100
        tracker.count(Count(done, 1000, "frames"))
    told = [event.count.done for event in events if isinstance(event, Progressed)]
    assert len(told) <= 12
    assert told[-1] == 1000


def test_a_video_of_unknown_length_has_no_end(tasks):
    clock, events = Clock(), []
    tracker = Tracker(tasks, events.append, clock)
    tracker.start(tasks[1])
    clock.now += 2
    tracker.count(Count(10, None, "frames"))
    assert events[-1].seconds_left is None
    assert events[-1].per_second == 5


def test_a_failed_task_is_behind_us(tasks):
    clock, events = Clock(), []
    tracker = Tracker(tasks, events.append, clock)
    tracker.start(tasks[2])
    clock.now += 1
    tracker.count(Count(1, 2, "rows"))
    assert 0.9 < events[-1].overall < 1
    assert events[0] == Started(tasks[2], 3, 3)


def test_space_is_only_missed_where_it_is_missing(tasks, monkeypatch):
    assert shortage(tasks, 4) == ""
    assert shortage([], 4) == ""
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 20_000}))
    assert shortage(tasks[:1], 4) == ""
    lossy = Task(tasks[0].source.rename(tasks[0].source.with_suffix(".jpg")), tasks[0].destination, "picture")
    words = shortage([lossy], 4)
    assert str(Path(tasks[0].source).parent) in words
    assert shortage([lossy], 1) == ""
