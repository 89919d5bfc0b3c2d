"""Fields woven and unwoven: judged by the detector that finds them in real films."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.degrade.deinterlacing import METHODS, deinterlaced
from sakuga.degrade.fields import interlaced, pulldown, telecined, weave
from sakuga.media.fields import fit, judge

LUMA = np.array((0.299, 0.587, 0.114), np.float32)


def moving(count, step=4):
    """A drawing that moves, (count, 64, 96, 3)."""
    y, x = np.mgrid[:64, : 96 + step * count]
    wide = 0.5 + 0.3 * np.sin(x / 5) * np.cos(y / 6) + 0.2 * np.sin((x + y) / 11)
    frames = [np.repeat(wide[:, step * n : step * n + 96, None], 3, 2) for n in range(count)]
    return np.stack(frames).astype(np.float32)


def fits(clip):
    lumas = [np.float32(255) * (frame @ LUMA) for frame in clip]
    return [fit(this, after) for this, after in itertools.pairwise(lumas)]


def verdict(clip):
    return judge([fits(clip)]).scan


def test_pulldown_is_found_as_telecine_and_weaving_as_interlace():
    film = moving(24)
    assert verdict(film) == "progressive"
    assert len(pulldown(film)) == 30
    assert verdict(pulldown(film)) == "telecined"
    for first, parity in (("top", "tff"), ("bottom", "bff")):
        woven = weave(moving(48, 2), first=first)
        assert len(woven) == 24
        found = judge([fits(woven)])
        assert (found.scan, found.parity) == ("interlaced", parity)


def test_pulldown_is_made_of_the_films_fields_in_their_order():
    film = np.arange(8, dtype=np.float32)[:, None, None, None] * np.ones((1, 4, 2, 3), np.float32)
    made = pulldown(film)[:, :2, 0, 0].tolist()
    assert made == [[0, 0], [1, 1], [1, 2], [2, 3], [3, 3], [4, 4], [5, 5], [5, 6], [6, 7], [7, 7]]


@pytest.mark.parametrize("late", [True, False])
@pytest.mark.parametrize("phase", range(4))
def test_film_that_lost_each_fifth_picture_combs_in_one_of_four(phase, late):
    film = moving(9)
    made = telecined(film, phase=phase, late=late, shift=(4.0, 0.0))
    combed = [n for n in range(9) if not np.array_equal(made[n], film[n])]
    assert combed == [n for n in range(9) if (n + phase) % 4 == 2]
    for n in combed:
        stays, comes = (0, 1) if late else (1, 0)
        assert np.array_equal(made[n, stays::2], film[n, stays::2])
        other = n + 1 if late else n - 1
        if 0 <= other < 9:
            assert np.array_equal(made[n, comes::2], film[other, comes::2])


@pytest.mark.parametrize(("first", "stays"), [("top", 0), ("bottom", 1)])
def test_video_out_of_step_has_the_next_pictures_field(first, stays):
    clip = moving(5)
    made = interlaced(clip, first=first)
    assert np.array_equal(made[:, stays::2], clip[:, stays::2])
    assert np.array_equal(made[:-1, 1 - stays :: 2], clip[1:, 1 - stays :: 2])


def test_a_single_picture_combs_by_its_shift():
    picture = moving(1)
    for made in (interlaced(picture, shift=[3.0, 0.0]), telecined(picture, phase=2, shift=[3.0, 0.0])):
        assert np.array_equal(made[:, ::2], picture[:, ::2])
        assert made[:, 1::2, 3:] == pytest.approx(picture[:, 1::2, :-3], abs=1e-6)
    early = telecined(picture, phase=2, late=False, shift=[3.0, 0.0])
    assert early[:, ::2, :-3] == pytest.approx(picture[:, ::2, 3:], abs=1e-6)


def test_what_stands_still_does_not_comb():
    held = np.repeat(moving(1), 6, 0)
    assert np.array_equal(interlaced(held, shift=(0.0, 0.0)), held)
    assert np.array_equal(telecined(held)[:-1], held[:-1])


class TestDeinterlaced:
    @given(
        st.sampled_from(sorted(METHODS)),
        st.sampled_from(["top", "bottom"]),
        st.tuples(st.integers(1, 3), st.integers(1, 9), st.integers(1, 9)),
        st.floats(0, 1, width=32),
    )
    def test_flat_pictures_of_any_size_stay(self, method, first, size, level):
        clip = np.full((*size, 3), level, np.float32)
        assert deinterlaced(clip, method=method, first=first) == pytest.approx(clip, abs=1e-6)

    @pytest.mark.parametrize(("first", "kept"), [("top", 0), ("bottom", 1)])
    @pytest.mark.parametrize("method", ["double", "bob"])
    def test_one_field_alone_remains(self, method, first, kept):
        clip = np.random.default_rng(0).random((2, 11, 6, 3), np.float32)
        made = deinterlaced(clip, method=method, first=first)
        assert np.array_equal(made[:, kept::2], clip[:, kept::2])
        other = clip.copy()
        other[:, 1 - kept :: 2] = 0
        assert np.array_equal(deinterlaced(other, method=method, first=first), made)

    def test_doubling_repeats_and_bob_goes_between(self):
        line = np.arange(6, dtype=np.float32)[None, :, None, None] * np.ones((1, 1, 2, 3), np.float32)
        made = {m: deinterlaced(line, method=m)[0, :, 0, 0].tolist() for m in METHODS}
        assert made == {
            "double": [0, 0, 2, 2, 4, 4],
            "bob": [0, 1, 2, 3, 4, 4],
            "blend": [0.25, 1, 2, 3, 4, 4.75],
        }

    def test_blending_leaves_no_combs_and_both_moments(self):
        woven = weave(moving(2, 6))
        made = deinterlaced(woven, method="blend")
        combs = [np.abs(c[:, 2:-2:2] - (c[:, 1:-3:2] + c[:, 3:-1:2]) / 2).mean() for c in (woven, made)]
        assert combs[1] < 0.3 * combs[0]
        both = moving(2, 6).mean(0)
        assert np.abs(made[0] - both)[2:-2].mean() < 0.25 * np.abs(woven[0] - both)[2:-2].mean()
