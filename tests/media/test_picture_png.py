"""The PNG writer: right for every reader, whatever the bands; small, fast, and flat in memory."""

import io
import tracemalloc
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from contract_pictures import MODES, ORDERS, banded, layout_of, noise, read, smooth, write
from sakuga.media import deflate, png
from sakuga.media.picture import Metadata, PictureLayout, open_picture


def encoded(picture: np.ndarray, bands=None, level: int = 1) -> bytes:
    file = io.BytesIO()
    png.write(file, layout_of(picture), [picture] if bands is None else bands, Metadata(), level)
    return file.getvalue()


@given(banded(), st.integers(0, 9), st.sampled_from([1, 100, 1000, 1 << 20]))
def test_pillow_and_opencv_read_what_is_written(case, level, block):
    (picture, bands), before = case, deflate.BLOCK
    deflate.BLOCK = block
    try:
        data = encoded(picture, bands, level)
    finally:
        deflate.BLOCK = before
    channels = picture.shape[2]
    shown = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    shown = shown.reshape(*picture.shape[:2], -1)
    wanted = picture[:, :, [0, 0, 0, 1]] if channels == 2 else picture
    assert shown.dtype == picture.dtype
    assert (shown[:, :, ORDERS[wanted.shape[2]]] == wanted).all()
    if picture.dtype == np.uint8:
        image = Image.open(io.BytesIO(data))
        assert image.mode == MODES[channels]
        assert (np.asarray(image).reshape(picture.shape) == picture).all()


@given(banded())
def test_the_bytes_do_not_depend_on_the_bands(case):
    picture, bands = case
    assert encoded(picture, bands) == encoded(picture)


@given(st.binary(max_size=3000), st.binary(max_size=3000))
def test_checksums_of_parts_make_the_checksum_of_the_whole(first, second):
    joined = deflate.joined_checksum(zlib.adler32(first), zlib.adler32(second), len(second))
    assert joined == zlib.adler32(first + second)


@given(st.lists(st.binary(max_size=2000), min_size=1, max_size=5), st.integers(0, 9))
def test_fragments_make_one_stream(parts, level):
    *most, last = parts
    stream = b"".join(deflate.fragment(part, level, last=False) for part in most)
    stream += deflate.fragment(last, level, last=True)
    assert zlib.decompress(stream, -15) == b"".join(parts)


@pytest.mark.parametrize("jobs", [0, 1, 3, 50])
def test_work_comes_back_in_order_and_is_taken_as_needed(jobs):
    taken = []

    def numbers():
        for number in range(jobs):
            taken.append(number)
            yield number

    for done, result in enumerate(deflate.in_order(lambda n: n * n, numbers())):
        assert result == done * done
        assert len(taken) <= done + 6


def test_every_filter_is_undone_by_its_definition():
    rows, above = noise(30, 40, 3, "uint8").reshape(30, 120), noise(1, 40, 3, "uint8").reshape(120)
    rows[10:20] = smooth(10, 40, 3, "uint8").reshape(10, 120)
    result = png.filtered(rows, above, 3)
    for row, (kind, *bytes_) in enumerate(result.tolist()):
        up = above if row == 0 else rows[row - 1]
        decoded = np.zeros(123, int)
        for at, value in enumerate(bytes_):
            left, over, corner = decoded[at], int(up[at]), int(up[at - 3]) if at >= 3 else 0
            estimate = left + over - corner
            order = sorted([left, over, corner], key=lambda v: abs(estimate - v))
            nearest = next(v for v in (left, over, corner) if abs(estimate - v) == abs(estimate - order[0]))
            decoded[at + 3] = (value + {1: left, 2: over, 4: nearest}[kind]) % 256
        assert (decoded[3:] == rows[row]).all()


def test_files_are_about_as_small_as_those_of_pillow(tmp_path):
    picture = smooth(300, 400, 3, "uint8") // 4 * 4 + noise(300, 400, 3, "uint8") // 64
    write(tmp_path / "a.png", picture)
    Image.fromarray(picture).save(tmp_path / "b.png", compress_level=6)
    assert (tmp_path / "a.png").stat().st_size <= 1.08 * (tmp_path / "b.png").stat().st_size


def test_a_huge_picture_never_stands_in_memory_whole(tmp_path):
    side, rows = 20000, 50
    layout, band = PictureLayout(side, side, 3, "uint8"), np.full((rows, side, 3), 77, np.uint8)
    tracemalloc.start()
    try:
        with (tmp_path / "a.png").open("wb") as file:
            png.write(file, layout, (band for _ in range(side // rows)), Metadata(), level=1)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100 * 2**20
    with open_picture(tmp_path / "a.png") as file:
        assert (file.width, file.height) == (side, side)


def test_one_wide_row_is_enough(tmp_path):
    picture = noise(2, 48000, 4, "uint16")
    write(tmp_path / "a.png", picture)
    assert (read(tmp_path / "a.png") == picture).all()
