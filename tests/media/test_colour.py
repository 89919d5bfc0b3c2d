"""YUV to RGB and back, against a reference written from the standards in float64."""

import itertools

import av
import numpy as np
import pytest

from bars import HEIGHT, PATCH, STEPS, WIDTH, bars, inner, to_rgb, to_yuv
from sakuga.errors import InputError
from sakuga.media.colour import Colour, FromRgb, Matrix, Range, ToRgb, colour_of, planes, siting_of

ALL = list(itertools.product((Matrix.BT709, Matrix.SMPTE170M, Matrix.BT2020), Range, (8, 10), STEPS))
CASES = [case for case in ALL if case[1] is not Range.UNSPECIFIED]


def frame_of(codes, chroma, depth):
    """A frame of `codes`, its chroma taken where left-sited samples lie."""
    name = f"yuv{chroma}p" + ("10le" if depth == 10 else "")
    height, width = codes[0].shape
    frame = av.VideoFrame(width, height, name)
    down, across = STEPS[chroma]
    for plane, values in zip(
        planes(frame), (codes[0], *(c[::down, ::across] for c in codes[1:])), strict=True
    ):
        plane[:] = np.rint(values).clip(0, (1 << depth) - 1)
    return frame


@pytest.mark.parametrize(("matrix", "range_", "depth", "chroma"), CASES)
def test_bars_come_out_as_the_standard_says(matrix, range_, depth, chroma):
    frame = frame_of(to_yuv(bars(), matrix, range_, depth), chroma, depth)
    pixels = ToRgb(Colour(matrix, range_), WIDTH, HEIGHT, depth)(frame)
    down, across = STEPS[chroma]
    luma, cb, cr = (plane.astype(np.float64) for plane in planes(frame))
    codes = [luma, *(c.repeat(down, 0)[:HEIGHT].repeat(across, 1)[:, :WIDTH] for c in (cb, cr))]
    expected = to_rgb(codes, matrix, range_, depth)
    assert pixels.dtype == (np.uint8 if depth == 8 else np.uint16)
    error = np.abs(pixels / np.iinfo(pixels.dtype).max - expected)[inner()] * 255
    flat, ramps = error[: inner()[: 3 * PATCH].sum()], error[inner()[: 3 * PATCH].sum() :]
    assert flat.max() < (0.52 if depth == 8 else 0.02)
    # Between two chroma samples the reference holds the left one; a ramp moves by less than this meanwhile.
    assert ramps.max() < 2


@pytest.mark.parametrize(("matrix", "range_", "depth", "chroma"), CASES)
def test_bars_come_back(matrix, range_, depth, chroma):
    frame = frame_of(to_yuv(bars(), matrix, range_, depth), chroma, depth)
    colour = Colour(matrix, range_)
    pixels = ToRgb(colour, WIDTH, HEIGHT, depth)(frame)
    back = FromRgb(colour, frame.format.name)(pixels)
    for before, after in zip(planes(frame), planes(back), strict=True):
        step = HEIGHT // before.shape[0], WIDTH // before.shape[1]
        mask = inner()[:: step[0], :: step[1]]
        off = np.abs(before.astype(int) - after)[mask]
        assert off.max() <= 1
        assert (before.astype(int) - after)[mask].mean() == pytest.approx(
            0, abs=1.01 if range_ is Range.FULL else 0.1
        )
    again = ToRgb(colour, WIDTH, HEIGHT, depth)(back)
    difference = np.abs(again.astype(int) - pixels)[inner()] / np.iinfo(pixels.dtype).max * 255
    assert difference.max() <= 2


@pytest.mark.parametrize("matrix", [Matrix.BT470BG, Matrix.SMPTE240M, Matrix.FCC])
def test_rare_matrices(matrix):
    frame = frame_of(to_yuv(bars(), matrix, Range.LIMITED, 8), "444", 8)
    pixels = ToRgb(Colour(matrix, Range.LIMITED), WIDTH, HEIGHT, 8)(frame)
    expected = to_rgb([plane.astype(float) for plane in planes(frame)], matrix, Range.LIMITED, 8)
    assert np.abs(pixels / 255 - expected).max() * 255 < 1
    back = FromRgb(Colour(matrix, Range.LIMITED), "yuv444p")(pixels)
    assert max(np.abs(a.astype(int) - b).max() for a, b in zip(planes(frame), planes(back), strict=True)) <= 1


@pytest.mark.parametrize("depth", [8, 10])
@pytest.mark.parametrize("range_", [Range.LIMITED, Range.FULL])
def test_black_and_white_are_exact(range_, depth):
    codes = to_yuv(
        np.array([0.0, 1.0]).repeat(32)[None, :, None].repeat(64, 0).repeat(3, 2), Matrix.BT709, range_, depth
    )
    pixels = ToRgb(Colour(Matrix.BT709, range_), 64, 64, depth)(frame_of(codes, "420", depth))
    peak = np.iinfo(pixels.dtype).max
    assert pixels[:, :24].max() <= peak / 20000
    assert pixels[:, 40:].min() >= peak * (1 - 1 / 20000)


@pytest.mark.parametrize(("siting", "shift"), [("left", 0.0), ("center", 0.5)])
def test_chroma_lies_where_its_siting_says(siting, shift):
    """A ramp of chroma: sample i belongs at column 2i + shift, in both directions."""
    colour = Colour(Matrix.BT709, Range.LIMITED, siting=siting)
    ramp = np.arange(64)
    cb = (64 + 2 * ramp - 128) / 224
    rgb = np.stack([0 * cb, -2 * 0.9278 * 0.0722 / 0.7152 * cb, 1.8556 * cb], -1) + 0.5
    pixels = (rgb[None].repeat(64, 0) * 65535).clip(0, 65535).round().astype(np.uint16)
    frame = FromRgb(colour, "yuv420p10le")(pixels)
    chroma = planes(frame)[1][16, 8:24].astype(float) / 4
    assert np.abs(chroma - (64 + 2 * (2 * np.arange(8, 24) + shift))).max() < 0.3
    back = ToRgb(colour, 64, 64, 10)(frame)
    blue = (back[32, 16:48, 2] / 65535 - 0.5) / 1.8556 * 224 + 128
    assert np.abs(blue - (64 + 2 * ramp[16:48])).max() < 0.3


