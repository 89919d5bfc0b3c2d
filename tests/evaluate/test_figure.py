"""The figure: which pixels stand where, labels in any script, and sentences for what cannot be drawn."""

from __future__ import annotations

import numpy as np
import pytest

from drawn import drawing
from sakuga.errors import InputError
from sakuga.evaluate.figure import GAP, Crop, compare, drawn
from sakuga.evaluate.lettering import letters
from sakuga.media.plain import read_rgb, write_rgb

LARGE = drawing(96, 128)
SMALL = np.ascontiguousarray(LARGE[::4, ::4])


@pytest.fixture
def desk(tmp_path):
    write_rgb(tmp_path / "small.png", SMALL)
    write_rgb(tmp_path / "large.png", LARGE)
    return tmp_path


def figure(desk, *crops, zoom=None, labels=("a", "b"), out="figure.png"):
    parts = [Crop.parsed(each) for each in crops]
    files = desk / "small.png", desk / "large.png"
    compare(files, desk / out, crops=parts, labels=labels, font=letters("".join(labels)), zoom=zoom)
    return read_rgb(desk / out)


def test_pixels_of_the_same_place_stand_side_by_side(desk):
    seen = figure(desk, "8,4,40,24", zoom=2)
    left, right = GAP, 2 * GAP + 80
    assert np.array_equal(
        seen[GAP : GAP + 48, right : right + 80], LARGE[4:28, 8:48].repeat(2, 0).repeat(2, 1)
    )
    assert np.array_equal(seen[GAP : GAP + 48, left : left + 80], SMALL[1:7, 2:12].repeat(8, 0).repeat(8, 1))


def test_a_crop_between_the_pixels_of_the_small_picture_shows_parts_of_them(desk):
    seen = figure(desk, "10,6,16,16", zoom=1)
    assert np.array_equal(seen[GAP : GAP + 16, GAP : GAP + 16], SMALL.repeat(4, 0).repeat(4, 1)[6:22, 10:26])


def test_each_crop_is_a_row_and_without_any_it_is_the_whole(desk):
    one, two = (figure(desk, *crops, zoom=1) for crops in (["0,0,20,20"], ["0,0,20,20", "30,30,20,30"]))
    assert two.shape[0] == one.shape[0] + 30 + GAP
    whole = figure(desk, zoom=1)
    assert np.array_equal(whole[GAP : GAP + 96, 2 * GAP + 128 : 2 * GAP + 256], LARGE)


def test_large_pictures_are_reduced_to_the_room_there_is(tmp_path):
    for name in ("a", "b"):
        write_rgb(tmp_path / f"{name}.png", np.full((40, 3000, 3), 90, np.uint8))
    files = tmp_path / "a.png", tmp_path / "b.png"
    width, _ = compare(files, tmp_path / "c.png", crops=[], labels=("a", "b"), font=letters("ab"))
    assert width == 2000 + 3 * GAP


def test_a_script_is_written_by_a_font_of_this_machine_or_asks_for_one():
    """Not every machine has Japanese letters."""
    try:
        written_below("動画", letters("動画"))
        told = ""
    except InputError as error:
        told = str(error)
    assert told in ("", "No font that is known here has 動画; name one by --font, or choose other --labels.")


@pytest.mark.parametrize("label", ["LQ", "Ours ×4", "Größe"])
def test_labels_are_written_below_their_column(label):
    written_below(label, letters(label))


def written_below(label, font):
    cell = np.full((20, 120, 3), 128, np.uint8)
    seen = drawn([[cell, cell]], (label, ""), font)
    below = seen[20 + 2 * GAP :].min(2) < 128
    assert below[:, : 120 + GAP].sum() > 20
    assert not below[:, 120 + 2 * GAP :].any()


def test_long_labels_are_wrapped_within_their_column():
    cell = np.full((20, 90, 3), 255, np.uint8)
    seen = drawn([[cell, cell]], ("a very long name of a model that goes on", "b"), letters("abc"))
    ink = np.nonzero((seen < 128).any(2).any(0))[0]
    assert not set(range(GAP + 92, 2 * GAP + 90)) & set(ink.tolist())


def test_letters_that_no_font_has_are_named():
    with pytest.raises(InputError, match="has \U0010fffe"):
        letters("a\U0010fffe")


def test_a_font_of_ones_own(tmp_path):
    (tmp_path / "no.ttf").write_bytes(b"no font")
    with pytest.raises(InputError, match=r"no\.ttf: it cannot be used"):
        letters("a", tmp_path / "no.ttf")


@pytest.mark.parametrize(
    ("crop", "words"),
    [
        ("1,2,3", "four whole numbers"),
        ("a,b,c,d", "four whole numbers"),
        ("-1,0,5,5", "0 or more"),
        ("0,0,0,5", "1 or"),
    ],
)
def test_crops_that_cannot_be(crop, words):
    with pytest.raises(InputError, match=words):
        Crop.parsed(crop)


def test_what_cannot_be_drawn(desk):
    with pytest.raises(InputError, match="reaches out of the largest picture, which is 128x96"):
        figure(desk, "100,0,40,10")
    with pytest.raises(InputError, match="is one of the pictures"):
        figure(desk, out="large.png")
    assert np.array_equal(read_rgb(desk / "large.png"), LARGE)
    with pytest.raises(InputError, match="--zoom is 0"):
        figure(desk, zoom=0)
    write_rgb(desk / "small.png", LARGE[:, :64])
    with pytest.raises(InputError, match="their shapes differ"):
        figure(desk)
