"""Line enhancement: each stage by hand on small maps, and the whole against a plain restatement."""

from collections import deque

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from sakuga.degrade.enhancing import enhance_folder
from sakuga.degrade.lines import ROUNDS, enhance, found, grown, line_map, sharpened, without_specks
from sakuga.metrics.line_contrast import line_contrast


def drawn(text):
    """A map of 16x16 out of its rows; what is not written is empty."""
    rows = [row.strip() for row in text.strip().splitlines()]
    lines = np.zeros((16, 16), np.uint8)
    for y, row in enumerate(rows):
        for x, sign in enumerate(row):
            lines[y, x] = sign == "#"
    return lines


CORNER = """
    ....####........
    ....#...........
    ....#...........
    ....#...........
"""


def test_growing_by_hand():
    """Only what has three of its eight neighbours on a line joins it, and what joined counts for nobody."""
    got = grown(drawn(CORNER))
    joined = np.argwhere(got & ~drawn(CORNER)).tolist()
    assert joined == [[1, 3], [1, 5], [1, 6], [2, 3], [2, 5]]


def test_growing_sees_nothing_beyond_the_picture():
    lines = np.zeros((16, 16), np.uint8)
    lines[0, 0] = lines[0, 1] = 1
    assert grown(lines).sum() == 2
    lines[0, 2] = 1
    assert grown(lines)[1].tolist() == [0, 1] + [0] * 14


@pytest.mark.parametrize(("length", "stays"), [(31, False), (32, True)])
def test_specks_are_small_and_join_over_corners(length, stays):
    lines = np.zeros((40, 40), np.uint8)
    np.fill_diagonal(lines[:length, :length], 1)
    assert without_specks(lines).any() == stays


def test_a_line_is_where_the_difference_is_far_below_its_largest():
    difference = np.full((16, 16), 0.5, np.float32)
    difference[3, 4], difference[5, 6], difference[7, 8] = 255, -15.1, -14.9
    assert np.argwhere(found(difference)).tolist() == [[5, 6]]


def test_flat_pictures_have_no_lines_and_stay():
    for level in (0, 7, 128, 255):
        flat = np.full((16, 16, 3), level, np.uint8)
        made = enhance(flat)
        assert not made.lines.any()
        assert np.array_equal(made.picture, flat)


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (16, 16), (30, 70)])
def test_any_size(size):
    picture = np.random.default_rng(1).integers(0, 256, (*size, 3), np.uint8)
    made = enhance(picture)
    assert made.picture.shape == picture.shape
    assert made.lines.shape == size


@given(arrays.arrays(np.uint8, (16, 16), elements=st.integers(0, 1)))
def test_growing_and_filtering_are_the_plain_ones(lines):
    assert np.array_equal(grown(lines), plain_grown(lines))
    assert np.array_equal(without_specks(lines, 6), plain_filtered(lines, 6))


def picture():
    canvas = np.full((72, 96, 3), (200, 180, 150), np.uint8)
    cv2.circle(canvas, (50, 36), 24, (40, 30, 90), 2, cv2.LINE_AA)
    cv2.circle(canvas, (50, 36), 22, (250, 200, 180), -1, cv2.LINE_AA)
    cv2.line(canvas, (5, 5), (90, 66), (10, 10, 10), 1, cv2.LINE_AA)
    cv2.putText(canvas, "a", (8, 60), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (0, 0, 0), 1, cv2.LINE_AA)
    return canvas


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (5, 2), (16, 16), (24, 60)])
def test_pictures_smaller_than_the_kernel_are_mirrored_again_and_again(size):
    tiny = cv2.resize(picture()[10:60, 20:90], size[::-1], interpolation=cv2.INTER_AREA).reshape(*size, 3)
    made = enhance(tiny, gamma=0.978, least=3)
    wanted, lines = plain(tiny, "sharpened", 0.978, 3)
    assert np.array_equal(made.lines, lines)
    assert np.abs(made.picture.astype(int) - wanted).max() <= 1


@pytest.mark.parametrize("mode", ["L", "LA", "RGBA", "P", "I;16", "1"])
def test_any_kind_of_picture_becomes_rgb(tmp_path, mode):
    """Transparent over white; 16 bits rounded."""
    solid = Image.fromarray(picture()).convert("L")
    if mode == "I;16":
        file = Image.fromarray(np.asarray(solid).astype(np.uint16) * 257)
    else:
        file = solid.convert(mode)
    if mode in ("LA", "RGBA"):
        file.putalpha(0)
    file.save(tmp_path / "a.png")
    (made,) = enhance_folder([tmp_path / "a.png"], tmp_path / "out")
    assert made.state == "done"
    with Image.open(tmp_path / "out" / "a.png") as result:
        pixels = np.asarray(result)
    assert pixels.shape == (72, 96, 3)
    if mode in ("LA", "RGBA"):
        assert pixels.min() == 255
    elif mode != "1":
        grey = np.repeat(np.asarray(solid)[..., None], 3, 2)
        assert np.array_equal(pixels, enhance(grey, gamma=made.told["gamma"]).picture)


