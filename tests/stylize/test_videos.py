"""Videos: complete, shot by shot, and the same bytes however often the work was stopped."""

from __future__ import annotations

import subprocess
from fractions import Fraction

import av
import numpy as np
import pytest

import scenes
from fakes import NearestEngine
from film import film, packets, pictures, streams, timeline
from sakuga.engine import stretches
from sakuga.engine.engine import open_engine
from sakuga.errors import InputError
from sakuga.media.codecs import Encoding
from sakuga.media.events import Warned
from sakuga.media.span import Span
from sakuga.media.video import open_video
from sakuga.metrics.flicker import flicker
from sakuga.models.load import load
from sakuga.stylize.job import stylize
from sakuga.stylize.settings import StylizeSettings
from sakuga.stylize.treatment import Treatment
from shots import shots

LOSSLESS = Encoding(codec="ffv1")
VFR = [0, 40, 80, 200, 210, 300, *range(340, 1780, 60)]


class FirstDecides(NearestEngine):
    """As a network that is normalised by statistics: a clip keeps the mean that its first frame had."""

    def __init__(self, ends=10**9):
        """ends: results after which Ctrl-C comes."""
        super().__init__()
        self.ends = ends

    def clip(self, frames):
        mean = None
        for frame in frames:
            mean = frame.mean((0, 1)) if mean is None else mean
            self.frames += 1
            if self.frames > self.ends:
                raise KeyboardInterrupt
            yield np.clip(frame / 2 - mean / 2 + 128, 0, 255).astype(np.uint8)


def run(names, out, engine=None, **settings):
    events = []
    results = stylize(
        names,
        out,
        settings=StylizeSettings(**settings),
        on_event=events.append,
        opener=lambda *_: engine or FirstDecides(),
    )
    return results, [event.sentence for event in events if isinstance(event, Warned)]


def decoded(path):
    with open_video(path) as video:
        return [frame.pixels for frame in video.frames()]


def made(source, out, engine=None, **treatment):
    """The frames of a lossless result."""
    (result,), _ = run([source], out, engine, encoding=LOSSLESS, treatment=Treatment(**treatment))
    assert result.state == "done", result.sentence
    return decoded(out / source.name)


def test_times_streams_fonts_and_chapters_are_the_sources(tmp_path):
    source = film(tmp_path / "映画 [1].mkv", pictures(30, 64, 48), VFR, tracks=True)
    (result,), _ = run([source], tmp_path / "out")
    assert (result.state, result.frames, result.warnings) == ("done", 30, ())
    assert timeline(result.destination) == timeline(source)
    assert streams(result.destination) == streams(source)
    assert packets(result.destination) == packets(source)
    assert [path.name for path in (tmp_path / "out").iterdir()] == [source.name]
    (again,), _ = run([source], tmp_path / "out")
    assert again.state == "skipped"


@pytest.mark.parametrize("coherence", [0, 0.6])
def test_each_shot_is_as_if_it_were_alone(tmp_path, coherence):
    frames = list(shots(40, 16))
    whole = film(tmp_path / "whole.mkv", frames, codec="ffv1", pix_fmt="bgr0")
    together = made(whole, tmp_path / "out", coherence=coherence)
    second = film(tmp_path / "second.mkv", frames[16:32], codec="ffv1", pix_fmt="bgr0")
    alone = made(second, tmp_path / "out", coherence=coherence)
    assert all((a == b).all() for a, b in zip(together[16:32], alone, strict=True))


def test_a_long_shot_keeps_its_tone_over_borders(tmp_path, monkeypatch):
    frames = [np.clip(frame * 0.5 + 2 * n, 0, 255).astype(np.uint8) for n, frame in enumerate(shots(50, 50))]
    source = film(tmp_path / "a.mkv", frames, codec="ffv1", pix_fmt="bgr0")
    whole = made(source, tmp_path / "whole", coherence=0)
    monkeypatch.setattr(stretches, "LONGEST", 12)
    parts = made(source, tmp_path / "parts", coherence=0)
    assert all((a == b).all() for a, b in zip(whole, parts, strict=True))


def segments(folder):
    return sorted(folder.glob(".*.sakuga/[!.]*.segment"))


@pytest.mark.parametrize("damage", [False, True])
def test_stopped_anywhere_it_ends_with_the_same_bytes(tmp_path, monkeypatch, damage):
    """Also within a shot of several segments, and with one of them damaged."""
    monkeypatch.setattr(stretches, "LONGEST", 12)
    frames = [*shots(20, 20), *shots(45, 60, first=60), *shots(20, 20, first=100)]
    source = film(tmp_path / "a.mkv", frames, tracks=True)
    run([source], tmp_path / "whole")
    told = []
    for count in (15, 30, 40):
        with pytest.raises(KeyboardInterrupt):
            run([source], tmp_path / "out", FirstDecides(count))
        assert not (tmp_path / "out" / "a.mkv").exists()
    kept = segments(tmp_path / "out")
    assert len(kept) >= 4
    if damage:
        kept[-2].write_bytes(kept[-2].read_bytes()[:-9])
    engine = FirstDecides()
    (result,), told = run([source], tmp_path / "out", engine)
    assert result.state == "done"
    assert "frames are there from an earlier run" in told[0]
    assert engine.frames < len(frames)
    assert (tmp_path / "out" / "a.mkv").read_bytes() == (tmp_path / "whole" / "a.mkv").read_bytes()
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.mkv"]


