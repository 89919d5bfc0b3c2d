"""Who belongs to whom: by name, whatever programs add, and never by chance."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.evaluate.clips import Clip
from sakuga.evaluate.pairs import pair


def stills(*names):
    return [Clip(name, (Path(name),), "picture") for name in names]


def named(results, references):
    pairs, problems = pair(stills("other.png", *results), stills("other.png", *references))
    return [(mine.name, its.name) for mine, its in pairs if mine.name != "other.png"], problems


@pytest.mark.parametrize(
    "result",
    [
        "a.png",
        "a_4x.png",
        "a-x4.webp",
        "a_SR.jpg",
        "a out.png",
        "a_restored_4x.png",
        "a.upscaled.png",
        "a_HR.png",
    ],
)
@pytest.mark.parametrize("reference", ["a.png", "a.jpg", "a_lq.png", "a_GT.webp"])
def test_endings_that_programs_add_do_not_matter(result, reference):
    assert named([result], [reference]) == ([(result, reference)], [])


def test_other_endings_do():
    pairs, problems = named(["a_1.png"], ["a.png"])
    assert not pairs
    assert problems == [
        "a_1.png has no reference of its name; it is left out.",
        "There is no result for the reference a.png.",
    ]


def test_an_exact_name_goes_first():
    assert named(["a_4x.png", "a.png"], ["a.png", "a_4x.png"])[0] == [
        ("a_4x.png", "a_4x.png"),
        ("a.png", "a.png"),
    ]


def test_two_references_of_a_name_are_no_choice():
    pairs, problems = named(["a_sr.png"], ["a_gt.png", "a_lq.png"])
    assert not pairs
    assert "more than one reference" in problems[0]


def test_folders_are_part_of_the_name():
    pairs, problems = named(["one/a.png", "two/a.png"], ["two/a.png"])
    assert pairs == [("two/a.png", "two/a.png")]
    assert problems == ["one/a.png has no reference of its name; it is left out."]


def test_accents_are_the_same_however_a_system_writes_them():
    name = "café が.png"
    written = unicodedata.normalize("NFD", name), unicodedata.normalize("NFC", name)
    assert named([written[0]], [written[1]])[0] == [written]


def test_a_clip_is_paired_by_its_folder_whatever_dots_are_in_it():
    results, references = ([Clip(n, (Path("0.png"),), "folder") for n in ("v1.0", "v1.5")] for _ in range(2))
    assert [(a.name, b.name) for a, b in pair(results, references)[0]] == [("v1.0", "v1.0"), ("v1.5", "v1.5")]


@given(st.sets(st.text("abc01_-x.", min_size=1, max_size=5), max_size=6))
def test_every_reference_is_found_or_told(names):
    results = stills(*(f"{name}.png" for name in names), "z.png")
    pairs, problems = pair(results, stills(*(f"{name}.png" for name in names), "y.png"))
    assert {mine.name for mine, its in pairs if mine.name == its.name} == {f"{name}.png" for name in names}
    assert len(problems) == 2
