"""Whatever is wrong with a file, the answer is a sentence naming it; Pillow's switches stay as they were."""

import contextlib
import io
import os
import threading
import warnings

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile

from contract_pictures import flat, layout_of, noise, png_bytes, smooth, write
from sakuga.errors import InputError
from sakuga.media.picture import Metadata, PictureLayout, open_picture, write_animation

KINDS = [
    (".png", "uint8"),
    (".png", "uint16"),
    (".jpg", "uint8"),
    (".webp", "uint8"),
    (".avif", "uint8"),
    (".tif", "uint8"),
    (".tif", "uint16"),
    (".bmp", "uint8"),
    (".gif", "uint8"),
]


def made(folder, suffix: str, dtype: str) -> bytes:
    write(folder / f"made{suffix}", flat(24, 25, 3, dtype))
    return (folder / f"made{suffix}").read_bytes()


def moving(folder, suffix: str) -> bytes:
    frames = [(flat(12, 13, 3, "uint8", seed), 50.0) for seed in range(4)]
    write_animation(folder / f"made{suffix}", layout_of(frames[0][0]), frames, 0, Metadata())
    return (folder / f"made{suffix}").read_bytes()


def read_all(path) -> list:
    with open_picture(path) as file:
        return [(file.channels, picture) for picture in file]


def sentence(path) -> str:
    with pytest.raises(InputError) as caught:
        read_all(path)
    text = str(caught.value)
    assert text.startswith(str(path))
    assert text.endswith(".")
    assert "\n" not in text
    return text


