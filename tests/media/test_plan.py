"""Plans: mirrored trees, one destination each, nothing over a source."""

from __future__ import annotations

import shutil
import unicodedata

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from sakuga.errors import InputError
from sakuga.media.plan import plan
from sakuga.restore.settings import RestoreSettings

KEEP = RestoreSettings()


def picture(path, format=None):  # noqa: A002
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.zeros((2, 3, 3), np.uint8)).save(path, format)
    return path


def destinations(made, out):
    return {str(task.destination.relative_to(out).as_posix()) for task in made.tasks}


def test_a_folder_is_mirrored(tmp_path):
    for name in ("a.png", "deep/b.jpg", "deep/er/日本 語.webp", "deep/er/[1080p] c.gif"):
        picture(tmp_path / "in" / name)
    (tmp_path / "in" / "notes.txt").write_text("hello")
    picture(tmp_path / "in" / ".hidden" / "x.png")
    picture(tmp_path / "in" / ".y.png")
    made = plan([tmp_path / "in"], tmp_path / "out", KEEP)
    assert destinations(made, tmp_path / "out") == {
        "a.png",
        "deep/b.jpg",
        "deep/er/日本 語.webp",
        "deep/er/[1080p] c.gif",
    }
    assert made.ignored == 1
    assert made.problems == ()


def test_results_inside_the_input_are_not_read_again(tmp_path):
    picture(tmp_path / "a.png")
    picture(tmp_path / "restored" / "b.png")
    for names in ([tmp_path], [tmp_path / "*"], [tmp_path / "**" / "*.png"]):
        made = plan(names, tmp_path / "restored", KEEP)
        assert [task.source for task in made.tasks] == [tmp_path / "a.png"]


def test_a_quoted_glob_means_what_it_means_in_a_shell(tmp_path):
    for name in ("a 1.png", "a 2.png", "b.png", "ä [x].png"):
        picture(tmp_path / name)
    made = plan([str(tmp_path / "a *.png")], tmp_path / "out", KEEP)
    assert destinations(made, tmp_path / "out") == {"a 1.png", "a 2.png"}
    literal = plan([str(tmp_path / "ä [x].png")], tmp_path / "out", KEEP)
    assert destinations(literal, tmp_path / "out") == {"ä [x].png"}


def test_a_deep_glob_keeps_the_tree(tmp_path):
    picture(tmp_path / "in" / "x" / "a.png")
    picture(tmp_path / "in" / "y" / "a.png")
    made = plan([str(tmp_path / "in" / "**" / "*.png")], tmp_path / "out", KEEP)
    assert destinations(made, tmp_path / "out") == {"x/a.png", "y/a.png"}


@pytest.mark.parametrize("name", ["none.png", "no*.png", "folder/none"])
def test_what_is_not_there_is_a_problem(tmp_path, name):
    made = plan([tmp_path / name], tmp_path / "out", KEEP)
    assert not made.tasks
    assert name in made.problems[0].sentence


def test_a_named_file_that_is_nothing_is_a_problem_but_not_inside_a_folder(tmp_path):
    text = tmp_path / "in" / "a.txt"
    picture(tmp_path / "in" / "b.png")
    text.write_text("hello")
    assert "neither a picture nor a video" in plan([text], tmp_path / "out", KEEP).problems[0].sentence
    made = plan([tmp_path / "in"], tmp_path / "out", KEEP)
    assert (len(made.tasks), len(made.problems), made.ignored) == (1, 0, 1)


def test_a_dangling_link_and_a_circle_of_links(tmp_path):
    folder = tmp_path / "in"
    picture(folder / "a.png")
    (folder / "broken.png").symlink_to(folder / "gone.png")
    (folder / "round").symlink_to(folder)
    (folder / "self.png").symlink_to(folder / "self.png")
    made = plan([folder], tmp_path / "out", KEEP)
    assert destinations(made, tmp_path / "out") == {"a.png"}
    assert {problem.path.name for problem in made.problems} == {"broken.png", "self.png"}


def test_an_unreadable_folder_is_a_problem_and_the_rest_goes_on(tmp_path, monkeypatch):
    picture(tmp_path / "in" / "a.png")
    closed = tmp_path / "in" / "closed"
    closed.mkdir()
    true = type(closed).iterdir

    def iterdir(path):
        if path == closed:
            raise PermissionError(13, "Permission denied")
        return true(path)

    monkeypatch.setattr(type(closed), "iterdir", iterdir)
    made = plan([tmp_path / "in"], tmp_path / "out", KEEP)
    assert len(made.tasks) == 1
    assert str(closed) in made.problems[0].sentence
    assert "Permission denied" in made.problems[0].sentence


