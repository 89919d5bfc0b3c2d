"""Manifests: what is written is read, and what is wrong is said with its line."""

import numpy as np
import pytest

from sakuga.errors import InputError
from sakuga.media import manifest
from sakuga.media.plain import write_rgb


def pictures(folder, *names, size=(6, 8)):
    for name in names:
        write_rgb(folder / name, np.zeros((*size, 3), np.uint8))


def test_what_is_written_is_read(tmp_path):
    pictures(tmp_path, "ü/a.png", "b.png")
    lines = [
        {"file": "ü/a.png", "width": 8, "height": 6, "licence": "CC0-1.0", "score": 0.5},
        {"file": "b.png"},
    ]
    manifest.write(tmp_path / manifest.NAME, lines)
    for place in (tmp_path, tmp_path / manifest.NAME):
        first, second = manifest.read(place)
        assert first.file == tmp_path / "ü" / "a.png"
        assert (first.width, first.height, first.licence, first.rest) == (8, 6, "CC0-1.0", {"score": 0.5})
        assert second.rest == {}
    manifest.check([first, second])


def test_a_folder_without_one_is_its_pictures(tmp_path):
    pictures(tmp_path, "b.png", "deep/a.png")
    (tmp_path / "notes.txt").write_text("no picture")
    assert [entry.place.as_posix() for entry in manifest.read(tmp_path)] == ["b.png", "deep/a.png"]


@pytest.mark.parametrize("line", ["{", "[1]", "{}", '{"file": 3}', '{"file": "a", "width": "wide"}'])
def test_a_wrong_line_is_named(tmp_path, line):
    (tmp_path / manifest.NAME).write_text(f'{{"file": "a.png"}}\n{line}\n')
    with pytest.raises(InputError, match=r"manifest\.jsonl, line 2: "):
        manifest.read(tmp_path)


def test_nothing_is_said(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="holds no picture"):
        manifest.read(tmp_path / "empty")
    (tmp_path / manifest.NAME).write_text("\n")
    with pytest.raises(InputError, match="lists nothing"):
        manifest.read(tmp_path)
    with pytest.raises(InputError, match="could not be read"):
        manifest.read(tmp_path / "gone.jsonl")


def test_check_lists_the_first_problems(tmp_path):
    pictures(tmp_path, "a.png")
    entries = [manifest.Entry(tmp_path / f"{n}.png", tmp_path / f"{n}.png") for n in range(7)]
    with pytest.raises(InputError, match=r"0\.png.*4\.png.*2 more") as told:
        manifest.check(entries)
    assert "5.png" not in str(told.value)
    wrong = manifest.Entry(tmp_path / "a.png", tmp_path / "a.png", 9, 9)
    with pytest.raises(InputError, match="is 8x6, and its manifest says 9x9"):
        manifest.check([wrong])
    right = manifest.Entry(tmp_path / "a.png", tmp_path / "a.png")
    with pytest.raises(InputError, match="listed twice"):
        manifest.check([right, right])
