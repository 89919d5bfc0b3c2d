"""The TIFF writer and the 16-bit reader: strips, tiles, planes, both byte orders, pages, BigTIFF."""

import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from contract_pictures import MODES, ORDERS, banded, joined, layout_of, noise, read, write
from sakuga.errors import InputError
from sakuga.media import tiff
from sakuga.media.picture import Metadata, PictureLayout, open_picture, write_animation
from sakuga.media.tiff_pages import pages


def encoded(picture: np.ndarray, bands=None) -> bytes:
    file = io.BytesIO()
    tiff.write(file, layout_of(picture), [picture] if bands is None else bands, Metadata())
    return file.getvalue()


@given(banded(), st.sampled_from([1, 100, 1 << 18]))
def test_pillow_and_opencv_read_what_is_written(case, strip):
    (picture, bands), before = case, tiff._STRIP
    tiff._STRIP = strip
    try:
        data = encoded(picture, bands)
    finally:
        tiff._STRIP = before
    channels, deep = picture.shape[2], picture.dtype == np.uint16
    assert (pages(data)[0].pixels() == picture).all()
    if channels == 3 or (deep and channels != 2):
        shown = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
        assert (shown.reshape(picture.shape)[:, :, ORDERS[channels]] == picture).all()
    if not deep:
        image = Image.open(io.BytesIO(data))
        assert image.mode == MODES[channels]
        assert (np.asarray(image).reshape(picture.shape) == picture).all()


@given(banded())
def test_the_bytes_do_not_depend_on_the_bands(case):
    picture, bands = case
    assert encoded(picture, bands) == encoded(picture)


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_past_four_gigabytes_it_is_a_bigtiff(tmp_path, monkeypatch, dtype, channels):
    monkeypatch.setattr(tiff, "_CLASSIC_END", 100)
    picture = noise(20, 30, channels, dtype)
    write(tmp_path / "a.tif", picture, Metadata(xmp=b"<x/>", dpi=(72.0, 96.0)))
    assert (tmp_path / "a.tif").read_bytes()[:4] == b"II+\0"
    assert (read(tmp_path / "a.tif") == picture).all()
    if channels == 3:
        shown = cv2.imread(str(tmp_path / "a.tif"), cv2.IMREAD_UNCHANGED)
        assert (shown[:, :, ::-1] == picture).all()
    file = open_picture(tmp_path / "a.tif")
    assert (file.metadata.xmp, file.metadata.dpi) == (b"<x/>", (72.0, 96.0))


def by_hand(
    picture, order="<", compression=1, predictor=1, planar=False, tile=0, extra=2, photometric=None
) -> bytes:
    """A TIFF of any make."""
    height, width, channels = picture.shape
    planes = [picture[:, :, c : c + 1] for c in range(channels)] if planar else [picture]
    pieces = [part for plane in planes for part in _cut(plane, tile)]
    packed = [_packed(piece, order, compression, predictor) for piece in pieces]
    if photometric is None:
        photometric = 2 if channels > 2 else 1
    where = [(324, 325), (322, 323)] if tile else [(273, 279), (None, 278)]
    offsets = np.cumsum([8, *(len(p) for p in packed)])[:-1].tolist()
    tags = {
        256: [width],
        257: [height],
        258: [8 * picture.dtype.itemsize] * channels,
        259: [compression],
        262: [photometric],
        277: [channels],
        284: [2 if planar else 1],
        where[0][0]: offsets,
        where[0][1]: [len(p) for p in packed],
        where[1][1]: [tile or height],
    }
    if predictor > 1:
        tags[317] = [predictor]
    if tile:
        tags[322] = [tile]
    if channels in (2, 4):
        tags[338] = [extra]
    return _file(tags, b"".join(packed), order)


def _cut(plane: np.ndarray, tile: int) -> list[np.ndarray]:
    if not tile:
        return [plane]
    height, width, _ = plane.shape
    padded = np.pad(plane, ((0, -height % tile), (0, -width % tile), (0, 0)))
    return [padded[y : y + tile, x : x + tile] for y in range(0, height, tile) for x in range(0, width, tile)]


def _packed(piece: np.ndarray, order: str, compression: int, predictor: int) -> bytes:
    if predictor == 2:
        piece = np.concatenate((piece[:, :1], piece[:, 1:] - piece[:, :-1]), axis=1)
    data = piece.astype(piece.dtype.newbyteorder(order)).tobytes()
    return {1: lambda: data, 8: lambda: zlib.compress(data), 5: lambda: _lzw(data)}[compression]()


def _lzw(data: bytes) -> bytes:
    """LZW without any saving: every byte a code of 9 bits, the table cleared before it grows."""
    codes = []
    for at, byte in enumerate(data):
        codes += [256, byte] if at % 250 == 0 else [byte]
    bits = "".join(f"{code:09b}" for code in [*codes, 257])
    return int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")


