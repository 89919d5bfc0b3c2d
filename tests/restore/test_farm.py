"""The farm: nodes that see only the source give the bytes of one machine, or say why they cannot."""

from __future__ import annotations

import pickle
import socket
import time
from fractions import Fraction

import numpy as np
import pytest

import clips
from choices import fill
from fakes import LookingAheadEngine
from fields import fielded, telecined
from film import film
from sakuga.engine.cluster import Share
from sakuga.engine.frame_engine import EngineReport
from sakuga.errors import InputError
from sakuga.media.codecs import Encoding
from sakuga.media.span import Span
from sakuga.restore import node
from sakuga.restore.farm import Farm
from sakuga.restore.settings import RestoreSettings
from sakuga.restore.treatment import Treatment
from sakuga.restore.video import restore_video
from shots import shots

FAST = Encoding(preset="ultrafast")
PLAIN = {"deinterlace": "off", "letterbox": False}
HOST = socket.gethostname()


class Remembering(LookingAheadEngine):
    """Each result depends on all frames that the clip has shown before it."""

    def __init__(self, scale=1.0):
        super().__init__(scale)
        self.report = EngineReport("nearest", "nowhere", "NumPy", "fp32", None, 0.0, 0.0, {}, ())

    def clip(self, frames):
        state = 0.0
        for pixels in super().clip(frames):
            state = state / 2 + pixels / 2
            yield state.astype(np.uint8)


class Here:
    """A cluster in this process, to which all travels as it would to another machine."""

    def equal(self, workers, *, gpu):
        return Share(1, 0, workers or 1)

    def is_free(self, share):
        return True

    def run(self, work, items, share):
        for item in items:
            there, sent = pickle.loads(pickle.dumps((work, item)))
            for found in there(sent):
                yield pickle.loads(pickle.dumps(found))


class Backwards(Here):
    """Takes the last segment first, as far as a node can tell that has got a lost one."""

    def run(self, work, items, share):
        return super().run(work, reversed(list(items)), share)


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """Nodes that have opened nothing yet, and then this engine."""
    node._engine.cache_clear()
    node._desk.cache_clear()
    monkeypatch.setattr(node, "open_engine", lambda _: Remembering(2))


def farmed(source, result, cluster=None, on_note=lambda _: None, **treatment):
    settings = RestoreSettings(encoding=FAST, treatment=Treatment(**(PLAIN | treatment)), cluster="local")
    farm, counts = Farm(cluster or Here(), settings), []
    outcome = restore_video(
        farm.engine,
        source,
        result,
        FAST,
        treatment=settings.treatment,
        hands=farm,
        on_count=lambda count: counts.append(count.done),
        on_note=on_note,
    )
    assert counts == sorted(counts)
    assert counts[-1] == outcome.frames
    return result.read_bytes()


def alone(source, result, on_note=lambda _: None, **treatment):
    ways = Treatment(**(PLAIN | treatment))
    restore_video(Remembering(2), source, result, FAST, treatment=ways, on_note=on_note)
    return result.read_bytes()


def test_nodes_are_told_the_network_of_videos_by_name(monkeypatch):
    fill(monkeypatch)
    asked = []

    def opened(settings):
        asked.append((settings.model, settings.fast))
        return Remembering(2)

    monkeypatch.setattr(node, "open_engine", opened)
    for more in ({}, {"fast": True}, {"fast": True, "scale": 4}, {"model": "mine"}):
        Farm(Here(), RestoreSettings(cluster="local", **more))
    assert asked == [("moving", False), ("fast2", False), ("fast4", False), ("mine", False)]


@pytest.mark.parametrize("cluster", [Here, Backwards])
def test_the_bytes_are_those_of_one_machine(tmp_path, cluster):
    source = film(tmp_path / "a.mkv", shots(150, 60), tracks=True)
    assert farmed(source, tmp_path / "b.mkv", cluster()) == alone(source, tmp_path / "c.mkv")