def test_a_colour_edge_comes_back_where_it_was():
    red, blue = np.array([200, 40, 40], np.uint8), np.array([40, 40, 200], np.uint8)
    pixels = np.where(np.arange(64)[None, :, None] < 31, red, blue).repeat(64, 0)
    colour = Colour(Matrix.BT709, Range.LIMITED)
    back = ToRgb(colour, 64, 64, 8)(FromRgb(colour, "yuv420p")(pixels)).astype(float)
    centre = np.interp(0.5, (back[32, 24:40, 2] - 40) / 160, np.arange(24, 40))
    assert centre == pytest.approx(30.5, abs=0.35)
    assert np.abs(back[:, :24] - red).max() <= 2
    assert np.abs(back[:, 40:] - blue).max() <= 2


def test_the_chroma_between_samples_is_smooth():
    codes = to_yuv(bars(), Matrix.BT709, Range.LIMITED, 8)
    ramp = ToRgb(Colour(Matrix.BT709, Range.LIMITED), WIDTH, HEIGHT, 8)(frame_of(codes, "420", 8))[
        5 * PATCH + 16
    ]
    assert np.abs(np.diff(ramp.astype(int), axis=0)).max() <= 2


@pytest.mark.parametrize("name", ["rgb24", "bgr0", "gbrp", "gbrp10le", "gbrp12le", "rgb48le"])
def test_rgb_passes_untouched(name):
    rng = np.random.default_rng(1)
    depth = av.VideoFormat(name, 16, 16).components[0].bits
    values = rng.integers(0, 1 << depth, (48, 64, 3)).astype(np.uint8 if depth == 8 else np.uint16)
    colour = Colour(Matrix.RGB, Range.FULL)
    exact = values if depth in (8, 16) else np.rint(values / ((1 << depth) - 1) * 65535).astype(np.uint16)
    frame = FromRgb(colour, name)(exact)
    pixels = ToRgb(colour, 64, 48, depth)(frame)
    assert np.abs(pixels.astype(int) - exact).max() <= (0 if depth in (8, 16) else 2)


@pytest.mark.parametrize("range_", [Range.LIMITED, Range.FULL])
@pytest.mark.parametrize("depth", [8, 10])
def test_grey_becomes_three_equal_channels(range_, depth):
    frame = av.VideoFrame(64, 48, "gray" if depth == 8 else "gray10le")
    black, white = (0, (1 << depth) - 1) if range_ is Range.FULL else (16 << depth - 8, 235 << depth - 8)
    planes(frame)[0][:] = np.linspace(black, white, 64).round()
    pixels = ToRgb(Colour(Matrix.BT709, range_), 64, 48, depth)(frame)
    peak = np.iinfo(pixels.dtype).max
    assert (pixels == pixels[..., :1]).all()
    assert np.abs(pixels[0, :, 0] / peak - np.linspace(0, 1, 64)).max() < 1 / 200
    assert pixels[0, 0, 0] == 0
    assert pixels[0, -1, 0] == peak


@pytest.mark.parametrize(("width", "height"), [(1, 1), (2, 2), (3, 5), (853, 479), (161, 120), (160, 119)])
@pytest.mark.parametrize("chroma", ["420", "422", "444"])
def test_odd_sizes(width, height, chroma):
    colour = Colour(Matrix.BT709, Range.LIMITED)
    flat = np.full((height, width, 3), (180, 90, 60), np.uint8)
    frame = FromRgb(colour, f"yuv{chroma}p")(flat)
    back = ToRgb(colour, width, height, 8)(frame)
    assert back.shape == flat.shape
    assert np.abs(back.astype(int) - flat).max() <= 1


def test_a_frame_of_another_size_is_resized():
    colour = Colour(Matrix.BT709, Range.LIMITED)
    convert = ToRgb(colour, 64, 48, 8)
    for width, height in ((64, 48), (128, 96), (64, 48)):
        frame = FromRgb(colour, "yuv420p")(np.full((height, width, 3), 99, np.uint8))
        pixels = convert(frame)
        assert pixels.shape == (48, 64, 3)
        assert np.abs(pixels.astype(int) - 99).max() <= 1


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((640, 480), Matrix.SMPTE170M),
        ((720, 576), Matrix.BT470BG),
        ((1280, 720), Matrix.BT709),
        ((1280, 536), Matrix.BT709),
        ((960, 718), Matrix.SMPTE170M),
    ],
)
def test_an_unspecified_matrix_follows_the_size(size, expected):
    colour = colour_of(2, 0, 2, 2, width=size[0], height=size[1])
    assert (colour.matrix, colour.range, colour.guessed) == (expected, Range.LIMITED, True)
    assert colour.primaries != 2
    assert colour.transfer != 2


def test_what_is_told_is_kept():
    colour = colour_of(9, 2, 9, 16, width=640, height=480)
    assert colour == Colour(Matrix.BT2020, Range.FULL, 9, 16)


def test_a_matrix_that_cannot_be_converted_is_named():
    with pytest.raises(InputError, match="ICtCp"):
        colour_of(14, 1, 9, 16, width=640, height=480)


def test_a_new_frame_tells_no_siting():
    assert siting_of(av.VideoFrame(64, 48, "yuv420p")) is None