def test_finished_results_are_skipped_unless_overwritten(tmp_path):
    source, done = picture(tmp_path / "a.png"), picture(tmp_path / "out" / "a.png")
    made = plan([source], tmp_path / "out", KEEP)
    assert (made.tasks, [task.destination for task in made.finished]) == ((), [done])
    assert len(plan([source], tmp_path / "out", RestoreSettings(overwrite=True)).tasks) == 1


@pytest.mark.parametrize("overwrite", [False, True])
def test_nothing_is_written_over_a_source(tmp_path, overwrite):
    a, b = picture(tmp_path / "a.png"), picture(tmp_path / "a.jpg")
    settings = RestoreSettings(format="png", overwrite=overwrite)
    itself = plan([a], tmp_path, settings)
    assert not itself.tasks
    assert "over itself" in itself.problems[0].sentence
    both = plan([b, a], tmp_path, settings)
    assert not {task.destination for task in both.tasks} & {a, b}
    exact = plan([a], a, settings)
    assert not exact.tasks
    whole = plan([tmp_path], tmp_path, settings)
    assert not whole.tasks
    assert "choose another --out" in whole.problems[0].sentence


def test_sources_that_would_become_one_file_are_told_apart(tmp_path):
    for name in ("a.png", "a.jpg", "A.webp", "b.png", "x/c.png"):
        picture(tmp_path / "in" / name)
    made = plan([tmp_path / "in"], tmp_path / "out", RestoreSettings(format="png"))
    assert destinations(made, tmp_path / "out") == {
        "a.png.png",
        "a.jpg.png",
        "A.webp.png",
        "b.png",
        "x/c.png",
    }


def test_one_file_may_name_its_result(tmp_path):
    source = picture(tmp_path / "a.png")
    (task,) = plan([source], tmp_path / "new" / "b.webp", KEEP).tasks
    assert task.destination == tmp_path / "new" / "b.webp"
    with pytest.raises(InputError, match="2 sources"):
        plan([source, picture(tmp_path / "c.png")], tmp_path / "b.webp", KEEP)
    with pytest.raises(InputError, match=r"b\.mp4 cannot hold"):
        plan([source], tmp_path / "b.mp4", KEEP)


def test_an_existing_folder_stays_a_folder_whatever_its_name(tmp_path):
    source = picture(tmp_path / "a.png")
    (tmp_path / "old.png").mkdir()
    (task,) = plan([source], tmp_path / "old.png", KEEP).tasks
    assert task.destination == tmp_path / "old.png" / "a.png"


def test_a_picture_without_a_suffix_gets_its_own(tmp_path):
    source = picture(tmp_path / "scan", "png")
    (task,) = plan([source], tmp_path / "out", KEEP).tasks
    assert task.destination == tmp_path / "out" / "scan.png"


NAMES = st.sampled_from(["a", "A", "b", "a.png", "é", unicodedata.normalize("NFD", "é"), "a-1", "x y"])
SUFFIXES = st.sampled_from([".png", ".jpg", ".JPG", ".webp", ".bmp"])
FOLDERS = st.sampled_from(["", "x", "x/a.png", "y", "X"])
FILES = st.lists(st.tuples(FOLDERS, NAMES, SUFFIXES), min_size=1, max_size=12)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FILES, st.sampled_from([None, "png", "webp"]), st.booleans())
def test_no_two_results_are_one_file_on_any_file_system(tmp_path, files, format, flat):  # noqa: A002
    root = tmp_path / "in"
    shutil.rmtree(root, ignore_errors=True)
    sources = sorted({root / folder / f"{name}{suffix}" for folder, name, suffix in files})
    folders = {folder for source in sources for folder in source.parents}
    sources = [source for source in sources if source not in folders]
    for source in sources:
        picture(source)
    out = tmp_path / "out"
    made = plan(sources if flat else [root], out, RestoreSettings(format=format))
    keys = [unicodedata.normalize("NFC", str(task.destination)).casefold() for task in made.tasks]
    assert len(keys) == len(set(keys)) == len(sources)
    assert {task.source for task in made.tasks} == set(sources)
    assert all(out in task.destination.parents for task in made.tasks)
    if not flat:
        assert all(
            out / task.source.parent.relative_to(root) in task.destination.parents for task in made.tasks
        )