def test_repaired_sources_and_parts_of_a_film_too(tmp_path):
    source = fielded(tmp_path / "a.mkv", telecined(clips.moving(96)))
    ways = {"deinterlace": "auto", "span": Span(Fraction("0.5"), Fraction("3"))}
    assert farmed(source, tmp_path / "b.mkv", **ways) == alone(source, tmp_path / "c.mkv", **ways)


def test_source_and_result_may_be_named_from_the_current_folder(tmp_path, monkeypatch):
    source = film(tmp_path / "a.mkv", shots(100, 50))
    whole = alone(source, tmp_path / "b.mkv")
    monkeypatch.chdir(tmp_path)
    assert farmed(source.relative_to(tmp_path), (tmp_path / "c.mkv").relative_to(tmp_path)) == whole


def stopped(folder):
    """Ctrl-C, as soon as something is kept."""
    while not [*folder.glob(".*.sakuga/[!.]*.segment")]:
        time.sleep(0.01)
    raise KeyboardInterrupt


@pytest.mark.parametrize("first", ["farm", "machine"])
def test_who_begins_need_not_finish(tmp_path, first):
    source, result = film(tmp_path / "a.mkv", shots(150, 50)), tmp_path / "b.mkv"
    whole = alone(source, tmp_path / "c.mkv")

    class Stopping(Here):
        def run(self, work, items, share):
            for number, found in enumerate(super().run(work, items, share)):
                yield found if number < 60 else stopped(tmp_path)

    class Engine(Remembering):
        def clip(self, frames):
            self.pictures += 1
            return super().clip(frames) if self.pictures < 3 else stopped(tmp_path)

    begin = {
        "farm": lambda: farmed(source, result, Stopping()),
        "machine": lambda: restore_video(Engine(2), source, result, FAST, treatment=Treatment(**PLAIN)),
    }
    with pytest.raises(KeyboardInterrupt):
        begin[first]()
    notes = []
    finish = {"farm": alone, "machine": farmed}
    assert finish[first](source, result, on_note=notes.append) == whole
    (note,) = notes
    assert "frames are there from an earlier run" in note


def test_a_stretch_that_failed_is_not_gone_on_with(tmp_path, monkeypatch):
    source = film(tmp_path / "a.mkv", shots(150, 50))
    true, broken = node._Desk.make, []

    def make(desk, first, path, on_frame):
        if first == 50 and not broken:
            broken.append(first)

            def breaking():
                raise MemoryError

            with pytest.raises(MemoryError):
                true(desk, first, path, breaking)
        true(desk, first, path, on_frame)

    monkeypatch.setattr(node._Desk, "make", make)
    assert farmed(source, tmp_path / "b.mkv") == alone(source, tmp_path / "c.mkv")
    assert broken


def test_a_node_that_does_not_see_the_source_says_so(tmp_path, monkeypatch):
    source = film(tmp_path / "a.mkv", shots(100, 50))

    class Apart(Here):
        def run(self, work, items, share):
            for item in items:
                source.rename(tmp_path / "elsewhere.mkv") if item == 0 else None
                yield from super().run(work, [item], share)

    with pytest.raises(
        InputError, match=rf"^{HOST} does not see {source}; each node .* shared file system\.$"
    ):
        farmed(source, tmp_path / "b.mkv", Apart())
    assert not (tmp_path / "b.mkv").exists()


@pytest.mark.parametrize("part", ["the model or its settings", "the program", "the source"])
def test_a_node_that_would_give_other_bytes_is_refused(tmp_path, monkeypatch, part):
    source = film(tmp_path / "a.mkv", shots(100, 50))
    true = Farm._footage

    def unlike(farm, reel):
        footage = true(farm, reel)
        parts = dict(footage.parts)
        parts[part] = parts[part].replace(parts[part].split()[1], "other-1.0")
        return node.replace(footage, parts=tuple(parts.items()))

    monkeypatch.setattr(Farm, "_footage", unlike)
    said = rf"^{HOST} would give other bytes than .*: {part} is \S+ there, and other-1\.0 elsewhere\."
    with pytest.raises(InputError, match=said):
        farmed(source, tmp_path / "b.mkv")
