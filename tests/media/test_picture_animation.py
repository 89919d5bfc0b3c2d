"""Animations keep every frame, its time and the number of plays, in GIF, WebP and APNG."""

import av
import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from contract_pictures import flat, full, joined, noise
from sakuga.errors import OutputError
from sakuga.media.animation import Clock
from sakuga.media.gif import indexed
from sakuga.media.picture import Metadata, PictureLayout, open_picture, write_animation

MOVING = [".png", ".webp", ".gif"]
TICKS = {".png": 0.0, ".webp": 1.0, ".gif": 10.0}


def cels(channels: int, count: int = 7, held: tuple[int, ...] = (3, 4, 6)) -> list[np.ndarray]:
    """A square that moves over a still background; the frames `held` equal the ones before them."""
    frames = []
    for number in range(count):
        frame = np.zeros((24, 32, 4), np.uint8)
        frame[...] = (10, 200, 90, 255)
        frame[3:9, 2 + 3 * number : 8 + 3 * number] = (250, 0, 20 + number, 255)
        frame[14:20, 4 : 6 + 2 * number] = (0, 0, 0, 0)
        frame = frame[..., {1: [0], 2: [0, 3], 3: [0, 1, 2], 4: [0, 1, 2, 3]}[channels]]
        frames.append(frames[-1] if number in held else np.ascontiguousarray(frame))
    return frames


def write(path, frames, durations, loop=0, **options) -> None:
    height, width, channels = frames[0].shape
    layout = PictureLayout(width, height, channels, str(frames[0].dtype))
    write_animation(path, layout, zip(frames, durations, strict=True), loop, Metadata(), **options)


def shown(picture) -> np.ndarray:
    """What is seen: RGB and alpha, black where nothing is seen."""
    result = full(joined(picture))
    result[result[..., 3] == 0] = 0
    return result


@pytest.mark.parametrize("suffix", MOVING)
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("loop", [0, 1, 5])
def test_frames_times_and_plays_come_back(tmp_path, suffix, channels, loop):
    frames, durations = cels(channels), [30.0, 50.0, 1200.0, 40.0, 40.0, 10.0, 700.0]
    write(tmp_path / f"a{suffix}", frames, durations, loop)
    with open_picture(tmp_path / f"a{suffix}") as file:
        pictures = list(file)
        assert (file.count, file.loop, file.width, file.height, file.dtype) == (7, loop, 32, 24, "uint8")
        assert all(joined(picture).shape[2] == file.channels for picture in pictures)
        assert (file.channels in (2, 4)) == (channels in (2, 4))
    assert [picture.duration for picture in pictures] == durations
    for picture, frame in zip(pictures, frames, strict=True):
        assert (shown(picture) == full(frame)).all()


@pytest.mark.parametrize(
    ("suffix", "channels"), [(".png", 3), (".png", 4), (".webp", 3), (".webp", 4), (".gif", 3)]
)
def test_opencv_sees_the_same_animation(tmp_path, suffix, channels):
    frames, durations = cels(channels), [30, 50, 1200, 40, 40, 20, 700]
    write(tmp_path / f"a{suffix}", frames, durations, 5)
    found, animation = cv2.imreadanimation(str(tmp_path / f"a{suffix}"))
    assert found
    assert [int(duration) for duration in animation.durations] == durations
    assert animation.loop_count == 5
    for seen, frame in zip(animation.frames, frames, strict=True):
        rgb = seen[:, :, [2, 1, 0, 3][: seen.shape[2]]]
        assert (full(rgb) == full(frame)).all()


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_ffmpeg_sees_the_same_gif(tmp_path, channels):
    """OpenCV does not clear what a frame of a transparent GIF leaves behind; FFmpeg does."""
    frames, durations = cels(channels), [30, 50, 1200, 40, 40, 20, 700]
    write(tmp_path / "a.gif", frames, durations)
    with av.open(str(tmp_path / "a.gif")) as container:
        seen = list(container.decode(video=0))
    assert [frame.pts * 10 for frame in seen] == [0, *np.cumsum(durations[:-1])]
    for picture, frame in zip(seen, frames, strict=True):
        result = picture.to_ndarray(format="rgba")
        result[result[..., 3] == 0] = 0
        assert (result == full(frame)).all()


@pytest.mark.parametrize("suffix", MOVING)
def test_frames_without_any_change_are_all_kept(tmp_path, suffix):
    frames = [noise(5, 5, 1, "uint8")] * 6
    write(tmp_path / f"a{suffix}", frames, [20.0] * 6)
    pictures = list(open_picture(tmp_path / f"a{suffix}"))
    assert [picture.duration for picture in pictures] == [20.0] * 6
    assert all((shown(picture) == full(frames[0])).all() for picture in pictures)


