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


HALF = '{"file": "a", "width": '


@pytest.mark.parametrize(
    "line",
    [
        *("{", "[1]", "{}", '{"file": 3}', '{"file": ""}', '{"file": ".."}', '{"file": "a\\u0000"}'),
        *(f'{HALF}"wide"}}', f"{HALF}Infinity}}", "[" * 100_000),
    ],
)
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
    with pytest.raises(InputError, match=r"0\.png.*4\.png.* there are 2 more\.$") as told:
        manifest.check(entries)
    assert "5.png" not in str(told.value)
    wrong = manifest.Entry(tmp_path / "a.png", tmp_path / "a.png", 9, 9)
    with pytest.raises(InputError, match="is 8x6, and its manifest says 9x9"):
        manifest.check([wrong])
    right = manifest.Entry(tmp_path / "a.png", tmp_path / "a.png")
    with pytest.raises(InputError, match="listed twice"):
        manifest.check([right, right])


def test_what_others_write_is_read(tmp_path):
    """A byte order mark, DOS line ends, null for what is not known."""
    lines = b'\xef\xbb\xbf{"file": "a.png", "width": null, "licence": null}\r\n{"file": "b.png"}\r\n'
    (tmp_path / manifest.NAME).write_bytes(lines)
    first, second = manifest.read(tmp_path)
    assert (first.place.name, first.width, first.licence, second.place.name) == ("a.png", 0, "", "b.png")


@pytest.mark.parametrize("name", ["line\u2028end\x85.png", "no\udcff unicode.png", 'quote".png'])
def test_any_file_name_goes_there_and_back(tmp_path, name):
    manifest.write(tmp_path / manifest.NAME, [{"file": name}, {"file": "b.png"}])
    assert [str(entry.place) for entry in manifest.read(tmp_path)] == [name, "b.png"]


def test_clips_are_looked_for_and_may_share_a_video(tmp_path):
    pictures(tmp_path, "full/0.png")
    (tmp_path / "empty").mkdir()
    (tmp_path / "film.mkv").write_bytes(b"looked at later")
    clips = [{"file": "full"}, {"file": "film.mkv", "first": 0}, {"file": "film.mkv", "first": 100}]
    manifest.write(tmp_path / manifest.NAME, clips)
    entries = manifest.read(tmp_path)
    manifest.check(entries)
    assert all(entry.is_clip for entry in entries)
    manifest.write(tmp_path / manifest.NAME, [*clips, clips[1], {"file": "empty"}, {"file": "gone.mp4"}])
    wanted = r"^film\.mkv is listed twice\. .*empty is a folder without pictures\. .*gone\.mp4.* not exist\.$"
    with pytest.raises(InputError, match=wanted):
        manifest.check(manifest.read(tmp_path))


def test_results_inside_a_folder_are_no_sources(tmp_path):
    pictures(tmp_path, "a.png", "out/gt/b.png")
    assert [entry.place.name for entry in manifest.read(tmp_path, skip=tmp_path / "out")] == ["a.png"]
    with pytest.raises(InputError, match="choose another --out"):
        manifest.read(tmp_path, skip=tmp_path)
    with pytest.raises(InputError, match=r"a\.png is 8x6; 7 rows and columns are needed"):
        manifest.check(manifest.read(tmp_path, skip=tmp_path / "out"), 7)