def _file(tags: dict[int, list[int]], pixels: bytes, order: str) -> bytes:
    at = 8 + len(pixels)
    tail_at, head, tail = at + 2 + 12 * len(tags) + 4, b"", b""
    for tag, values in sorted(tags.items()):
        value = struct.pack(f"{order}{len(values)}I", *values)
        if len(value) > 4:
            value, tail = struct.pack(order + "I", tail_at + len(tail)), tail + value
        head += struct.pack(order + "HHI", tag, 4, len(values)) + value
    magic = struct.pack(order + "2sHI", b"II" if order == "<" else b"MM", 42, at)
    return magic + pixels + struct.pack(order + "H", len(tags)) + head + b"\0" * 4 + tail


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("compression", "predictor"), [(1, 1), (8, 1), (8, 2), (5, 1), (5, 2)])
@pytest.mark.parametrize(("planar", "tile"), [(False, 0), (False, 16), (True, 0), (True, 16)])
def test_files_of_every_make_are_read(tmp_path, dtype, channels, order, compression, predictor, planar, tile):
    picture = noise(21, 37, channels, dtype)
    (tmp_path / "a.tif").write_bytes(by_hand(picture, order, compression, predictor, planar, tile))
    assert (read(tmp_path / "a.tif") == picture).all()


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_grey_with_white_at_zero_is_turned_round(tmp_path, dtype):
    picture = noise(9, 9, 1, dtype)
    (tmp_path / "a.tif").write_bytes(by_hand(picture, photometric=0))
    assert (read(tmp_path / "a.tif") == np.iinfo(dtype).max - picture).all()


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_colour_multiplied_by_alpha_is_divided_again(tmp_path, dtype):
    straight, top = noise(20, 20, 4, dtype), np.iinfo(dtype).max
    straight[..., 3] = np.maximum(straight[..., 3], top // 2)
    multiplied = straight.copy()
    multiplied[..., :3] = np.round(straight[..., :3].astype(float) * straight[..., 3:] / top)
    (tmp_path / "a.tif").write_bytes(by_hand(multiplied, extra=1))
    assert np.abs(read(tmp_path / "a.tif").astype(int) - straight).max() <= 2


def test_an_unnamed_fourth_channel_is_no_alpha(tmp_path):
    picture = noise(9, 9, 4, "uint16")
    (tmp_path / "a.tif").write_bytes(by_hand(picture, extra=0))
    assert (read(tmp_path / "a.tif") == picture[:, :, :3]).all()


def test_deep_files_of_opencv_are_read(tmp_path):
    picture = noise(50, 60, 3, "uint16")
    assert cv2.imwrite(str(tmp_path / "a.tif"), picture[:, :, ::-1])
    assert (read(tmp_path / "a.tif") == picture).all()


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "packbits", "tiff_adobe_deflate", "zstd", "lzma"])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "I;16"])
def test_files_of_pillow_are_read(tmp_path, compression, mode):
    channels, dtype = {"L": 1, "RGB": 3, "RGBA": 4, "I;16": 1}[mode], "uint16" if mode == "I;16" else "uint8"
    picture = noise(40, 30, channels, dtype)
    Image.fromarray(picture[:, :, 0] if channels == 1 else picture).save(
        tmp_path / "a.tif", compression=compression
    )
    assert (read(tmp_path / "a.tif") == picture).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int16, np.int32])
def test_kinds_that_are_not_pictures_are_refused_in_a_sentence(tmp_path, dtype):
    if dtype is np.int16:
        image = Image.fromarray(np.zeros((4, 4), np.uint16))
        image.save(tmp_path / "a.tif", tiffinfo={339: 2})
    else:
        assert cv2.imwrite(str(tmp_path / "a.tif"), np.zeros((4, 4), dtype))
    with pytest.raises(
        InputError, match=r"a\.tif could not be read: its pixels are .* save it with 8 or 16 bits"
    ):
        open_picture(tmp_path / "a.tif")


def test_all_pages_are_kept_each_in_its_own_shape(tmp_path):
    shapes = [(9, 7, 3, "uint8"), (4, 11, 1, "uint16"), (1, 1, 4, "uint8"), (20, 20, 2, "uint8")]
    frames = [noise(*shape) for shape in shapes]
    path = tmp_path / "a.tiff"
    write_animation(
        path, layout_of(frames[0]), ((frame, 0.0) for frame in frames), None, Metadata(icc=b"p" * 200)
    )
    with open_picture(path) as file:
        assert (file.count, file.loop, file.width, file.height) == (4, None, 7, 9)
        result = [joined(picture) for picture in file]
        assert file.metadata.icc == b"p" * 200
    for frame, page in zip(frames, result, strict=True):
        assert page.dtype == frame.dtype
        assert (page == frame).all()
    with Image.open(path) as image:
        assert image.n_frames == 4


def test_pages_of_pillow_are_all_read(tmp_path):
    frames = [noise(9, 7 + n, 3, "uint8", seed=n) for n in range(3)]
    first, *rest = (Image.fromarray(frame) for frame in frames)
    first.save(tmp_path / "a.tif", save_all=True, append_images=rest, compression="tiff_lzw")
    assert [(joined(p) == f).all() for p, f in zip(open_picture(tmp_path / "a.tif"), frames, strict=True)]


def test_no_page_at_all_is_a_mistake(tmp_path):
    with pytest.raises(ValueError, match="at least one page"):
        write_animation(tmp_path / "a.tif", PictureLayout(1, 1, 1, "uint8"), [], None, Metadata())
    assert not list(tmp_path.iterdir())