@pytest.mark.parametrize("suffix", MOVING)
def test_a_change_of_one_pixel_is_shown(tmp_path, suffix):
    frames = [flat(31, 33, 3, "uint8") for _ in range(3)]
    frames[1] = frames[1].copy()
    frames[1][17, 21] = frames[1][0, 1]
    frames[2] = frames[1].copy()
    frames[2][30, 32] = frames[2][0, 2]
    write(tmp_path / f"a{suffix}", frames, [20.0] * 3)
    for picture, frame in zip(open_picture(tmp_path / f"a{suffix}"), frames, strict=True):
        assert (shown(picture) == full(frame)).all()


@pytest.mark.parametrize("suffix", MOVING)
def test_one_pixel_one_frame(tmp_path, suffix):
    write(tmp_path / f"a{suffix}", [np.array([[[1, 2, 3]]], np.uint8)], [50.0])
    (picture,) = open_picture(tmp_path / f"a{suffix}")
    assert picture.pixels.tolist() == [[[1, 2, 3]]]


@pytest.mark.parametrize("suffix", MOVING)
@given(durations=st.lists(st.integers(1, 3000), min_size=2, max_size=12))
def test_the_sum_of_the_times_holds(tmp_path_factory, suffix, durations):
    path = tmp_path_factory.mktemp("sum") / f"a{suffix}"
    frames = [np.full((2, 2, 1), n * 9, np.uint8) for n in range(len(durations))]
    write(path, frames, durations)
    result = [picture.duration for picture in open_picture(path)]
    assert len(result) == len(durations)
    assert sum(result) == pytest.approx(sum(durations), abs=max(TICKS[suffix] / 2, 1e-6))
    assert all(abs(a - b) <= max(TICKS[suffix], 1e-6) for a, b in zip(result, durations, strict=True))


@given(st.lists(st.floats(0.0, 1e4), max_size=50), st.sampled_from([1.0, 10.0]))
def test_a_clock_never_drifts(durations, tick):
    clock, total = Clock(tick), 0
    for number, duration in enumerate(durations, 1):
        total += clock.ticks(duration)
        assert abs(total * tick - sum(durations[:number])) <= tick / 2 + 1e-3


@pytest.mark.parametrize("duration", [1001 / 30, 1000 / 24, 100 / 3, 0.0, 65535000.0, 60000.125])
def test_apng_keeps_fractions_of_milliseconds(tmp_path, duration):
    write(tmp_path / "a.png", cels(3)[:2], [duration, duration])
    assert [picture.duration for picture in open_picture(tmp_path / "a.png")] == pytest.approx(
        [duration] * 2, rel=1e-5
    )


@pytest.mark.parametrize(("suffix", "longest"), [(".gif", 655350.0), (".webp", 2.0**24 - 1)])
def test_a_frame_longer_than_the_format_can_say_is_repeated(tmp_path, suffix, longest):
    write(tmp_path / f"a{suffix}", cels(3)[:2], [2 * longest + 100, 20.0])
    pictures = list(open_picture(tmp_path / f"a{suffix}"))
    assert [picture.duration for picture in pictures] == [longest, longest, 100.0, 20.0]
    assert (pictures[0].pixels == pictures[2].pixels).all()


@pytest.mark.parametrize("suffix", MOVING)
def test_animations_of_pillow_are_read_as_it_shows_them(tmp_path, suffix):
    cut = [flat(12, 14, 4, "uint8", seed) & 0x80 for seed in range(4)]
    frames = [Image.fromarray(np.where(cel[..., 3:], cel | 0x7F, 0).astype(np.uint8)) for cel in cut]
    options = {".webp": {"lossless": True, "exact": True}, ".gif": {"disposal": 2}}.get(suffix, {})
    first, *rest = frames
    first.save(
        tmp_path / f"a{suffix}",
        save_all=True,
        append_images=rest,
        duration=[30, 70, 20, 90],
        loop=0,
        **options,
    )
    pictures = list(open_picture(tmp_path / f"a{suffix}"))
    assert [picture.duration for picture in pictures] == [30, 70, 20, 90]
    for picture, frame in zip(pictures, frames, strict=True):
        assert (shown(picture) == np.asarray(frame)).all()


def test_a_gif_without_a_loop_block_plays_once(tmp_path):
    first, *rest = (Image.fromarray(frame) for frame in cels(3, held=()))
    first.save(tmp_path / "once.gif", save_all=True, append_images=rest, duration=40)
    first.save(tmp_path / "more.gif", save_all=True, append_images=rest, duration=40, loop=2)
    assert open_picture(tmp_path / "once.gif").loop == 1
    assert open_picture(tmp_path / "more.gif").loop == 3


def test_a_default_picture_in_front_of_an_apng_is_no_frame(tmp_path):
    front, first, second = (Image.fromarray(frame) for frame in cels(3)[:3])
    front.save(
        tmp_path / "a.png", save_all=True, append_images=[first, second], default_image=True, duration=50
    )
    pictures = list(open_picture(tmp_path / "a.png"))
    assert len(pictures) == 2
    assert (pictures[0].pixels == np.asarray(first)).all()


