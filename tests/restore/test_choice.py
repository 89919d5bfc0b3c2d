"""Sources of all kinds without --model: each takes the network of its kind, and none is opened in vain."""

from __future__ import annotations

import time
from collections import Counter

import numpy as np
import pytest
from PIL import Image

import sakuga
from choices import fill
from fakes import NearestEngine
from film import film, pictures
from onnx_models import nearest
from sakuga.engine.maker import Nobody
from sakuga.errors import InputError, WeightsError
from sakuga.evaluate.origin import carried
from sakuga.media.codecs import Encoding
from sakuga.media.events import Opened, Warned
from sakuga.restore import job
from sakuga.restore.settings import RestoreSettings
from shots import shots

FAST = Encoding(preset="ultrafast")


def frames(count):
    return [Image.fromarray(np.full((12, 16, 3), 40 * n, np.uint8)) for n in range(1, count + 1)]


@pytest.fixture
def mixed(tmp_path):
    """Two stills, an animation, the pages of a TIFF, a video, and one that is broken."""
    root = tmp_path / "in"
    root.mkdir()
    for name, count in (("a.png", 1), ("b.gif", 3), ("c.tif", 2), ("e.gif", 1)):
        first, *rest = frames(count)
        first.save(root / name, save_all=bool(rest), append_images=rest)
    film(root / "d.mkv", pictures(4, 32, 24))
    (root / "broken.mkv").write_text("only text")
    return root


class Engine(NearestEngine):
    """Known by its name, which tells its results apart."""

    def __init__(self, name):
        super().__init__(2, change=lambda pixels: pixels if name == "moving" else 255 - pixels)
        self.report.model = name

    @property
    def identity(self):
        return self.report.model


class Door:
    """Opens engines, and counts them."""

    def __init__(self, engine=Engine):
        self.opened, self._engine = Counter(), engine

    def __call__(self, settings, _):
        self.opened[settings.model] += 1
        return self._engine(settings.model)


def run(names, out, door, on_event=lambda _: None, **settings):
    asked = RestoreSettings(**{"encoding": FAST} | settings)
    return job.restore(names, out, settings=asked, opener=door, on_event=on_event)


def networks(results):
    return {result.source.name: result.model for result in results if result.state == "done"}


def test_each_kind_has_its_network_opened_once_and_told(mixed, tmp_path, monkeypatch):
    fill(monkeypatch)
    events, door = [], Door()
    results = run([mixed], tmp_path / "out", door, events.append)
    assert networks(results) == {
        "a.png": "still",
        "b.gif": "moving",
        "c.tif": "still",
        "d.mkv": "moving",
        "e.gif": "still",
    }
    assert door.opened == {"still": 1, "moving": 1}
    assert [event.model for event in events if isinstance(event, Opened)] == ["still", "moving"]
    (broken,) = [result for result in results if result.state == "failed"]
    assert (broken.source.name, broken.model) == ("broken.mkv", "")


@pytest.mark.parametrize(
    ("names", "settings", "opened"),
    [
        (("a.png", "broken.mkv", "e.gif"), {}, {"still"}),
        (("b.gif", "d.mkv"), {}, {"moving"}),
        (("a.png", "d.mkv"), {"model": "mine"}, {"mine"}),
        (("a.png", "d.mkv"), {"fast": True}, {"fast4", "fast2"}),
        (("a.png", "d.mkv"), {"fast": True, "scale": 2}, {"fast2"}),
        (("a.png", "d.mkv"), {"fast": True, "scale": 3}, {"fast4"}),
        (("broken.mkv",), {}, set()),
    ],
)
def test_no_network_is_opened_that_no_source_needs(mixed, tmp_path, monkeypatch, names, settings, opened):
    fill(monkeypatch)
    door = Door()
    run([mixed / name for name in names], tmp_path / "out", door, **settings)
    assert door.opened == dict.fromkeys(opened, 1)


def test_one_network_for_both_kinds_is_opened_once(mixed, tmp_path, monkeypatch):
    fill(monkeypatch, ("both",) * 4)
    door = Door()
    run([mixed], tmp_path / "out", door)
    assert door.opened == {"both": 1}


def test_a_second_network_that_cannot_be_had_fails_only_its_own_sources(mixed, tmp_path, monkeypatch):
    fill(monkeypatch)

    def engine(name):
        if name == "moving":
            raise WeightsError("The weights of moving cannot be had.")
        return Engine(name)

    results = run([mixed], tmp_path / "out", Door(engine))
    assert networks(results) == {"a.png": "still", "c.tif": "still", "e.gif": "still"}
    said = {result.source.name: result.sentence for result in results if result.state == "failed"}
    assert said["b.gif"] == said["d.mkv"] == "The weights of moving cannot be had."
    with pytest.raises(WeightsError):
        run([mixed / "d.mkv", mixed / "a.png"], tmp_path / "again", Door(engine))