@pytest.mark.parametrize(
    "change",
    [{"treatment": Treatment(coherence=0.3)}, {"treatment": Treatment(letterbox=False)}, {"strength": 0.5}],
    ids=str,
)
def test_with_another_treatment_it_begins_anew(tmp_path, monkeypatch, change):
    monkeypatch.setattr(stretches, "LONGEST", 12)
    source = film(tmp_path / "a.mkv", shots(30, 30))
    with pytest.raises(KeyboardInterrupt):
        run([source], tmp_path / "out", FirstDecides(20))
    _, told = run([source], tmp_path / "out", **change)
    assert "a repair or control changed" in told[0]


def test_bad_videos_stop_no_other(tmp_path):
    root = tmp_path / "in"
    root.mkdir()
    film(root / "a good.mkv", pictures(8, 32, 32))
    unfinished = film(tmp_path / "long.mp4", pictures(8, 64, 64)).read_bytes()
    (root / "b cut.mp4").write_bytes(unfinished[: len(unfinished) // 2])
    (root / "c text.mp4").write_text("only text")
    (root / "d empty.mkv").write_bytes(b"")
    film(root / "e sound.mkv", pictures(2, 16, 16), tracks=True)
    only_sound(root / "f.mkv")
    long = film(tmp_path / "long.mkv", pictures(120, 64, 48)).read_bytes()
    (root / "g short.mkv").write_bytes(long[: len(long) * 6 // 10])
    results, _ = run([root], tmp_path / "out")
    told = {result.source.name[0]: (result.state, result.sentence) for result in results}
    assert [key for key, (state, _) in told.items() if state == "done"] == ["a", "e"]
    for state, sentence in told.values():
        assert state == "done" or (str(root) in sentence and sentence.endswith("."))
    assert "no video" in told["f"][1]
    assert "Nothing was written" in told["g"][1]
    assert sorted(path.name[0] for path in (tmp_path / "out").iterdir()) == ["a", "e"]


def only_sound(path):
    with av.open(path, "w") as out:
        stream = out.add_stream("flac", 48000, layout="stereo")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 9600), np.int16), "s16", "stereo")
        frame.sample_rate, frame.pts = 48000, 0
        out.mux([*stream.encode(frame), *stream.encode(None)])


def test_bars_stay_black_and_out_of_the_statistics(tmp_path):
    inner = [frame // 2 + 90 for frame in pictures(30, 96, 80)]
    framed = [np.pad(frame, ((24, 24), (0, 0), (0, 0))) for frame in inner]
    result = made(film(tmp_path / "a.mkv", framed), tmp_path / "out", coherence=0)
    assert all(frame[:20].max() <= 1 and frame[-20:].max() <= 1 for frame in result)
    assert abs(result[0][24:-24].mean() - 128) < 3


def test_a_part_and_deeper_colours(tmp_path):
    source = film(tmp_path / "a.mkv", pictures(50, 32, 32))
    treatment = Treatment(span=Span(Fraction(1, 2), Fraction(1)))
    (result,), _ = run([source], tmp_path / "out", encoding=Encoding(depth=10), treatment=treatment)
    with open_video(result.destination) as video:
        assert video.info.depth == 10
        assert len(list(video.frames())) == 12


def test_controls_hold_for_every_frame(tmp_path):
    source = film(tmp_path / "a.mkv", pictures(5, 32, 32), codec="ffv1", pix_fmt="bgr0")
    (result,), _ = run(
        [source], tmp_path / "out", encoding=LOSSLESS, treatment=Treatment(coherence=0), strength=0.0
    )
    frames = decoded(result.destination)
    assert all((a == b).all() for a, b in zip(frames, decoded(source), strict=True))


def test_frozen_statistics_flicker_less_than_those_of_each_frame(tmp_path):
    """Something bright passes on the left; what is measured is what the network does not see it from."""
    held = scenes.photo(40, 160)
    frames = []
    for index in range(6):
        frame = held.copy()
        frame[:, 8 * index : 8 * index + 12] = (255, 250, 200)
        frames.append(frame)
    source = film(tmp_path / "a.mkv", frames, codec="ffv1", pix_fmt="bgr0")
    model = load(scenes.save(tmp_path / "seeded.pth"))
    engine = open_engine(model, device="cpu", precision="fp32", color_lock=False, reuse="off", cuts=False)
    frozen = made(source, tmp_path / "out", engine, coherence=0)
    each = [np.concatenate(list(engine.picture(frame))) for frame in frames]
    far = (slice(None), slice(112, None))
    calm, trembling = (
        flicker((a[far], b[far]) for a, b in zip(x, frames, strict=True)) for x in (frozen, each)
    )
    assert calm < trembling / 3
    assert trembling > 1


@pytest.fixture
def tiny_disk(tmp_path):
    """A disk of 64 KiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk]
    if subprocess.run(mounting, capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a tmpfs")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_full_disk_is_a_sentence_and_leaves_what_was_there(tiny_disk, tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (160, 160, 3), np.uint8)
    source = film(tmp_path / "a.mkv", [np.roll(noise, index * 7, 0) for index in range(30)])
    (tiny_disk / "mine.txt").write_text("precious")
    (result,), _ = run([source], tiny_disk)
    assert result.state == "failed"
    assert "disk is full" in result.sentence
    assert str(tiny_disk / "a.mkv") in result.sentence
    assert [path.name for path in tiny_disk.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("share", [-0.1, 0.95, float("nan")])
def test_coherence_that_cannot_be_names_the_flag(share):
    with pytest.raises(InputError, match="--coherence"):
        Treatment(coherence=share)