def test_animations_of_avif_are_read(tmp_path):
    frames = [Image.fromarray(np.full((16, 16, 3), 60 * n, np.uint8)) for n in range(3)]
    frames[0].save(tmp_path / "a.avif", save_all=True, append_images=frames[1:], duration=[30, 70, 20])
    pictures = list(open_picture(tmp_path / "a.avif"))
    assert [picture.duration for picture in pictures] == [30, 70, 20]
    assert [round(float(picture.pixels.mean()) / 60) for picture in pictures] == [0, 1, 2]


def test_an_opaque_animation_has_no_alpha_though_its_file_uses_transparency(tmp_path):
    write(tmp_path / "a.gif", cels(3), [50.0] * 7)
    with Image.open(tmp_path / "a.gif") as image:
        image.seek(1)
        assert image.disposal_method == 1
    with open_picture(tmp_path / "a.gif") as file:
        assert file.channels == 3
        assert all(picture.alpha is None for picture in file)


def test_half_transparent_becomes_all_or_nothing_in_gif(tmp_path):
    frames = [np.full((2, 256, 4), 99, np.uint8) for _ in range(2)]
    for frame in frames:
        frame[:, :, 3] = np.arange(256)
    write(tmp_path / "a.gif", frames, [50.0] * 2)
    for picture in open_picture(tmp_path / "a.gif"):
        assert (picture.alpha[0, :, 0] == np.where(np.arange(256) < 128, 0, 255)).all()


def test_deep_frames_are_rounded_to_eight_bits(tmp_path):
    for suffix in MOVING:
        write(
            tmp_path / f"a{suffix}",
            [np.full((3, 3, 1), v, np.uint16) for v in (0, 257 * 9 + 128)],
            [50.0] * 2,
        )
        values = [int(picture.pixels[0, 0, 0]) for picture in open_picture(tmp_path / f"a{suffix}")]
        assert values == [0, 9]


def test_lossy_webp_stays_near_and_gets_smaller(tmp_path):
    frames = [noise(40, 40, 3, "uint8", seed) // 8 + 100 for seed in range(3)]
    write(tmp_path / "a.webp", frames, [50.0] * 3)
    write(tmp_path / "b.webp", frames, [50.0] * 3, quality=60)
    assert (tmp_path / "b.webp").stat().st_size < (tmp_path / "a.webp").stat().st_size / 2
    for picture, frame in zip(open_picture(tmp_path / "b.webp"), frames, strict=True):
        assert np.abs(picture.pixels.astype(int) - frame).mean() < 12


@given(st.integers(1, 256), st.booleans(), st.integers(0, 2**32 - 1))
def test_up_to_256_colours_are_exact(count, transparent, seed):
    rng = np.random.default_rng(seed)
    count = min(count, 256 - transparent)
    colours = rng.integers(0, 256, (count, 3), dtype=np.uint8)
    rgb = colours[np.resize(np.arange(count), (20, 20))]
    visible = rng.integers(0, 4, (20, 20)) > 0 if transparent else np.ones((20, 20), bool)
    indices, palette, hidden = indexed(rgb, visible)
    assert len(palette) <= 256
    assert (palette[indices][visible] == rgb[visible]).all()
    if not visible.all():
        assert (indices[~visible] == hidden).all()


def test_more_colours_are_chosen_well():
    down, across = np.mgrid[0:256, 0:256]
    rgb = np.stack((down, across, (down + across) // 2), axis=2).astype(np.uint8)
    indices, palette, _ = indexed(rgb, np.ones((256, 256), bool))
    blurred = cv2.blur(palette[indices].astype(np.float32), (9, 9)) - cv2.blur(rgb.astype(np.float32), (9, 9))
    assert len(palette) <= 256
    assert np.abs(blurred).mean() < 3


@pytest.mark.parametrize("name", ["a.jpg", "a.avif", "a.bmp"])
def test_formats_without_animation_name_those_that_have_it(tmp_path, name):
    layout = PictureLayout(2, 2, 3, "uint8")
    with pytest.raises(OutputError, match=r"--format png, webp or gif, or tiff"):
        write_animation(tmp_path / name, layout, iter(()), 0, Metadata())


@pytest.mark.parametrize("suffix", MOVING)
def test_frames_of_another_shape_are_a_mistake(tmp_path, suffix):
    layout = PictureLayout(4, 4, 3, "uint8")
    with pytest.raises(ValueError, match="does not fit"):
        write_animation(tmp_path / f"a{suffix}", layout, [(noise(4, 5, 3, "uint8"), 1.0)], 0, Metadata())
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", MOVING)
def test_no_frame_at_all_is_a_mistake(tmp_path, suffix):
    with pytest.raises(ValueError, match="at least one frame"):
        write_animation(tmp_path / f"a{suffix}", PictureLayout(4, 4, 3, "uint8"), [], 0, Metadata())
    assert not list(tmp_path.iterdir())
