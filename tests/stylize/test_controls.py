"""Strength, reference and protection: their laws, and that nothing leaks over an edge."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

import scenes
from fakes import NearestEngine
from sakuga.errors import InputError
from sakuga.media.picture import open_picture
from sakuga.metrics.luma import luma
from sakuga.stylize.bands import RADII, merge, split
from sakuga.stylize.finish import controls
from sakuga.stylize.job import stylize
from sakuga.stylize.lab import to_lab
from sakuga.stylize.protection import feathered, protected
from sakuga.stylize.reference import Reference
from sakuga.stylize.settings import StylizeSettings
from sakuga.stylize.strength import strengthened
from sakuga.stylize.text import text

SIDES = st.integers(1, 40)
DEPTHS = st.sampled_from([np.uint8, np.uint16])


def noise(height, width, dtype=np.uint8, seed=0):
    white = np.iinfo(dtype).max
    return np.random.default_rng(seed).integers(0, white, (height, width, 3), dtype, endpoint=True)


@settings(max_examples=30, deadline=None)
@given(SIDES, SIDES, DEPTHS, st.integers(0, 99))
def test_split_and_merge_are_each_others_inverse(height, width, dtype, seed):
    photo, styled = noise(height, width, dtype, seed), noise(height, width, dtype, seed + 1)
    bands = split(photo, styled)
    assert (sum(bands) == styled.astype(np.float32) - photo).all()
    assert (merge(photo, bands, [1] * len(bands)) == styled).all()
    assert (merge(photo, bands, [0] * len(bands)) == photo).all()


@settings(max_examples=20, deadline=None)
@given(SIDES, SIDES, DEPTHS, st.floats(0, 2), st.floats(0, 2))
def test_strength_ends_in_the_photo_and_in_the_networks(height, width, dtype, colour, texture):
    photo, styled = noise(height, width, dtype, 3), noise(height, width, dtype, 4)
    assert (strengthened(photo, styled, 0, 0) == photo).all()
    assert (strengthened(photo, styled, 1, 1) == styled).all()
    assert (strengthened(photo, photo, colour, texture) == photo).all()
    between = strengthened(photo, styled, colour, texture)
    assert between.dtype == photo.dtype
    assert between.shape == photo.shape


def painted(height=96, width=128):
    """A photo of two plain halves, and a style that gives both another colour and strokes."""
    photo, flat = np.empty((2, height, width, 3), np.float32)
    photo[:, : width // 2], photo[:, width // 2 :] = (60, 80, 70), (200, 190, 210)
    flat[:, : width // 2], flat[:, width // 2 :] = (30, 120, 90), (240, 150, 160)
    strokes = np.random.default_rng(1).normal(0, 12, (height, width, 1))
    styled = np.rint(flat + strokes).clip(0, 255).astype(np.uint8)
    return photo.astype(np.uint8), styled, flat


def test_colour_without_texture_takes_the_tones_up_to_the_edge():
    photo, styled, flat = painted()
    result = strengthened(photo, styled, 1, 0).astype(float)
    assert np.abs(result - flat).max() < 12
    middle = photo.shape[1] // 2
    for column in (middle - 1, middle):
        assert np.abs(result[:, column] - flat[:, column]).mean() < 4
    assert result[:, : middle - 20].std((0, 1)).max() < 0.3 * styled[:, : middle - 20].std((0, 1)).max()


def test_texture_without_colour_takes_the_strokes():
    photo, styled, _ = painted()
    result = strengthened(photo, styled, 0, 1).astype(float)
    for half in (np.s_[:, :64], np.s_[:, 64:]):
        assert np.abs(result[half].mean((0, 1)) - photo[half].mean((0, 1))).max() < 3
        assert result[half].std() > 0.6 * 12


def test_half_of_both_is_the_mean():
    photo, styled = noise(20, 30), noise(20, 30, seed=1)
    mean = (photo.astype(float) + styled) / 2
    assert np.abs(strengthened(photo, styled, 0.5, 0.5) - mean).max() <= 0.5
    assert np.abs(strengthened(photo, styled, 0.5, 0.5000001).astype(float) - mean).max() <= 1


def two(left, right, height=80, width=120):
    """Two halves with a little grain."""
    picture = np.empty((height, width, 3), np.float32)
    picture[:, : width // 2], picture[:, width // 2 :] = left, right
    return (
        np.rint(picture + np.random.default_rng(2).normal(0, 3, picture.shape)).clip(0, 255).astype(np.uint8)
    )


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_regions_take_the_references_colours_and_nothing_leaks(depth):
    scale = np.iinfo(depth).max // 255
    picture = two((40, 60, 90), (210, 200, 180)).astype(depth) * depth(scale)
    reference = two((90, 30, 40), (240, 220, 120)).astype(depth) * depth(scale)
    result = Reference(reference)(picture)
    assert result.dtype == depth
    values, wanted = to_lab(result), to_lab(reference)
    for half in (np.s_[:, :60], np.s_[:, 60:]):
        assert np.abs(values[half].mean((0, 1)) - wanted[half].mean((0, 1))).max() < 2.5
    columns = values.mean(0)
    for inside, border in ((30, 59), (90, 60)):
        assert np.abs(columns[border] - columns[inside - 10 : inside + 10].mean(0)).max() < 4


def test_a_pictures_own_colours_change_nothing():
    picture = scenes.photo(60, 90)
    assert np.abs(Reference(picture)(picture).astype(int) - picture).max() <= 2


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (37, 2)])
def test_any_size_and_a_plain_picture_can_be_recoloured(shape):
    plain = np.full((*shape, 3), 128, np.uint8)
    for reference in (plain, noise(9, 7)):
        for picture in (plain, noise(*shape)):
            assert Reference(reference)(picture).shape == picture.shape


def street(height=240, width=320):
    """A photo with two signs, and where these are."""
    image = Image.fromarray(scenes.photo(height, width))
    pen, boxes = ImageDraw.Draw(image), []
    for word, size, left, top in (("MAIN STREET", 24, 20, 30), ("Station 200 m", 18, 120, 160)):
        font = ImageFont.load_default(size)
        right, bottom = (int(side) for side in pen.textbbox((left, top), word, font)[2:])
        pen.rectangle((left - 8, top - 5, right + 8, bottom + 8), fill=(20, 90, 60))
        pen.text((left, top), word, (240, 240, 235), font)
        boxes.append((slice(top, bottom + 1), slice(left, right + 1)))
    return np.asarray(image), boxes


def edges_left(result, source, box):
    """Correlation of the luma's gradients inside a box."""
    slopes = [np.stack(np.gradient(luma(picture)))[:, box[0], box[1]].ravel() for picture in (result, source)]
    return np.corrcoef(*slopes)[0, 1]


