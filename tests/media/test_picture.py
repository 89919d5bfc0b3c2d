"""Every format gives back what it was given: shape, depth, grey and alpha, to the last bit where it can."""

import errno
import struct
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from contract_pictures import (
    PROMISES,
    expanded,
    full,
    layout_of,
    noise,
    png_bytes,
    read,
    rounded,
    sample,
    smooth,
    write,
)
from sakuga.errors import OutputError
from sakuga.media.picture import (
    FORMATS,
    Metadata,
    PictureLayout,
    is_picture,
    open_picture,
    write_picture,
)

CASES = [
    (suffix, channels, dtype)
    for suffix, promise in PROMISES.items()
    for channels in promise.stored
    for dtype in ("uint8", "uint16")
]


@pytest.mark.parametrize(("suffix", "channels", "dtype"), CASES)
@pytest.mark.parametrize("size", [(1, 1), (3, 1), (40, 67)])
def test_what_is_written_comes_back(tmp_path, suffix, channels, dtype, size):
    promise, picture = PROMISES[suffix], sample(suffix, *size, channels, dtype)
    path = tmp_path / f"a b 線画 ü{suffix}"
    write(path, picture)
    result, wanted = read(path), picture if promise.deep else rounded(picture)
    assert result.shape[2] == promise.stored[channels] or (promise.content and min(size) == 1)
    assert result.dtype == wanted.dtype
    assert np.abs(full(result).astype(int) - full(wanted)).max() <= promise.off


@pytest.mark.parametrize("suffix", [".jpg", ".avif"])
def test_lossy_formats_are_near_the_source_at_their_default(tmp_path, suffix):
    picture = smooth(200, 300, 3, "uint8")
    write(tmp_path / f"a{suffix}", picture)
    error = np.mean((read(tmp_path / f"a{suffix}").astype(float) - picture) ** 2)
    assert 10 * np.log10(255**2 / error) > 44


@pytest.mark.parametrize("suffix", [".jpg", ".avif", ".webp"])
def test_quality_trades_size_for_likeness(tmp_path, suffix):
    picture = smooth(200, 300, 3, "uint8") // 2 + noise(200, 300, 3, "uint8") // 8
    sizes = []
    for quality in (20, 60, 95):
        path = tmp_path / f"{quality}{suffix}"
        write(path, picture, quality=quality)
        sizes.append(path.stat().st_size)
    assert sizes == sorted(sizes)
    assert sizes[0] * 2 < sizes[2]


@pytest.mark.parametrize("suffix", [s for s, promise in PROMISES.items() if 4 in promise.stored])
def test_alpha_stays_transparent_and_opaque(tmp_path, suffix):
    picture = np.full((32, 32, 4), 90, np.uint8)
    picture[:, :16, 3], picture[:, 16:, 3] = 0, 255
    write(tmp_path / f"a{suffix}", picture)
    alpha = read(tmp_path / f"a{suffix}")[:, :, -1]
    assert (alpha[:, :16] == 0).all()
    assert (alpha[:, 16:] == 255).all()


def test_colour_under_full_transparency_survives_lossless_webp(tmp_path):
    picture = noise(20, 20, 4, "uint8")
    picture[..., 3] = 0
    write(tmp_path / "a.webp", picture)
    assert (read(tmp_path / "a.webp") == picture).all()


@pytest.mark.parametrize("value", [0, 127, 128, 129, 257, 32767, 65407, 65408, 65535])
def test_sixteen_bits_round_to_the_nearest_of_eight(tmp_path, value):
    write(tmp_path / "a.bmp", np.full((2, 2, 1), value, np.uint16))
    assert (read(tmp_path / "a.bmp") == round(value / 257)).all()


