import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.engine.recurrence import steps


def frames(count):
    return [np.full((1, 1, 3), i, np.uint8) for i in range(count)]


def seen(step):
    return tuple(int(frame[0, 0, 0]) for frame in step.frames)


@given(st.lists(st.booleans(), min_size=1, max_size=30))
def test_windows_never_reach_over_a_cut(cuts):
    marks = iter([False, *cuts[1:]])
    result = list(steps(frames(len(cuts)), 3, lambda _: next(marks)))
    shot = np.cumsum([False, *cuts[1:]])
    assert [seen(step)[1] for step in result] == list(range(len(cuts)))
    for i, step in enumerate(result):
        before, after = max(i - 1, 0), min(i + 1, len(cuts) - 1)
        wanted = tuple(j if shot[j] == shot[i] else i for j in (before, i, after))
        assert seen(step) == wanted
        assert step.fresh == (i == 0 or shot[i] != shot[i - 1])


def test_a_clip_of_one_frame_sees_itself_three_times():
    (step,) = steps(frames(1), 3, lambda _: False)
    assert seen(step) == (0, 0, 0)
    assert step.fresh


def test_an_empty_clip_has_no_steps():
    assert list(steps([], 3, lambda _: False)) == []


@pytest.mark.parametrize(("window", "ahead"), [(1, 1), (3, 2)])
def test_reads_at_most_one_frame_ahead(window, ahead):
    taken = []

    def source():
        for i, frame in enumerate(frames(10)):
            taken.append(i)
            yield frame

    next(steps(source(), window, lambda _: False))
    assert len(taken) == ahead
