"""Jobs: every file gets its result, a bad one stops no other, and nothing is opened for nothing."""

from __future__ import annotations

import subprocess

import numpy as np
import pytest
from PIL import Image

from fakes import LookingAheadEngine, NearestEngine
from film import film, pictures
from sakuga.errors import DeviceError, InputError
from sakuga.media.events import Finished, Opened, Planned, Progressed, Result, Started, Warned
from sakuga.media.picture import open_picture
from sakuga.models.choice import chosen
from sakuga.restore.api import Restorer
from sakuga.restore.job import restore
from sakuga.restore.settings import RestoreSettings


def picture(path, size=(6, 4)):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((size[1], size[0], 3), 90, np.uint8)).save(path)
    return path


@pytest.fixture
def mixed(tmp_path):
    """A folder with good and bad of everything."""
    root = tmp_path / "in"
    picture(root / "good.png")
    picture(root / "deep" / "good.webp")
    film(root / "good.mkv", pictures(5, 16, 16))
    (root / "empty.png").write_bytes(b"")
    (root / "text.mp4").write_text("only text")
    whole = picture(root / "cut.png", (64, 64)).read_bytes()
    (root / "cut.png").write_bytes(whole[: len(whole) // 2])
    (root / "readme.txt").write_text("hello")
    return root


def run(names, out, engine=None, **settings):
    events, opened = [], []

    def opener(*_):
        opened.append(engine or LookingAheadEngine(2))
        return opened[-1]

    results = restore(names, out, settings=RestoreSettings(**settings), on_event=events.append, opener=opener)
    assert events[-1] == Finished(tuple(results))
    return results, events, opened


def states(results):
    return {result.source.name: result.state for result in results}


def test_a_bad_file_stops_no_other(mixed, tmp_path):
    results, events, opened = run([mixed], tmp_path / "out")
    assert len(opened) == len({chosen(moving=moving) for moving in (False, True)})
    done = [result for result in results if result.state == "done"]
    failed = [result for result in results if result.state == "failed"]
    assert sorted(result.source.name for result in done) == ["good.mkv", "good.png", "good.webp"]
    assert sorted(result.source.name for result in failed) == ["cut.png", "empty.png", "text.mp4"]
    for result in failed:
        assert str(result.source) in result.sentence
        assert result.sentence.endswith(".")
        assert not result.destination.exists()
    assert sorted(path.name for path in (tmp_path / "out").rglob("*.*")) == [
        "good.mkv",
        "good.png",
        "good.webp",
    ]
    assert isinstance(events[0], Planned)
    assert events[0].plan.ignored == 1
    assert [event for event in events if isinstance(event, Result)] == results
    assert {type(event) for event in events} >= {Opened, Started, Progressed}


def test_the_same_command_goes_on(mixed, tmp_path):
    run([mixed], tmp_path / "out")
    results, _, opened = run([mixed], tmp_path / "out")
    assert sorted(states(results).values()) == ["failed"] * 3 + ["skipped"] * 3
    assert not opened
    results, _, _ = run([mixed / "good.png"], tmp_path / "out", overwrite=True)
    assert states(results) == {"good.png": "done"}


@pytest.mark.parametrize("names", [[], ["none.png"], ["empty.png", "text.mp4"]])
def test_no_engine_is_opened_for_nothing(mixed, tmp_path, names):
    results, _, opened = run([mixed / name for name in names], tmp_path / "out")
    assert not opened
    assert {result.state for result in results} <= {"failed"}
    assert not (tmp_path / "out").exists()


def test_formats_change_pictures_only(mixed, tmp_path):
    run([mixed], tmp_path / "out", format="tiff")
    made = {path.name for path in (tmp_path / "out").rglob("*.*")}
    assert made == {"good.tif", "good.mkv", "deep"} - {"deep"}
    with open_picture(tmp_path / "out" / "deep" / "good.tif") as file:
        assert (file.format, file.width, file.height) == ("tiff", 12, 8)


def test_an_engine_that_cannot_be_opened_ends_all_at_once(mixed, tmp_path):
    def opener(*_):
        raise DeviceError("--device cuda: no such device.")

    with pytest.raises(DeviceError):
        restore([mixed], tmp_path / "out", opener=opener)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("error", [RuntimeError("what?"), MemoryError(), ZeroDivisionError()])
def test_what_nobody_expected_is_still_a_sentence(mixed, tmp_path, error):
    class Engine(NearestEngine):
        def picture(self, pixels):
            if len(pixels) == 4:
                raise error
            return super().picture(pixels)

    picture(mixed / "other.png", (6, 5))
    results, _, _ = run([mixed / "good.png", mixed / "other.png"], tmp_path / "out", Engine())
    assert states(results) == {"good.png": "failed", "other.png": "done"}
    assert results[0].error is error
    assert str(mixed / "good.png") in results[0].sentence


def test_ctrl_c_is_not_one_file_s_failure(mixed, tmp_path):
    class Engine(NearestEngine):
        def picture(self, pixels):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run([mixed / "good.png"], tmp_path / "out", Engine())
    assert not (tmp_path / "out" / "good.png").exists()


def test_what_the_engine_notes_on_the_way_is_told_once(mixed, tmp_path):
    class Engine(NearestEngine):
        def picture(self, pixels):
            if not self.report.notes:
                self.report.notes = ("The tile was halved.",)
            return super().picture(pixels)

    picture(mixed / "z.png")
    _, events, _ = run([mixed / "good.png", mixed / "z.png"], tmp_path / "out", Engine())
    assert [event for event in events if isinstance(event, Warned)] == [Warned("The tile was halved.")]


def test_a_disk_that_is_too_small_is_told_before(mixed, tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 10}))
    _, events, _ = run([mixed / "good.png"], tmp_path / "out")
    (warning,) = [event for event in events if isinstance(event, Warned)]
    assert str(tmp_path) in warning.sentence


