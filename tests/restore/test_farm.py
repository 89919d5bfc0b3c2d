"""The farm: nodes that see only the source give the bytes of one machine, or say why they cannot."""

from __future__ import annotations

import pickle
import socket
import time
from fractions import Fraction

import numpy as np
import pytest

import clips
from fakes import LookingAheadEngine
from fields import fielded, telecined
from film import film, pictures
from sakuga.engine.cluster import Share
from sakuga.engine.engine import EngineReport
from sakuga.errors import InputError
from sakuga.media.codecs import Encoding
from sakuga.media.span import Span
from sakuga.restore import node
from sakuga.restore.farm import Farm
from sakuga.restore.orders import Tape
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
        self.report = EngineReport("nearest", "nowhere", "NumPy", "fp32", None, 0.5, 0.25, ())

    def clip(self, frames):
        state = 0.0
        for pixels in super().clip(frames):
            state = state / 2 + pixels / 2
            yield state.astype(np.uint8)


class Here:
    """A cluster in this process, to which all travels as it would to another machine."""

    def share(self, workers, *, gpu):
        return Share(1, 0, workers)

    def slots(self, share):
        return 1

    def is_free(self, share):
        return True

    def results(self, work, items, share, on_steps=None):
        for item in items:
            there, sent = pickle.loads(pickle.dumps((work, item)))
            yield pickle.loads(pickle.dumps(there(sent, on_steps or (lambda _: None))))


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """Nodes that have opened nothing yet, and then this engine."""
    node._engine.cache_clear()
    node._desk.cache_clear()
    monkeypatch.setattr(node, "open_engine", lambda _: Remembering(2))


@pytest.fixture
def wound(monkeypatch):
    """How often a source was read from its beginning because it could not be sought."""
    numbers, true = [], Tape.frames
    monkeypatch.setattr(Tape, "frames", lambda tape, number: numbers.append(number) or true(tape, number))
    return numbers


def farmed(source, result, cluster=None, on_note=lambda _: None, **treatment):
    settings = RestoreSettings(encoding=FAST, treatment=Treatment(**treatment), cluster="local")
    farm, counts = Farm(cluster or Here(), settings), []
    restore_video(
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
    return result.read_bytes()


def alone(source, result, on_note=lambda _: None, **treatment):
    restore_video(Remembering(2), source, result, FAST, treatment=Treatment(**treatment), on_note=on_note)
    return result.read_bytes()


def x264(*words):
    return ("-c:v", "libx264", "-pix_fmt", "yuv420p", *words)


def closed(path):
    return film(path, shots(150, 50), tracks=True)


def variable(path):
    times = np.cumsum(np.random.default_rng(1).integers(5, 300, 150)).tolist()
    return film(path, shots(150, 60, 64, 48), times)


def encoded(*options, count=150):
    return lambda path: clips.make_clip(path, shots(count, 60, 64, 48), 24, options)


def pulled_down(path):
    return fielded(path, telecined(clips.moving(96)))


def broken(path):
    content = bytearray(film(path, pictures(250, 64, 48), options={"g": "30"}).read_bytes())
    content[len(content) // 3 : len(content) // 3 + 300] = bytes(300)
    path.write_bytes(content)
    return path


SOURCES = {
    "closed.mkv": (closed, True),
    "variable.mkv": (variable, True),
    "open.mkv": (
        encoded(*x264("-x264-params", "open-gop=1:keyint=40:min-keyint=20:bframes=3:scenecut=0")),
        True,
    ),
    "broadcast.ts": (encoded(*x264("-bf", "3", "-g", "50")), True),
    "disc.mpg": (encoded("-c:v", "mpeg2video", "-bf", "2", "-g", "15", "-q:v", "3"), True),
    "refreshed.mkv": (encoded(*x264("-x264-params", "intra-refresh=1:keyint=100")), None),
    "raw.h264": (encoded(*x264("-bf", "3")), False),
    "pulled down.mkv": (pulled_down, False),
    "broken.mkv": (broken, None),
}
"""How each is made, and whether it can be sought; None where that may vary with FFmpeg."""


@pytest.mark.parametrize("name", SOURCES)
def test_the_bytes_are_those_of_one_machine(tmp_path, name, wound):
    make, sought = SOURCES[name]
    source = make(tmp_path / name)
    ways = {} if make is pulled_down else PLAIN
    assert farmed(source, tmp_path / "a.mkv", **ways) == alone(source, tmp_path / "b.mkv", **ways)
    if sought is not None:
        assert bool(wound) == (not sought)


def test_a_part_of_a_film_too(tmp_path):
    source = film(tmp_path / "a.mkv", shots(150, 50), options={"g": "40"})
    span = Span(Fraction("1.3"), Fraction("5.1"))
    ways = PLAIN | {"span": span}
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
        def results(self, work, items, share, on_steps=None):
            for number, made in enumerate(super().results(work, items, share, on_steps)):
                yield made if number < 2 else stopped(tmp_path)

    class Engine(Remembering):
        def clip(self, frames):
            self.pictures += 1
            return super().clip(frames) if self.pictures < 3 else stopped(tmp_path)

    begin = {
        "farm": lambda: farmed(source, result, Stopping()),
        "machine": lambda: restore_video(Engine(2), source, result, FAST),
    }
    with pytest.raises(KeyboardInterrupt):
        begin[first]()
    notes = []
    finish = {"farm": alone, "machine": farmed}
    assert finish[first](source, result, on_note=notes.append) == whole
    (note,) = notes
    assert "frames are there from an earlier run" in note


def test_a_node_that_does_not_see_the_source_says_so(tmp_path, monkeypatch):
    source = film(tmp_path / "a.mkv", shots(100, 50))

    class Apart(Here):
        def results(self, work, items, share, on_steps=None):
            for item in items:
                source.rename(tmp_path / "elsewhere.mkv") if source.exists() and item else None
                yield from super().results(work, [item], share, on_steps)

    monkeypatch.setattr(Farm, "_plan", lambda *_: (24, 32))
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


def test_a_node_whose_decoder_gives_other_pictures_is_refused(tmp_path, monkeypatch):
    source = film(tmp_path / "a.mkv", shots(100, 50))
    true = node._desk.__wrapped__

    def astray(footage):
        desk = true(footage)
        frames = desk.reel.video.frames
        desk.reel.video.frames = lambda first=0: frames(first + 1)
        desk.reel.video.sought = lambda pts, earlier: frames(1)
        return desk

    monkeypatch.setattr(node, "_desk", astray)
    with pytest.raises(InputError, match=rf"^{HOST} reads other pictures out of {source}"):
        farmed(source, tmp_path / "b.mkv")