def test_fast_beside_a_model_is_refused():
    with pytest.raises(InputError, match=r"^--fast chooses the model itself; .*--model mine\.$"):
        RestoreSettings(model="mine", fast=True)


def test_helpers_of_a_video_are_told_the_network_by_name(mixed, tmp_path, monkeypatch):
    fill(monkeypatch)
    orders = []

    def crew(order, _):
        orders.append(order[0])
        return Nobody()

    monkeypatch.setattr(job, "Crew", crew)
    run([mixed / "d.mkv"], tmp_path / "out", Door(), workers=2)
    run([mixed / "d.mkv"], tmp_path / "out", Door(), workers=2, fast=True, overwrite=True)
    assert [(order.model, order.fast) for order in orders] == [("moving", False), ("fast2", False)]


class Stopping(Engine):
    """Ctrl-C in the third shot, as soon as something is kept."""

    def __init__(self, name, out):
        super().__init__(name)
        self._out = out

    def clip(self, frames):
        self.pictures += 1
        if self.pictures < 3:
            return super().clip(frames)
        while not [*self._out.glob(".*.sakuga/[!.]*.segment")]:
            time.sleep(0.01)
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("settings", "filled", "kept"),
    [
        ({}, ("still", "moving", "fast2", "fast4"), True),
        ({"model": "moving"}, ("still", "another", "fast2", "fast4"), True),
        ({"fast": True}, ("still", "moving", "fast2", "fast4"), False),
        ({}, ("still", "another", "fast2", "fast4"), False),
        ({"fast": True}, ("still", "another", "moving", "fast4"), True),
    ],
    ids=["the same", "named", "fast", "another default", "the same by another way"],
)
def test_a_stopped_video_goes_on_with_the_network_that_began_it_or_anew(
    tmp_path, monkeypatch, settings, filled, kept
):
    source, out, notes = film(tmp_path / "a.mkv", shots(150, 50)), tmp_path / "out", []
    fill(monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        run([source], out, Door(lambda name: Stopping(name, out)))
    fill(monkeypatch, filled)
    (result,) = run([source], out, Door(), notes.append, **settings)
    (note,) = [event.sentence for event in notes if isinstance(event, Warned)]
    assert ("frames are there from an earlier run" in note) == kept
    assert ("the model or its settings changed" in note) != kept
    run([source], tmp_path / "whole", Door(), model=result.model)
    assert result.destination.read_bytes() == (tmp_path / "whole" / "a.mkv").read_bytes()


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Networks in files, known by their scales: stills 2, what moves 3."""
    names = [nearest(tmp_path / f"{name}.onnx", scale) for name, scale in (("still", 2), ("moving", 3))]
    fill(monkeypatch, (*names, *names))


def test_python_takes_the_network_of_each_kind(mixed, tmp_path, files):
    model = sakuga.load(device="cpu", precision="fp32")
    picture = np.zeros((5, 7, 3), np.uint8)
    assert (model.scale, model.report.model) == (2, "still")
    assert model.restore(picture).shape == (10, 14, 3)
    assert model.restore(picture[None]).shape == (1, 15, 21, 3)
    assert (model.scale, model.report.model) == (3, "moving")
    assert next(model.restore(iter([picture]))).shape == (15, 21, 3)
    with Image.open(model.restore(mixed / "a.png", tmp_path / "out")) as made:
        assert made.size == (32, 24)
    assert model.report.model == "still"
    assert carried(tmp_path / "out" / "a.png")["name"] == "still"
    with Image.open(model.restore(mixed / "b.gif", tmp_path / "out")) as made:
        assert (made.size, made.n_frames) == ((48, 36), 3)
    asked = RestoreSettings(fast=True, overwrite=True)
    with Image.open(model.restore(mixed / "a.png", tmp_path / "out", settings=asked)) as made:
        assert made.size == (32, 24)


def test_python_opens_what_moves_only_when_it_comes(tmp_path, files):
    (tmp_path / "moving.onnx").write_text("no model")
    model = sakuga.load(device="cpu")
    assert model.restore(np.zeros((5, 7, 3), np.uint8)).shape == (10, 14, 3)
    with pytest.raises(sakuga.ModelError, match="moving"):
        model.restore(np.zeros((1, 5, 7, 3), np.uint8))