@pytest.fixture
def tiny_disk(tmp_path):
    """A disk of 64 KiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("this user may not mount a tmpfs")
    yield disk
    subprocess.run(["umount", disk], check=True)


@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.tif", "a.jpg", "a.mkv", "a.mp4"])
def test_a_full_disk_is_a_sentence_and_leaves_what_was_there(tiny_disk, tmp_path, name):
    noise = np.random.default_rng(0).integers(0, 256, (160, 160, 3), np.uint8)
    source = tmp_path / name
    if source.suffix in (".mkv", ".mp4"):
        film(source, [np.roll(noise, index * 7, 0) for index in range(30)])
    else:
        Image.fromarray(noise).save(source)
    (tiny_disk / "mine.txt").write_text("precious")
    (result,), _, _ = run([source], tiny_disk, LookingAheadEngine(4))
    assert result.state == "failed"
    assert "disk is full" in result.sentence
    assert str(tiny_disk / name) in result.sentence
    assert [path.name for path in tiny_disk.iterdir()] == ["mine.txt"]
    assert (tiny_disk / "mine.txt").read_text() == "precious"


def test_a_path_is_restored_through_python(mixed, tmp_path):
    restorer = Restorer(LookingAheadEngine(2))
    made = restorer.restore(mixed / "good.png", tmp_path / "out")
    assert made == tmp_path / "out" / "good.png"
    assert restorer.restore(str(mixed / "good.png"), tmp_path / "out") == made
    assert restorer.restore(mixed / "good.mkv", tmp_path / "out" / "first.mkv").exists()
    with open_picture(made) as file:
        assert (file.width, file.height) == (12, 8)


@pytest.mark.parametrize("name", ["none.png", "empty.png", "text.mp4", "readme.txt", "cut.png", "", "*.png"])
def test_a_path_that_cannot_be_restored_raises_a_sentence(mixed, tmp_path, name):
    with pytest.raises(InputError, match=r"\.$"):
        Restorer(NearestEngine()).restore(mixed / name, tmp_path / "out")