def test_text_is_found_where_it_is():
    picture, boxes = street()
    found = text(picture)
    for box in boxes:
        assert found[box].mean() > 0.8
        found[max(0, box[0].start - 30) : box[0].stop + 30, max(0, box[1].start - 30) : box[1].stop + 30] = (
            False
        )
    assert not found.any()
    assert not text(scenes.photo(240, 320)).any()
    assert not text(np.full((9, 9, 3), 7, np.uint8)).any()


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_words_keep_their_edges_through_a_network(depth, tmp_path):
    picture, boxes = street()
    picture = picture.astype(depth) * depth(np.iinfo(depth).max // 255)
    styled = np.ascontiguousarray(noise(60, 80, depth, 5).repeat(4, 0).repeat(4, 1) // 2)
    finish = controls(StylizeSettings(protect="text")).finish(tmp_path / "a.png")
    kept = finish(picture, styled)
    for box in boxes:
        assert edges_left(styled, picture, box) < 0.3
        assert edges_left(kept, picture, box) > 0.8
    away = feathered(text(picture)) == 0
    assert (kept[away] == styled[away]).all()


def test_nothing_to_protect_changes_nothing():
    photo, styled = noise(12, 12), noise(12, 12, seed=1)
    assert protected(photo, styled, np.zeros((12, 12), np.float32)) is styled


def saved(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


def negative(**choices):
    """Results of an engine that inverts, for the picture `a.png` in a folder of its own."""
    return {
        "settings": StylizeSettings(**choices),
        "opener": lambda *_: NearestEngine(change=lambda pixels: ~pixels),
    }


def test_masks_are_of_the_pictures_name(tmp_path):
    pixels = noise(40, 50, seed=7)
    mask = np.zeros((40, 50), np.uint8)
    mask[10:20, 10:30] = 255
    saved(tmp_path / "masks" / "a.bmp", mask)
    sources = [saved(tmp_path / "in" / name, pixels) for name in ("a.png", "b.png")]
    results = stylize(sources, tmp_path / "out", **negative(masks=tmp_path / "masks"))
    assert [result.state for result in results] == ["done", "done"]
    marked, other = (np.asarray(Image.open(tmp_path / "out" / name)) for name in ("a.png", "b.png"))
    assert (other == ~pixels).all()
    far = feathered(np.asarray(Image.open(tmp_path / "masks" / "a.bmp")) > 0) == 0
    assert (marked[far] == other[far]).all()
    box = (slice(10, 20), slice(10, 30))
    assert edges_left(marked, pixels, box) > 0.8 > edges_left(other, pixels, box)


def test_a_mask_of_another_size_is_a_sentence(tmp_path):
    saved(tmp_path / "masks" / "a.png", np.zeros((9, 9), np.uint8))
    source = saved(tmp_path / "a.png", scenes.photo(10, 12))
    (result,) = stylize([source], tmp_path / "out", **negative(masks=tmp_path / "masks"))
    assert result.state == "failed"
    assert "is 9x9, but it is 12x10" in result.sentence
    assert not list((tmp_path / "out").glob("*"))


def test_strength_0_gives_every_kind_of_picture_back(tmp_path):
    folder = tmp_path / "in"
    saved(folder / "a.png", noise(11, 13))
    saved(folder / "alpha.png", np.dstack([noise(11, 13), np.full((11, 13), 200, np.uint8)]))
    saved(folder / "grey.png", noise(11, 13)[..., 0])
    frames = [Image.fromarray(noise(11, 13, seed=i)) for i in range(3)]
    frames[0].save(folder / "moving.webp", save_all=True, append_images=frames[1:], lossless=True)
    frames[0].save(folder / "pages.tif", save_all=True, append_images=frames[1:])
    results = stylize([folder], tmp_path / "out", **negative(strength=0))
    assert {result.state for result in results} == {"done"}
    for path in folder.iterdir():
        with open_picture(path) as before, open_picture(tmp_path / "out" / path.name) as after:
            for one, other in zip(before, after, strict=True):
                assert (one.pixels == other.pixels).all()


def test_a_reference_may_be_grey_and_must_be_a_picture(tmp_path):
    grey = saved(tmp_path / "grey.png", noise(8, 8)[..., 0])
    source = saved(tmp_path / "a.png", noise(8, 8))
    (result,) = stylize([source], tmp_path / "out", **negative(reference=grey))
    assert result.state == "done"
    with pytest.raises(InputError, match="none"):
        stylize([source], tmp_path / "other", **negative(reference=tmp_path / "none.png"))


def test_bands_are_as_many_as_the_cuts_and_one():
    assert len(split(noise(5, 5), noise(5, 5, seed=1))) == len(RADII) + 1


@pytest.mark.parametrize(
    ("wrong", "flag"),
    [
        ({"strength": -0.1}, "--strength"),
        ({"color_strength": 2.1}, "--color-strength"),
        ({"texture_strength": float("nan")}, "--texture-strength"),
    ],
)
def test_shares_that_cannot_be_name_the_flag(wrong, flag):
    with pytest.raises(InputError, match=flag):
        StylizeSettings(**wrong)


@pytest.mark.parametrize("name", ["masks", "adapter"])
def test_what_settings_name_must_be_there(name, tmp_path):
    with pytest.raises(InputError, match=f"--{name} .*none: there is no such"):
        StylizeSettings(**{name: tmp_path / "none"})


def test_words_change_with_what_files_hold(tmp_path):
    """Else a film that was stopped would go on with another reference, or another style."""
    reference = tmp_path / "reference.png"
    told = set()
    for tone in (20, 200):
        Image.new("RGB", (8, 8), (tone,) * 3).save(reference)
        told.add(controls(StylizeSettings(reference=reference)).words(tmp_path / "film.mkv"))
        told.add(controls(StylizeSettings(masks=tmp_path)).words(tmp_path / "film.mkv"))
        told.add(controls(StylizeSettings(adapter=reference)).words(tmp_path / "film.mkv"))
        Image.new("L", (8, 8), tone).save(tmp_path / "film.png")
        told.add(controls(StylizeSettings(masks=tmp_path)).words(tmp_path / "film.mkv"))
    assert len(told) == 7