@pytest.mark.parametrize("suffix", [".bmp", ".webp", ".png"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_opencv_reads_the_same_pixels(tmp_path, suffix, channels):
    picture = noise(31, 45, channels, "uint8")
    write(tmp_path / f"a{suffix}", picture)
    result = cv2.imread(str(tmp_path / f"a{suffix}"), cv2.IMREAD_UNCHANGED).reshape(31, 45, -1)
    wanted = expanded(picture, result.shape[2])
    order = {1: [0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[result.shape[2]]
    assert (result[:, :, order] == wanted).all()


PALETTE = bytes(range(30, 33)) + bytes(range(200, 203)) + bytes((0, 250, 9))


def paletted(transparency=None) -> Image.Image:
    image = Image.fromarray(np.arange(60, dtype=np.uint8).reshape(6, 10) % 3)
    image.putpalette(PALETTE)
    if transparency is not None:
        image.info["transparency"] = transparency
    return image


@pytest.mark.parametrize("suffix", [".png", ".gif", ".bmp", ".tif"])
def test_a_palette_becomes_its_colours(tmp_path, suffix):
    paletted().save(tmp_path / f"a{suffix}")
    wanted = np.frombuffer(PALETTE, np.uint8).reshape(3, 3)[np.arange(60).reshape(6, 10) % 3]
    assert (read(tmp_path / f"a{suffix}") == wanted).all()


@pytest.mark.parametrize(
    ("suffix", "transparency", "alpha"),
    [(".png", 1, [255, 0, 255]), (".png", bytes((9, 200)), [9, 200, 255]), (".gif", 1, [255, 0, 255])],
)
def test_a_transparent_palette_becomes_alpha(tmp_path, suffix, transparency, alpha):
    paletted(transparency).save(tmp_path / f"a{suffix}", transparency=transparency)
    wanted = np.array(alpha)[np.arange(60).reshape(6, 10) % 3]
    assert (read(tmp_path / f"a{suffix}")[:, :, 3] == wanted).all()


@pytest.mark.parametrize("suffix", [".png", ".gif", ".bmp", ".tif"])
def test_a_palette_of_greys_stays_grey(tmp_path, suffix):
    image = Image.fromarray(np.arange(60, dtype=np.uint8).reshape(6, 10) % 3)
    image.putpalette(bytes((7, 7, 7, 90, 90, 90, 201, 201, 201)))
    image.save(tmp_path / f"a{suffix}")
    wanted = np.array([7, 90, 201])[np.arange(60).reshape(6, 10, 1) % 3]
    assert (read(tmp_path / f"a{suffix}") == wanted).all()


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif"])
def test_one_bit_becomes_black_and_white(tmp_path, suffix):
    dots = np.random.default_rng(0).integers(0, 2, (9, 13)).astype(bool)
    Image.fromarray(dots).save(tmp_path / f"a{suffix}")
    assert (read(tmp_path / f"a{suffix}")[:, :, 0] == dots * 255).all()


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_sixteen_bit_grey_of_another_program_keeps_its_depth(tmp_path, suffix):
    picture = noise(20, 30, 1, "uint16")
    Image.fromarray(picture[:, :, 0]).save(tmp_path / f"a{suffix}")
    assert (read(tmp_path / f"a{suffix}") == picture).all()


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
def test_a_transparent_grey_level_becomes_alpha(tmp_path, bits):
    top = 2**bits - 1
    levels = np.arange(64).reshape(8, 8) * top // 63
    binary = (levels[..., None] >> np.arange(bits)[::-1] & 1).astype(np.uint8).reshape(8, -1)
    data = b"".join(b"\0" + row.tobytes() for row in np.packbits(binary, axis=1))
    (tmp_path / "a.png").write_bytes(png_bytes(8, 8, bits, 0, data, (b"tRNS", struct.pack(">H", top))))
    result, scale = read(tmp_path / "a.png"), 65535 if bits == 16 else 255
    assert (result[:, :, 0] == levels * (scale // top)).all()
    assert (result[:, :, 1] == np.where(levels == top, 0, scale)).all()


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_a_transparent_colour_becomes_alpha(tmp_path, dtype):
    picture, big = noise(6, 7, 3, dtype), np.dtype(dtype).newbyteorder(">")
    clear = picture[2, 3].astype(">u2").tobytes()
    rows = b"".join(b"\0" + row.astype(big).tobytes() for row in picture)
    (tmp_path / "a.png").write_bytes(png_bytes(7, 6, 8 * big.itemsize, 2, rows, (b"tRNS", clear)))
    result = read(tmp_path / "a.png")
    assert (result[:, :, :3] == picture).all()
    assert result[2, 3, 3] == 0
    assert (np.delete(result[:, :, 3], 2 * 7 + 3) == np.iinfo(dtype).max).all()


ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_an_interlaced_png_is_read(tmp_path, dtype):
    picture, data = noise(21, 33, 3, dtype), b""
    for left, top, across, down in ADAM7:
        part = picture[top::down, left::across].astype(np.dtype(dtype).newbyteorder(">"))
        data += b"".join(b"\0" + row.tobytes() for row in part)
    bits = 8 * np.dtype(dtype).itemsize
    (tmp_path / "a.png").write_bytes(png_bytes(33, 21, bits, 2, data, lace=1))
    assert (read(tmp_path / "a.png") == picture).all()


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_deep_png_of_opencv_is_read(tmp_path, channels):
    picture = noise(21, 33, channels, "uint16")
    order = {1: [0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[channels]
    assert cv2.imwrite(str(tmp_path / "a.png"), picture[:, :, order])
    assert (read(tmp_path / "a.png") == picture).all()


def test_the_content_decides_the_format_not_the_name(tmp_path):
    write(tmp_path / "a.jpg", smooth(9, 9, 3, "uint8"))
    (tmp_path / "a.jpg").rename(tmp_path / "a.png")
    assert open_picture(tmp_path / "a.png").format == "jpeg"


def test_a_file_can_be_read_twice(tmp_path):
    write(tmp_path / "a.png", noise(9, 9, 3, "uint8"))
    with open_picture(tmp_path / "a.png") as file:
        first, second = list(file), list(file)
    assert len(first) == len(second) == 1
    assert (first[0].pixels == second[0].pixels).all()


@pytest.mark.parametrize(
    "name", ["a.png", "a.PNG", "b.JpEg", "线.webp", "x.y.tif", "a.avif", "a.bmp", "a.gif"]
)
def test_a_picture_is_known_by_its_suffix(name):
    assert is_picture(Path(name))


@pytest.mark.parametrize("name", ["a.mp4", "a", "png", ".png", "a.png.txt", "a.heic"])
def test_other_files_are_no_pictures(name):
    assert not is_picture(Path(name))


def test_a_written_file_replaces_the_old_one_only_when_whole(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"old")

    def bands():
        yield noise(5, 8, 3, "uint8")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_picture(path, PictureLayout(8, 10, 3, "uint8"), bands(), Metadata())
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("suffix", [".png", ".tif", ".bmp", ".jpg"])
@pytest.mark.parametrize("heights", [(4,), (6, 5), (0,), ()])
def test_bands_that_are_not_the_picture_are_a_mistake(tmp_path, suffix, heights):
    bands = [noise(height, 8, 3, "uint8") for height in heights]
    with pytest.raises(ValueError, match="the bands hold"):
        write_picture(tmp_path / f"a{suffix}", PictureLayout(8, 10, 3, "uint8"), bands, Metadata())
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", [".png", ".tif", ".bmp", ".jpg"])
@pytest.mark.parametrize(("width", "channels", "dtype"), [(7, 3, "uint8"), (8, 1, "uint8"), (8, 3, "uint16")])
def test_bands_of_another_shape_are_a_mistake(tmp_path, suffix, width, channels, dtype):
    layout = PictureLayout(8, 10, 3, "uint8")
    with pytest.raises(ValueError, match="does not fit"):
        write_picture(tmp_path / f"a{suffix}", layout, [noise(10, width, channels, dtype)], Metadata())


@pytest.mark.parametrize("channels", [0, 5])
def test_a_layout_without_sense_is_a_mistake(channels):
    with pytest.raises(ValueError, match="no picture"):
        PictureLayout(4, 4, channels, "uint8")


def unread(layout: PictureLayout):
    """Bands that must not be asked for."""
    raise AssertionError(f"a band of {layout} was taken")
    yield


@pytest.mark.parametrize(
    ("name", "width", "height", "channels", "words"),
    [
        ("a.webp", 16384, 2, 3, ["16,383", "--format png"]),
        ("a.jpg", 3, 65501, 3, ["65,500", "--format png"]),
        ("a.avif", 32769, 2, 3, ["32,768", "--format png"]),
        ("a.avif", 30000, 10000, 3, ["268,435,456", "--format png"]),
        ("a.gif", 65536, 2, 3, ["65,535", "--format png"]),
        ("a.bmp", 60000, 30000, 3, ["4,294,967,295", "--format png"]),
        ("a.png", 2**31, 1, 1, ["2,147,483,647", "--format tiff"]),
        ("a.jpg", 8, 8, 4, ["transparency", "--format png"]),
        ("a.xyz", 8, 8, 3, ["suffix", "PNG", "TIFF"]),
        ("a", 8, 8, 3, ["suffix"]),
    ],
)
def test_a_limit_is_named_before_any_band_is_taken(tmp_path, name, width, height, channels, words):
    layout = PictureLayout(width, height, channels, "uint8")
    with pytest.raises(OutputError) as caught:
        write_picture(tmp_path / name, layout, unread(layout), Metadata())
    assert all(word in str(caught.value) for word in [name, *words])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("suffix", "side"), [(f.suffixes[0], f.side) for f in FORMATS.values() if f.side < 70000]
)
def test_a_picture_just_at_the_limit_is_written_and_read(tmp_path, suffix, side):
    picture = np.zeros((1, side, 3), np.uint8)
    picture[0, -1] = 255
    write(tmp_path / f"a{suffix}", picture)
    assert np.abs(read(tmp_path / f"a{suffix}").astype(int) - picture).max() <= 10


def test_a_full_disk_is_a_sentence(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("sakuga.media.png.zlib.adler32", refuse)
    with pytest.raises(OutputError, match="the disk is full"):
        write(tmp_path / "a.png", noise(9, 9, 3, "uint8"))
    assert not list(tmp_path.iterdir())


def test_layouts_are_told_by_arrays():
    assert layout_of(noise(2, 3, 4, "uint16")) == PictureLayout(3, 2, 4, "uint16")