@pytest.mark.parametrize(("suffix", "dtype"), KINDS)
def test_a_truncated_file_is_refused_wherever_it_is_cut(tmp_path, suffix, dtype):
    data, path = made(tmp_path, suffix, dtype), tmp_path / f"cut{suffix}"
    cuts = {*range(1, len(data), max(1, len(data) // 60)), *range(len(data) - 8, len(data))}
    for cut in sorted(cuts):
        path.write_bytes(data[:cut])
        sentence(path)


@pytest.mark.parametrize("suffix", [".png", ".webp", ".gif", ".tif"])
def test_a_truncated_animation_is_refused_before_its_first_frame(tmp_path, suffix):
    data, path = moving(tmp_path, suffix), tmp_path / f"cut{suffix}"
    for cut in range(1, len(data), max(1, len(data) // 60)):
        path.write_bytes(data[:cut])
        with pytest.raises(InputError):
            open_picture(path)


@pytest.mark.parametrize(("suffix", "dtype"), [k for k in KINDS if k[0] not in (".avif",)])
def test_a_half_file_is_refused_when_it_is_opened(tmp_path, suffix, dtype):
    data = made(tmp_path, suffix, dtype)
    (tmp_path / f"half{suffix}").write_bytes(data[: len(data) // 2])
    with pytest.raises(InputError, match="it is cut short"):
        open_picture(tmp_path / f"half{suffix}")


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".avif", ".tif", ".bmp", ".gif"])
def test_what_is_no_picture_is_refused(tmp_path, suffix):
    path = tmp_path / f"画像 1{suffix}"
    path.write_bytes(b"")
    assert "it is empty" in sentence(path)
    path.write_text("# notes\nnot a picture at all\n" * 20)
    assert "none of PNG, JPEG" in sentence(path)
    path.write_bytes(b"\0" * 500)
    assert "none of PNG, JPEG" in sentence(path)
    path.write_bytes(b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic" + bytes(30))
    assert "content is damaged" in sentence(path) or "cut short" in sentence(path)
    path.unlink()
    assert "does not exist" in sentence(path)
    path.mkdir()
    assert "is a folder" in sentence(path)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions do not bind here")
def test_a_file_without_permission_is_refused(tmp_path):
    made(tmp_path, ".png", "uint8")
    (tmp_path / "made.png").chmod(0)
    assert "you may not read it" in sentence(tmp_path / "made.png")


def test_a_system_that_refuses_is_quoted(tmp_path, monkeypatch):
    made(tmp_path, ".png", "uint8")

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(tmp_path), "open", refuse)
    assert "you may not read it" in sentence(tmp_path / "made.png")


def test_a_picture_that_memory_cannot_hold_is_a_sentence(tmp_path, monkeypatch):
    made(tmp_path, ".bmp", "uint8")

    def refuse(*_, **__):
        raise MemoryError

    monkeypatch.setattr("sakuga.media.readers.arrays", refuse)
    assert "does not fit into memory" in sentence(tmp_path / "made.bmp")


@pytest.mark.parametrize(
    "head", [b"RIFF\x20\0\0\0WEBPVP8 ", b"\xff\xd8\xff\xe0", b"II*\0\x08\0\0\0", b"BM", b"GIF89a"]
)
def test_a_head_without_a_body_is_refused(tmp_path, head):
    (tmp_path / "a.bin").write_bytes(head + bytes(40))
    sentence(tmp_path / "a.bin")


def test_a_header_that_promises_the_moon_is_refused_without_reserving_it(tmp_path):
    (tmp_path / "a.png").write_bytes(png_bytes(2**31 - 1, 2**31 - 1, 16, 6, b"\0" * 100))
    assert "cut short" in sentence(tmp_path / "a.png")


def test_an_apng_that_promises_more_frames_than_it_holds_is_refused(tmp_path):
    data = moving(tmp_path, ".png")
    at = data.index(b"acTL")
    import zlib

    body = b"acTL" + (9).to_bytes(4, "big") + bytes(4)
    (tmp_path / "a.png").write_bytes(data[:at] + body + zlib.crc32(body).to_bytes(4, "big") + data[at + 16 :])
    sentence(tmp_path / "a.png")


def test_a_damaged_chunk_is_named(tmp_path):
    data = bytearray(made(tmp_path, ".png", "uint16"))
    data[data.index(b"IDAT") + 20] ^= 0xFF
    (tmp_path / "a.png").write_bytes(data)
    assert "its IDAT chunk is damaged" in sentence(tmp_path / "a.png")


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("share", [0.5, 0.99])
def test_pixels_that_stop_early_inside_whole_chunks_are_refused(tmp_path, dtype, share):
    """Every chunk is there and its checksum right, but the rows end early: decoders make up the others."""
    picture, big = noise(64, 64, 3, dtype), np.dtype(dtype).newbyteorder(">")
    rows = b"".join(b"\0" + row.astype(big).tobytes() for row in picture)
    (tmp_path / "a.png").write_bytes(png_bytes(64, 64, 8 * big.itemsize, 2, rows[: int(len(rows) * share)]))
    sentence(tmp_path / "a.png")


@settings(max_examples=150)
@given(
    kind=st.sampled_from(
        [*KINDS, (".gif", "moving"), (".webp", "moving"), (".png", "moving"), (".tif", "moving")]
    ),
    changes=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=6
    ),
)
def test_any_damage_is_either_read_or_a_sentence(tmp_path_factory, kind, changes):
    folder = tmp_path_factory.mktemp("damage")
    suffix, dtype = kind
    data = bytearray(moving(folder, suffix) if dtype == "moving" else made(folder, suffix, dtype))
    for place, value in changes:
        data[int(place * len(data))] = value
    path = folder / f"a{suffix}"
    path.write_bytes(data)
    pictures = []
    with contextlib.suppress(InputError):
        pictures = read_all(path)
    for channels, picture in pictures:
        assert picture.pixels.shape[2] + (picture.alpha is not None) == channels or suffix == ".tif"
        assert picture.pixels.dtype in (np.uint8, np.uint16)


def test_big_pictures_are_read_without_a_word_and_the_guard_stays(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    for suffix in (".png", ".jpg", ".webp", ".avif", ".bmp", ".gif", ".tif"):
        write(tmp_path / f"a{suffix}", smooth(40, 50, 3, "uint8"))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            (picture,) = open_picture(tmp_path / f"a{suffix}")
        assert picture.pixels.shape == (40, 50, 3)
    assert Image.MAX_IMAGE_PIXELS == 100
    assert ImageFile.LOAD_TRUNCATED_IMAGES is True
    data = (tmp_path / "a.jpg").read_bytes()
    (tmp_path / "b.jpg").write_bytes(data[: len(data) // 2] + b"\xff\xd9")
    with pytest.raises(Image.DecompressionBombError):
        Image.open(io.BytesIO(data))


def test_the_guard_stays_when_many_threads_read(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    write(tmp_path / "a.webp", smooth(60, 50, 3, "uint8"))
    problems = []

    def work():
        try:
            for _ in range(20):
                (picture,) = open_picture(tmp_path / "a.webp")
                assert picture.pixels.shape == (60, 50, 3)
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    assert Image.MAX_IMAGE_PIXELS == 100


def test_nothing_stays_open(tmp_path):
    """On Windows a file that is still open could not be moved; here an open file would be a warning."""
    for suffix, dtype in KINDS:
        made(tmp_path, suffix, dtype)
        file = open_picture(tmp_path / f"made{suffix}")
        frames = iter(file)
        next(frames)
        (tmp_path / f"made{suffix}").rename(tmp_path / f"moved{suffix}")
        del frames, file


@pytest.mark.parametrize("quality", [-1, 101])
def test_a_quality_out_of_range_is_a_sentence(tmp_path, quality):
    with pytest.raises(InputError, match=rf"--quality {quality} is out of range"):
        write(tmp_path / "a.jpg", noise(3, 3, 3, "uint8"), quality=quality)


def test_metadata_that_an_encoder_refuses_is_a_sentence(tmp_path, monkeypatch):
    from sakuga.errors import OutputError

    def refuse(*_, **__):
        raise RuntimeError("no")

    monkeypatch.setattr(Image.Image, "save", refuse)
    with pytest.raises(OutputError, match=r"a\.avif could not be encoded \(no\); choose --format png"):
        write(tmp_path / "a.avif", noise(3, 3, 3, "uint8"))


def test_a_picture_of_several_gives_its_first(tmp_path):
    frames = [Image.fromarray(smooth(16, 16 + n, 3, "uint8")) for n in range(2)]
    frames[0].save(tmp_path / "a.jpg", "MPO", save_all=True, append_images=frames[1:], quality=95)
    with open_picture(tmp_path / "a.jpg") as file:
        assert (file.format, file.count, file.width) == ("jpeg", 1, 16)
        assert len(list(file)) == 1


def test_opencv_is_loaded_only_where_it_is_needed():
    import subprocess
    import sys

    code = "import sys, sakuga.media.picture; assert 'cv2' not in sys.modules and 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_layouts_of_the_tests_are_those_of_the_library():
    assert layout_of(noise(1, 2, 3, "uint8")) == PictureLayout(2, 1, 3, "uint8")
    assert cv2.__version__
