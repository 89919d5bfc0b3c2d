"""The picture journey: depth, grey, alpha, timing and metadata stay; where the format allows, to the bit."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from fakes import LookingAheadEngine, NearestEngine
from sakuga.engine.picture import redraw
from sakuga.errors import InputError, OutputError
from sakuga.media import origin
from sakuga.media.layout import PictureLayout
from sakuga.media.metadata import Metadata
from sakuga.media.picture import open_picture, write_animation, write_picture

LOSSLESS = [".png", ".webp", ".tiff", ".bmp"]
LOSSY = [".jpg", ".avif"]
EXIF = Image.Exif()
EXIF[0x010F] = "Maker"


def drawing(height, width, channels, dtype=np.uint8, seed=0):
    """Smooth, so that lossy formats stay close; alpha nowhere 0, because colour under it may change."""
    y, x = np.mgrid[:height, :width] / max(height, width)
    waves = [
        np.sin(6 * x + channel + seed) * np.cos(5 * y - channel) / 2 + 0.5 for channel in range(channels)
    ]
    white = np.iinfo(dtype).max
    pixels = np.rint(np.stack(waves, -1) * (white - 1) + 1).astype(dtype)
    if channels in (2, 4):
        pixels[: height // 3, :, -1] = white
    return pixels


def write(path, pixels, metadata=None):
    depth = "uint16" if pixels.dtype == np.uint16 else "uint8"
    layout = PictureLayout(pixels.shape[1], pixels.shape[0], pixels.shape[2], depth)
    write_picture(path, layout, [pixels], metadata or Metadata())
    return path


def read(path):
    """All frames as (pixels with alpha, duration)."""
    with open_picture(path) as file:
        return [
            (
                frame.pixels if frame.alpha is None else np.concatenate([frame.pixels, frame.alpha], 2),
                frame.duration,
            )
            for frame in file
        ]


def still(path):
    ((pixels, _),) = read(path)
    return pixels


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (37, 53)])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("suffix", LOSSLESS)
def test_an_identity_keeps_every_bit(tmp_path, suffix, channels, size):
    source = write(tmp_path / f"a{suffix}", drawing(*size, channels))
    result = tmp_path / "out" / f"a{suffix}"
    redraw(NearestEngine(), source, result)
    assert np.array_equal(still(result), still(source))
    assert still(result).shape == still(source).shape


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("suffix", [".png", ".tiff"])
def test_an_identity_keeps_sixteen_bits(tmp_path, suffix, channels):
    source = write(tmp_path / f"a{suffix}", drawing(37, 53, channels, np.uint16))
    redraw(NearestEngine(), source, tmp_path / f"b{suffix}")
    result = still(tmp_path / f"b{suffix}")
    assert result.dtype == np.uint16
    assert np.array_equal(result, still(source))


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("suffix", LOSSY)
def test_an_identity_keeps_lossy_formats_close(tmp_path, suffix, channels):
    source = write(tmp_path / f"a{suffix}", drawing(64, 80, channels))
    redraw(NearestEngine(), source, tmp_path / f"b{suffix}")
    before, after = still(source), still(tmp_path / f"b{suffix}")
    assert after.shape == before.shape
    assert np.abs(before.astype(int) - after).mean() < 1


@pytest.mark.parametrize("suffix", LOSSLESS + LOSSY)
def test_metadata_survives(tmp_path, suffix):
    source = tmp_path / f"a{suffix}"
    with Image.fromarray(drawing(20, 30, 3)) as image:
        image.save(source, **({} if suffix == ".bmp" else {"exif": EXIF.tobytes()}))
    redraw(NearestEngine(2), source, tmp_path / f"b{suffix}")
    with Image.open(source) as before, Image.open(tmp_path / f"b{suffix}") as after:
        assert after.size == (60, 40)
        assert after.getexif().get(0x010F) == before.getexif().get(0x010F)


@pytest.mark.parametrize("suffix", [*LOSSLESS, *LOSSY, ".gif"])
def test_a_model_that_is_known_is_told_where_there_is_a_place(tmp_path, suffix):
    told = {"name": "網", "files": {"網.onnx": "ab" * 32}}
    known, unknown = NearestEngine(2), NearestEngine(2)
    known.report.model, known.report.weights = told["name"], told["files"]
    before = Metadata(text=(("Title", "題"), ("restored", '{"name": "another"}')))
    source = write(tmp_path / "a.png", drawing(20, 30, 3), before)
    made, plain = tmp_path / f"b{suffix}", tmp_path / f"c{suffix}"
    redraw(known, source, made)
    redraw(unknown, source, plain)
    assert np.array_equal(still(made), still(plain))
    with open_picture(made) as one, open_picture(plain) as other:
        if suffix != ".png":
            assert origin.told_in(one.metadata) is None
            return
        assert origin.told_in(one.metadata) == told
        assert [key for key, _ in one.metadata.text] == ["Title", "restored"]
        assert other.metadata.text == before.text


def test_an_animated_png_tells_its_model(tmp_path):
    engine = NearestEngine(2)
    engine.report.weights = {"a.onnx": "ab" * 32}
    frames = [(np.full((12, 16, 3), 40 * index, np.uint8), 50.0) for index in range(3)]
    write_animation(tmp_path / "a.png", PictureLayout(16, 12, 3, "uint8"), frames, 0, Metadata())
    redraw(engine, tmp_path / "a.png", tmp_path / "b.png")
    with open_picture(tmp_path / "b.png") as made:
        assert origin.told_in(made.metadata) == {"name": "nearest", "files": engine.report.weights}
        assert made.count == 3


@pytest.mark.parametrize("text", ["[1]", "{", "null", '"x"'])
def test_what_tells_nothing_is_no_model(text):
    assert origin.told_in(Metadata(text=(("restored", text),))) is None


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png"])
def test_an_animation_keeps_frames_times_and_loops(tmp_path, suffix):
    source, result = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    frames = [(np.full((12, 16, 3), 40 * index, np.uint8), 50.0 + 30 * index) for index in range(5)]
    frames[2][0][3:6, 4:9] = (255, 0, 0)
    write_animation(source, PictureLayout(16, 12, 3, "uint8"), frames, 3, Metadata())
    counts = []
    assert redraw(LookingAheadEngine(2), source, result, on_count=counts.append) == 5
    assert [count.done for count in counts] == [1, 2, 3, 4, 5]
    with open_picture(result) as made, open_picture(source) as given:
        assert (made.width, made.height, made.count, made.loop) == (32, 24, 5, given.loop)
    for (before, shown), (after, as_long) in zip(read(source), read(result), strict=True):
        assert as_long == shown
        assert np.array_equal(after, before.repeat(2, 0).repeat(2, 1))


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png"])
def test_a_transparent_animation_stays_transparent(tmp_path, suffix):
    source, result = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    frames = []
    for index in range(4):
        frame = np.full((16, 16, 4), (200, 40, 40, 255), np.uint8)
        frame[:, : 4 * index, 3] = 0
        frames.append((frame, 100.0))
    write_animation(source, PictureLayout(16, 16, 4, "uint8"), frames, 0, Metadata())
    redraw(LookingAheadEngine(3), source, result)
    for (before, _), (after, _) in zip(read(source), read(result), strict=True):
        large = before.repeat(3, 0).repeat(3, 1)
        assert np.array_equal(after[..., 3], large[..., 3])
        assert np.array_equal(after[after[..., 3] > 0], large[large[..., 3] > 0])


def test_pages_of_a_tiff_stay_pages_of_their_own_size(tmp_path):
    pages = [drawing(20, 30, 3), drawing(11, 7, 1), drawing(5, 9, 4, np.uint16)]
    write_animation(
        tmp_path / "a.tiff",
        PictureLayout(30, 20, 3, "uint8"),
        [(page, 0.0) for page in pages],
        None,
        Metadata(),
    )
    redraw(NearestEngine(2), tmp_path / "a.tiff", tmp_path / "b.tiff")
    for page, (made, _) in zip(pages, read(tmp_path / "b.tiff"), strict=True):
        assert made.dtype == page.dtype
        assert np.array_equal(made, page.repeat(2, 0).repeat(2, 1))
    with pytest.raises(OutputError, match=r"a\.tiff holds 3 pages"):
        redraw(NearestEngine(), tmp_path / "a.tiff", tmp_path / "b.png")


def test_no_dark_fringe_around_what_is_cut_out(tmp_path):
    """A blur is the worst network there is for this: it mixes each pixel with what lies beside it."""

    def blurred(pixels):
        padded = np.pad(pixels.astype(float), ((2, 2), (2, 2), (0, 0)), "edge")
        sums = sum(padded[y : y + len(pixels), x : x + pixels.shape[1]] for y in range(5) for x in range(5))
        return np.rint(sums / 25).astype(pixels.dtype)

    cut_out = np.zeros((40, 40, 4), np.uint8)
    cut_out[8:32, 8:32] = (230, 180, 90, 255)
    source = write(tmp_path / "a.png", cut_out)
    redraw(NearestEngine(2, change=blurred), source, tmp_path / "b.png")
    result = still(tmp_path / "b.png")
    visible = result[..., 3] > 0
    assert visible.any()
    assert np.abs(result[visible][:, :3].astype(int) - (230, 180, 90)).max() <= 1
    assert np.all(result[:10, :, 3] == 0)
    assert np.all(result[24:56, 24:56, 3] == 255)


def test_opaque_alpha_costs_nothing_and_stays(tmp_path):
    pixels = drawing(9, 9, 4)
    pixels[..., 3] = 255
    engine = NearestEngine(2)
    redraw(engine, write(tmp_path / "a.png", pixels), tmp_path / "b.png")
    assert engine.pictures == 1
    assert still(tmp_path / "b.png").shape == (18, 18, 4)


def test_a_format_without_alpha_takes_what_is_opaque_and_refuses_the_rest(tmp_path):
    pixels = drawing(9, 9, 4)
    with pytest.raises(OutputError, match=r"b\.jpg cannot hold transparency"):
        redraw(NearestEngine(), write(tmp_path / "a.png", pixels), tmp_path / "b.jpg")
    pixels[..., 3] = 255
    redraw(NearestEngine(), write(tmp_path / "c.png", pixels), tmp_path / "d.jpg")
    assert still(tmp_path / "d.jpg").shape == (9, 9, 3)


def test_rows_are_counted(tmp_path):
    counts = []
    source = write(tmp_path / "a.png", drawing(20, 30, 3))
    redraw(NearestEngine(2, rows=15), source, tmp_path / "b.png", on_count=counts.append)
    assert [(count.done, count.total, count.unit) for count in counts] == [
        (15, 40, "rows"),
        (30, 40, "rows"),
        (40, 40, "rows"),
    ]


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".gif", ".tiff", ".bmp", ".avif"])
@pytest.mark.parametrize("keep", [0, 0.02, 0.5, 0.95])
def test_a_truncated_picture_fails_and_leaves_nothing(tmp_path, suffix, keep):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    source = write(tmp_path / f"a{suffix}", noise)
    content = source.read_bytes()
    source.write_bytes(content[: int(len(content) * keep)])
    result = tmp_path / "out" / f"a{suffix}"
    with pytest.raises(InputError, match=rf"a\{suffix}"):
        redraw(NearestEngine(2), source, result)
    assert not list((tmp_path / "out").glob("*"))


def test_an_interrupt_in_the_middle_leaves_nothing_and_keeps_the_old(tmp_path):
    source = write(tmp_path / "a.png", drawing(40, 40, 3))
    (tmp_path / "out").mkdir()
    result = tmp_path / "out" / "a.png"
    result.write_bytes(b"old")

    class Engine(NearestEngine):
        def picture(self, pixels):
            yield from list(super().picture(pixels))[:3]
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        redraw(Engine(), source, result)
    assert [path.name for path in result.parent.iterdir()] == ["a.png"]
    assert result.read_bytes() == b"old"