@pytest.mark.parametrize("background", ["sharpened", "original"])
def test_the_whole_is_the_plain_restatement(background):
    made = enhance(picture(), background=background, gamma=0.972)
    wanted, lines = plain(picture(), background, 0.972)
    assert np.array_equal(made.lines, lines)
    assert 0.03 < lines.mean() < 0.4
    assert np.abs(made.picture.astype(int) - wanted).max() <= 1


def test_lines_get_darker_and_the_original_stays_elsewhere():
    made = enhance(picture(), background="original")
    off, on = made.lines == 0, made.lines == 1
    assert np.array_equal(made.picture[off], picture()[off])
    assert np.ptp(made.picture[on].astype(int)) >= np.ptp(picture()[on].astype(int))
    dark = picture().min(-1) < 60
    assert made.picture[on & dark].mean() < picture()[on & dark].mean()


def test_each_round_makes_the_same_lines_deeper():
    made = [enhance(picture(), background="original", rounds=rounds) for rounds in range(ROUNDS + 1)]
    depths = [line_contrast(each.picture, picture()) for each in made]
    assert np.array_equal(made[0].picture, picture())
    assert depths == sorted(set(depths))
    assert all(np.array_equal(each.lines, made[0].lines) for each in made)


def test_three_rounds_are_stronger_than_one():
    light = picture().astype(np.float32)
    once, twice = sharpened(light), sharpened(sharpened(light))
    assert light.std() < once.std() < twice.std()
    assert line_map(once, 0.975).any()


def plain_kernel(taps, sigma):
    line = np.exp(-((np.arange(taps) - taps // 2) ** 2) / (2 * sigma**2))
    return line / line.sum()


def plain_blur(plane, taps, sigma):
    """Row by row and column by column, mirrored at the border."""
    line, half = plain_kernel(taps, sigma), taps // 2
    for axis in (0, 1):
        wide = np.pad(plane, [(half, half) if a == axis else (0, 0) for a in (0, 1)], "reflect")
        plane = np.apply_along_axis(lambda row: np.convolve(row, line, "valid"), axis, wide)
    return plane


def plain_sharpened(light):
    done = np.empty_like(light)
    for channel in range(3):
        plane = light[..., channel]
        rest = plane - plain_blur(plane, 51, 8.0)
        soft = plain_blur((np.abs(rest) * 1.0 > 10).astype(float), 51, 8.0)
        done[..., channel] = soft * np.clip(plane + 0.5 * rest, 0, 255) + (1 - soft) * plane
    return done


def plain_filtered(lines, least):
    """Breadth first from every pixel, as the release does it."""
    kept, seen = np.zeros_like(lines), np.zeros(lines.shape, bool)
    for start in map(tuple, np.argwhere(lines)):
        if seen[start]:
            continue
        seen[start], members, queue = True, [start], deque([start])
        while queue:
            y, x = queue.popleft()
            for place in ((y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)):
                inside = 0 <= place[0] < lines.shape[0] and 0 <= place[1] < lines.shape[1]
                if inside and lines[place] and not seen[place]:
                    seen[place] = True
                    members.append(place)
                    queue.append(place)
        if len(members) >= least:
            for member in members:
                kept[member] = 1
    return kept


def plain_grown(lines):
    done, (height, width) = lines.copy(), lines.shape
    for y in range(height):
        for x in range(width):
            around = [
                lines[y + dy, x + dx]
                for dy in (-1, 0, 1)
                for dx in (-1, 0, 1)
                if (dy or dx) and 0 <= y + dy < height and 0 <= x + dx < width
            ]
            if sum(around) >= 3:
                done[y, x] = 1
    return done


def plain(image, background, gamma, least=32):
    light = image.astype(float)
    first = plain_sharpened(light)
    strong = plain_sharpened(plain_sharpened(first))
    grey = strong @ (0.299, 0.587, 0.114)
    difference = plain_blur(grey, 7, 0.6) - gamma * plain_blur(grey, 13, 1.5)
    raw = (difference / difference.max() < -15 / 255).astype(np.uint8)
    lines = plain_grown(plain_filtered(raw, least))
    rest = first if background == "sharpened" else light
    return np.rint(np.where(lines[..., None] > 0, strong, rest)), lines
