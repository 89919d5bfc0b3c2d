"""Strength, grain, depth and shape: what users control around the network."""

from fractions import Fraction

import cv2
import numpy as np
import pytest

import clips
from fakes import LookingAheadEngine, NearestEngine
from film import film, pictures
from sakuga.engine.deep import Deepened
from sakuga.engine.resample import resample
from sakuga.errors import InputError
from sakuga.media.codecs import Encoding
from sakuga.media.video import open_video
from sakuga.restore.grain import Grained
from sakuga.restore.square import Squared
from sakuga.restore.strength import Blended
from sakuga.restore.treatment import Treatment
from sakuga.restore.video import restore_video

FFV1 = Encoding(codec="ffv1")


def noise(height=90, width=70, dtype=np.uint8, seed=0):
    white = np.iinfo(dtype).max
    return np.random.default_rng(seed).integers(0, white, (height, width, 3), dtype, endpoint=True)


def whole(bands):
    return np.concatenate(list(bands))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("scale", [1, 1.5, 4])
@pytest.mark.parametrize("strength", [0, 0.3, 1])
def test_strength_blends_with_a_plain_resample(dtype, scale, strength):
    source = noise(dtype=dtype)
    engine = LookingAheadEngine(scale, rows=11)
    result = engine.enlarged(source)
    expected = strength * result.astype(float) + (1 - strength) * resample(source, *result.shape[:2])
    for made in (whole(Blended(engine, strength).picture(source)), *Blended(engine, strength).clip([source])):
        assert made.dtype == dtype
        assert np.abs(made - expected).max() <= 1


@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan")])
def test_a_strength_outside_is_refused(strength):
    with pytest.raises(InputError, match="--strength"):
        Treatment(strength=strength)


def drawn():
    return clips.moving(1, 320, 240, seed=4)[0]


def grainy(picture, sigma=6.0):
    grain = sigma * np.random.default_rng(5).standard_normal(picture.shape)
    return np.clip(np.rint(picture + grain), 0, 255).astype(np.uint8)


class Denoiser(NearestEngine):
    """A network that gives the clean drawing whatever comes."""

    def __init__(self, clean, scale=2):
        super().__init__(scale)
        self.clean = clean

    def enlarged(self, pixels):
        width, height = self.size(pixels.shape[1], pixels.shape[0])
        size = (width, height)
        return cv2.resize(self.clean, size, interpolation=cv2.INTER_NEAREST).astype(pixels.dtype)


FLAT = (slice(200, 235), slice(250, 310))


def fine(picture):
    flat = picture.astype(float) - cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 4)
    return flat[FLAT].std()


@pytest.mark.parametrize("sigma", [3, 6, 12])
def test_grain_that_was_removed_comes_back(sigma):
    clean = drawn()
    source = grainy(clean, sigma)
    (made,) = Grained(Denoiser(clean)).clip([source])
    small = cv2.resize(made, (320, 240), interpolation=cv2.INTER_AREA)
    assert fine(small) == pytest.approx(fine(source), rel=0.35)
    flat = [image[FLAT].astype(float) - clean[FLAT] for image in (small, source)]
    assert np.corrcoef(flat[0].ravel(), flat[1].ravel())[0, 1] > 0.9
    assert np.array_equal(made, whole(Grained(Denoiser(clean)).picture(source)))


def test_grain_that_stayed_is_not_added_twice():
    source = grainy(drawn())
    (made,) = Grained(NearestEngine(2)).clip([source])
    assert np.array_equal(made, NearestEngine(2).enlarged(source))


def test_a_clean_source_has_no_grain_even_where_lines_change():
    clean = drawn()
    sharper = cv2.addWeighted(clean, 1.6, cv2.GaussianBlur(clean, (0, 0), 1.5), -0.6, 0)
    (made,) = Grained(Denoiser(sharper)).clip([clean])
    assert np.array_equal(made, Denoiser(sharper).enlarged(clean))


def test_grain_is_added_at_sixteen_bits_too():
    clean = drawn()
    deep = grainy(clean).astype(np.uint16) * 257
    engine = Denoiser(clean.astype(np.uint16) * 257)
    (made,) = Grained(engine).clip([deep])
    (shallow,) = Grained(Denoiser(clean)).clip([grainy(clean)])
    assert np.abs(made / 257 - shallow).max() <= 1


@pytest.mark.parametrize("depth", [None, 10])
def test_deeper_results_go_through_the_engine_in_sixteen_bits(tmp_path, depth):
    seen = set()
    engine = NearestEngine(1, change=lambda pixels: seen.add(pixels.dtype.name) or pixels)
    source = film(tmp_path / "a.mkv", pictures(3, 64, 48))
    restore_video(engine, source, tmp_path / "b.mkv", Encoding(depth=depth))
    assert seen == {"uint8" if depth is None else "uint16"}
    with open_video(source) as before, open_video(tmp_path / "b.mkv") as after:
        assert after.info.depth == (depth or 8)
        for a, b in zip(before.frames(), after.frames(), strict=True):
            assert np.abs(a.pixels.astype(float) - b.pixels / (257 if depth else 1)).mean() < 3


def test_every_colour_survives_the_deepening():
    picture = np.arange(256, dtype=np.uint8).reshape(1, 256, 1).repeat(3, 2)
    (made,) = Deepened(NearestEngine()).clip([picture])
    assert np.array_equal(made // 257, picture)
    assert made.max() == 65535


def anamorphic(path, sar):
    options = ("-vf", f"setsar={sar}", "-c:v", "libx264", "-crf", "10", "-pix_fmt", "yuv420p")
    return clips.make_clip(path, clips.moving(6, 72, 48), 24, options)


@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
@pytest.mark.parametrize(
    ("sar", "size"), [("32/27", (170, 96)), ("16/11", (210, 96)), ("8/9", (144, 108)), ("1", (144, 96))]
)
def test_square_pixels(tmp_path, sar, size, suffix):
    source = anamorphic(tmp_path / f"a{suffix}", sar)
    kept, square = tmp_path / f"kept{suffix}", tmp_path / f"square{suffix}"
    restore_video(NearestEngine(2), source, kept, Encoding())
    restore_video(NearestEngine(2), source, square, Encoding(), treatment=Treatment(square_pixels=True))
    with open_video(kept) as video:
        assert (video.info.width, video.info.height, video.info.sar) == (144, 96, Fraction(sar))
    with open_video(square) as video:
        assert (video.info.width, video.info.height, video.info.sar) == (*size, 1)
        assert len(list(video.frames())) == 6


def test_squared_pictures_and_clips_agree():
    source = noise()
    squared = Squared(LookingAheadEngine(2, rows=5), Fraction(4, 3))
    (clip,) = squared.clip([source])
    assert clip.shape == (180, 186, 3)
    assert np.abs(clip.astype(int) - whole(squared.picture(source))).max() <= 1
