"""What is done to pixels: layers, lines, colours, effects, lens, letters, panels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import studio
from sakuga.compose.colour_script import SCRIPTS, Script, scripted
from sakuga.compose.effects import EFFECTS
from sakuga.compose.layers import over, softened, weighted, window
from sakuga.compose.lens import faded, grained, streaked
from sakuga.compose.lettering import MANNERS, drawn, lettered
from sakuga.compose.moment import Moment
from sakuga.compose.panels import inside, panels
from sakuga.compose.shot import Fade

SIZE = (72, 128)


def layer(height=40, width=30, colour=(0.8, 0.4, 0.2)):
    """An ellipse with soft edges, premultiplied."""
    rows, columns = np.ogrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    alpha = np.clip(6 * (1 - np.hypot(rows, columns)), 0, 1)[..., None]
    return np.concatenate([alpha * np.array(colour), alpha], 2).astype(np.float32)


@given(st.floats(-50, 90), st.floats(-40, 140))
def test_a_layer_of_the_grounds_colour_is_not_seen(top, left):
    """No halo, wherever it lies, between pixels, too."""
    frame = np.broadcast_to(np.array((0.8, 0.4, 0.2), np.float32), (*SIZE, 3)).copy()
    over(frame, layer(), top, left)
    assert np.abs(frame - np.array((0.8, 0.4, 0.2))).max() < 1e-4


def test_what_is_opaque_hides_and_what_is_empty_does_not():
    frame, above = np.full((*SIZE, 3), 0.5, np.float32), np.ones((10, 12, 4), np.float32)
    over(frame, above, 5, -4)
    assert (frame[5:15, :8] == 1).all()
    over(frame, np.zeros_like(above), 30, 30)
    assert (frame[20:] == 0.5).all()


@given(st.floats(0, 8), st.floats(0, 12))
def test_windows_between_pixels_show_a_slope_where_it_is(top, left):
    rows, columns = np.mgrid[0:100, 0:160]
    plate = np.stack([rows / 200, columns / 200, np.full(rows.shape, 0.5)], 2).astype(np.float32)
    seen = window(plate, top, left, SIZE)
    assert seen.shape == (*SIZE, 3)
    wanted = window(plate, 0, 0, SIZE) + np.array((top / 200, left / 200, 0), np.float32)
    assert np.abs(seen - wanted)[5:-5, 5:-5].max() < 1e-3


def test_lines_become_heavier_and_lighter_and_outlines_stay():
    pixels = layer(60, 60, (0.9, 0.8, 0.7))
    pixels[20:40, 29:31, :3] = 0.05
    heavy, light = weighted(pixels, 0.8), weighted(pixels, -0.8)
    assert heavy[25:35, 26:34, :3].mean() < pixels[25:35, 26:34, :3].mean() < light[25:35, 26:34, :3].mean()
    for changed in (heavy, light):
        assert np.array_equal(changed[..., 3], pixels[..., 3])
        assert (changed[..., :3] <= changed[..., 3:] + 1e-6).all()
    assert weighted(pixels, 0) is pixels


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_keep_the_range_and_what_is_transparent(name):
    script = SCRIPTS[name][1].drawn(np.random.default_rng(1))
    changed = scripted(layer(), script)
    assert np.array_equal(changed[..., 3], layer()[..., 3])
    assert (changed[..., :3] <= changed[..., 3:] + 1e-6).all()
    assert (changed >= 0).all()


@given(st.floats(0, 1), st.floats(-40, 40), st.floats(0, 1.5))
def test_hue_and_saturation_leave_grey_alone(grey, hue, saturation):
    frame = np.full((2, 2, 3), grey, np.float32)
    assert np.allclose(scripted(frame, Script(hue=hue, saturation=saturation)), grey, atol=1e-5)
    assert Script(hue=hue).partly(0) == Script()


@pytest.mark.parametrize("name", EFFECTS)
def test_effects_paint_the_same_again_and_leave_their_input(name):
    kind, frame = EFFECTS[name], np.full((*SIZE, 3), 0.6, np.float32)
    frame[:20] = 0.95
    before = frame.copy()
    for seed in range(4):
        told = kind.draw(np.random.default_rng(seed))
        one, again = (np.asarray(kind.paint(frame, told, Moment(5, (3.0, -8.0)))) for _ in range(2))
        assert one.shape == frame.shape
        assert np.array_equal(one, again)
        assert np.array_equal(frame, before)
        assert one.min() >= -1e-5
        assert one.max() <= 1 + 1e-5
        assert np.abs(one - frame).max() > 0.01


@pytest.mark.parametrize("name", ["burst", "streaks", "rain", "flakes", "leaves", "discs", "shafts"])
def test_effects_that_move_do(name):
    kind, frame = EFFECTS[name], np.full((*SIZE, 3), 0.4, np.float32)
    told = kind.draw(np.random.default_rng(0))
    one, other = (kind.paint(frame, told, Moment(n, (0.0, 2.0 * n))) for n in (0, 9))
    assert not np.array_equal(one, other)


def test_grain_has_its_deviation_and_fades_their_ends():
    frame = np.full((200, 200, 3), 0.5, np.float32)
    noise = grained(frame, 4.0, np.random.default_rng(0)) - frame
    assert noise.std() * 255 == pytest.approx(4, rel=0.02)
    assert np.array_equal(noise[..., 0], noise[..., 2])
    out = Fade(0.0, 9, 3, 0.8)
    assert np.allclose(faded(frame, out, 3), 0.5)
    assert np.allclose(faded(frame, out, 9), 0.1)
    white = Fade(1.0, 0, 4, 0.5)
    assert np.allclose(faded(frame, white, 0), 0.75)
    assert np.allclose(faded(frame, white, 4), 0.5)


def test_a_streak_goes_along_the_pan():
    frame = np.zeros((41, 41, 3), np.float32)
    frame[20, 20] = 1
    seen = streaked(frame, 0, 9)
    assert seen.sum() == pytest.approx(frame.sum(), rel=1e-4)
    assert np.flatnonzero(seen[..., 0].max(1) > 1e-6).tolist() == [20]
    assert 9 <= np.count_nonzero(seen[20, :, 0] > 1e-6) <= 11
    assert streaked(frame, 0, 1) is frame
    assert softened(frame, 0) is frame


@pytest.mark.parametrize("kind", MANNERS)
def test_letters_fit_and_can_be_read(kind):
    for seed in range(12):
        told = drawn(kind, (720, 1280), np.random.default_rng(seed))
        made = lettered(told)
        assert made.shape[1] <= 1280
        assert told.text
        assert (made[..., :3] <= made[..., 3:] + 1e-5).all()
        solid = made[made[..., 3] > 0.99][:, :3].mean(1)
        assert solid.max() - solid.min() > 0.4, "letters differ from what is around them"
    assert drawn(kind, (64, 96), np.random.default_rng(0)) is None or kind in ("title", "sign")


def test_panels_of_a_page_and_none_of_paper():
    chance = np.random.default_rng(0)
    page = studio.page(chance)
    assert [box[2:] for box in panels(page)] == [(122, 192), (122, 192)]
    assert all((inside(page, box) < 238).any(-1).all() for box in panels(page))
    assert panels(np.full((200, 200, 3), 255, np.uint8)) == []
    text = np.full((300, 200, 3), 225, np.uint8)
    text[::7, 20:-20] = 40
    assert panels(text) == []
    slanted = studio.painted(chance, 150, 240)
    for row in range(150):
        slanted[row, : row // 2] = 255
    assert panels(slanted) == []
