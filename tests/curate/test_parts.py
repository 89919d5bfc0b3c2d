"""The parts of curation: choice, names, records, review and clips, where the command is too slow to try."""

from __future__ import annotations

import json
from collections import Counter
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clips import make_clip
from drawn import drawing
from sakuga.curate import folder
from sakuga.curate.choosing import Chooser
from sakuga.curate.clipping import curate_clips
from sakuga.curate.clips import ClipSettings, clips
from sakuga.curate.content import COLOURS, content, histogram
from sakuga.curate.events import Noted, Surveyed
from sakuga.curate.facts import Facts, Survey
from sakuga.curate.naming import stems
from sakuga.curate.pictures import curate, file_name
from sakuga.curate.rescale import to_720
from sakuga.curate.review import review
from sakuga.curate.scores import SCORES
from sakuga.curate.settings import CurateSettings
from sakuga.curate.shots import FrameFacts, Reel
from sakuga.errors import InputError
from sakuga.media import manifest
from sakuga.media.bars import Bars
from sakuga.media.sources import Source

H264 = ("-c:v", "libx264", "-crf", "18", "-g", "12", "-pix_fmt", "yuv420p")


def survey(scores, minutes=5, likeness=None):
    """A video whose I pictures have these scores, one a second, none like another."""
    prints = likeness or [(index * 0x9E3779B97F4A7C15) % 2**64 for index in range(1, len(scores) + 1)]
    facts = [
        Facts(index * 1000, float(index), 900, keyframe=True, score=score, flatness=0.2, likeness=likeness)
        for index, (score, likeness) in enumerate(zip(scores, prints, strict=True))
    ]
    return Survey(64, 48, "h264", minutes, Fraction(1, 1000), Bars(), tuple(facts))


def as_released(scores, minutes):
    """(place, partition, rank), restated: slices, a stable sort upwards, the tail."""
    keep = (16 if minutes <= 30 else 24) // 8
    unit, found = len(scores) // 8, []
    for part in range(8):
        members = list(range(len(scores)))[unit * part : unit * (part + 1)][::5]
        members.sort(key=lambda index: scores[index])
        found += [(index, part, rank) for rank, index in enumerate(members[-keep:])]
    return sorted(found)


@given(st.lists(st.integers(0, 9), max_size=180), st.sampled_from([0, 30, 31, 90]))
def test_released_is_what_the_released_code_does(scores, minutes):
    settings = CurateSettings(selection="released", keep_alike=True, keep_flat=True)
    choice = Chooser(settings)(survey([float(score) for score in scores], minutes))
    found = [(pick.pts // 1000, pick.partition, pick.rank) for pick in choice.picks]
    assert sorted(found) == as_released(scores, minutes)


@given(st.lists(st.integers(0, 1000), max_size=60, unique=True), st.integers(1, 20))
def test_paper_keeps_the_best_in_order_of_time(scores, count):
    settings = CurateSettings(count=count, keep_alike=True)
    picks = Chooser(settings)(survey([float(score) for score in scores])).picks
    assert [pick.facts.score for pick in picks] == [s for s in scores if s in sorted(scores)[-count:]]


def test_less_is_better_for_niqe_and_what_has_no_score_stays_out():
    picks = Chooser(CurateSettings(score="niqe", count=2))(survey([5.0, 3.0, None, 4.0])).picks
    assert [pick.facts.score for pick in picks] == [3.0, 4.0]


def test_near_duplicates_are_left_out_within_and_between_videos():
    chooser = Chooser(CurateSettings(count=2))
    near = [0b1111, 0b0111, 2**63 - 1]
    first = chooser(survey([1.0, 2.0, 0.5], likeness=near))
    assert [pick.facts.score for pick in first.picks] == [2.0, 0.5]
    assert first.left_out == Counter(alike=1)
    assert not chooser(survey([9.0], likeness=[0b0011])).picks


def test_facts_survive_their_record():
    told = survey([0.5, None])
    assert Survey.from_json(json.loads(json.dumps(told.to_json()))) == told


def test_random_is_the_same_for_the_same_picture_and_seed_alone():
    def score(seed, name):
        return SCORES["random"].open(CurateSettings(score="random", seed=seed))(None, None, name)

    assert score(1, "a.mkv 40") == score(1, "a.mkv 40")
    assert len({score(1, "a.mkv 40"), score(2, "a.mkv 40"), score(1, "a.mkv 41"), score(1, "b.mkv 40")}) == 4


@pytest.mark.parametrize(
    ("size", "wanted"),
    [
        ((1080, 1920), (720, 1280)),
        ((1080, 1916), (720, 1277)),
        ((1088, 1920), (720, 1270)),
        ((1080, 1440), (720, 960)),
        ((720, 1001), (720, 1001)),
        ((480, 640), (480, 640)),
    ],
)
def test_rescale_cuts_the_width_as_released(size, wanted):
    assert to_720(np.zeros((*size, 3), np.uint8)).shape[:2] == wanted


def test_names_are_told_apart_whatever_their_order():
    names = ["a/1.mkv", "b/1.mkv", "b/1.mp4", "c/Ü.mkv", f"d/{'長' * 80}.mkv", "e/x.y.mkv"]
    sources = [Source(Path("/v", name), Path(name), "video") for name in names]
    found = dict(zip(names, stems(sources), strict=True))
    assert len({stem.casefold() for stem in found.values()}) == len(names)
    assert found["c/Ü.mkv"] == "Ü"
    assert found["e/x.y.mkv"] == "x.y"
    assert max(len(f"{stem}_0-00-00.000.png".encode()) for stem in found.values()) < 255
    turned = stems(sources[::-1])[::-1]
    assert turned == list(found.values())


def test_content_adds_up():
    picture = np.zeros((90, 160, 3), np.uint8)
    picture[:, :80] = (220, 30, 30)
    told = content(picture)
    assert told["colours"] == {"black": 0.5, "red": 0.5}
    counts = histogram([told, content(drawing(90, 160))])
    assert sum(counts["brightness"].values()) == sum(counts["complexity"].values()) == 2
    assert sum(counts["colours"].values()) == pytest.approx(1, abs=0.02)
    assert tuple(counts["colours"]) == COLOURS


def reel(*parts):
    """Shots of (frames, motion, flat), at 1,000 rows, 10 frames a second."""
    frames, pts = [], 0
    for count, mean, flat in parts:
        for number in range(count):
            facts = FrameFacts(pts, not number, flat, 0.0 if not number else mean, mean, 0.4)
            frames.append(facts)
            pts += 100
    return Reel(1600, 1000, Fraction(1, 1000), Fraction(0), tuple(frames))


def test_clips_stay_in_a_shot_that_moves_and_the_last_one_counts():
    film = reel((50, 0.1, False), (30, 4.0, False), (45, 9.0, False))
    found = clips(film, ClipSettings(count=9, length=20))
    assert [(clip.members[0], clip.members[-1]) for clip in found] == [(80, 99), (100, 119), (50, 69)]
    assert found[0].score > found[2].score
    assert [len(shot) for shot in film.shots()] == [50, 30, 45]


def test_a_steady_pan_is_no_frozen_shot_and_a_held_drawing_is():
    assert len(clips(reel((40, 1.7, False)), ClipSettings(length=20, count=5))) == 2
    assert not clips(reel((40, 0.05, False)), ClipSettings(length=20, count=5))
    assert not clips(reel((1, 9.0, False)), ClipSettings(length=2))


def test_black_frames_break_a_clip_and_are_passed_over_across_shots():
    film = reel((15, 4.0, False), (4, 4.0, True), (15, 4.0, False))
    assert not clips(film, ClipSettings(length=20))
    (clip,) = clips(film, ClipSettings(length=20, across_shots=True))
    assert clip.members == (*range(15), *range(19, 24))


def test_a_reel_survives_its_record():
    film = reel((3, 1.0, False))
    assert Reel.from_json(json.loads(json.dumps(film.to_json()))) == film


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    scenes = [drawing(96, 128, seed) for seed in range(5)]
    frames = [scene for scene in scenes for _ in range(12)]
    return make_clip(tmp_path_factory.mktemp("film") / "a film.mkv", frames, options=H264)


def names(out):
    return [line["file"] for line in folder.lines(out)]


def test_a_manifest_is_what_training_reads(film, tmp_path):
    curate([film], tmp_path / "set", settings=CurateSettings(count=3, licence="CC0-1.0"))
    entries = manifest.read(tmp_path / "set")
    manifest.check(entries)
    assert [entry.licence for entry in entries] == ["CC0-1.0"] * 3
    assert {path.name for path in (tmp_path / "set").glob("*.png")} == {entry.place.name for entry in entries}
    summary = json.loads((tmp_path / "set" / "summary.json").read_text("utf-8"))
    assert (summary["pictures"], summary["videos"], summary["licences"]) == (3, 1, {"CC0-1.0": 3})


def test_another_number_uses_what_was_found_and_moves_aside_what_falls_out(film, tmp_path):
    out, events = tmp_path / "set", []
    curate([film], out, settings=CurateSettings(count=4))
    before = set(names(out))
    curate([film], out, settings=CurateSettings(count=2), on_event=events.append)
    assert [event.kept for event in events if isinstance(event, Surveyed)] == [True]
    assert set(names(out)) < before
    aside = {path.name for path in (out / folder.UNLISTED).iterdir()}
    assert aside == before - set(names(out))


def test_other_settings_are_told_and_begin_anew(film, tmp_path):
    events = []
    curate([film], tmp_path / "set", settings=CurateSettings(count=2))
    curate([film], tmp_path / "set", settings=CurateSettings(count=2, score="niqe"), on_event=events.append)
    assert any("score" in event.sentence for event in events if isinstance(event, Noted))
    assert [event.kept for event in events if isinstance(event, Surveyed)] == [False]


def test_a_half_written_record_does_not_count(film, tmp_path):
    out = tmp_path / "set"
    curate([film], out, settings=CurateSettings(count=2))
    first = (out / manifest.NAME).read_bytes()
    for record in (out / ".curate").glob("*.json"):
        record.write_text(record.read_text("utf-8")[:40], "utf-8")
    next(out.glob("*.png")).unlink()
    curate([film], out, settings=CurateSettings(count=2))
    assert (out / manifest.NAME).read_bytes() == first
    manifest.check(manifest.read(out))


def test_a_video_that_fails_later_keeps_its_pictures(film, tmp_path):
    moved = tmp_path / "b.mkv"
    moved.write_bytes(film.read_bytes())
    out = tmp_path / "set"
    curate([moved], out, settings=CurateSettings(count=2))
    before = names(out)
    moved.write_bytes(b"gone")
    (result,) = curate([moved], out, settings=CurateSettings(count=2))
    assert result.state == "failed"
    assert names(out) == before
    assert all((out / name).is_file() for name in before)


def test_the_folder_of_another_set_is_left_alone(film, tmp_path):
    other = tmp_path / "other.mkv"
    other.write_bytes(film.read_bytes())
    curate([film], tmp_path / "set", settings=CurateSettings(count=1))
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "set").rglob("*")}
    with pytest.raises(InputError, match="holds a set with pictures of"):
        curate([other], tmp_path / "set", settings=CurateSettings(count=1))
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "set").rglob("*")} == before


def test_bars_are_cut_off_and_a_picture_named_itself_is_refused(tmp_path):
    frames = [
        np.pad(drawing(72, 160, seed), ((24, 24), (0, 0), (0, 0))) for seed in range(4) for _ in range(12)
    ]
    path = make_clip(tmp_path / "wide.mkv", frames, options=H264)
    (tmp_path / "a.png").write_bytes(b"")
    results = curate([path, tmp_path / "a.png"], tmp_path / "set", settings=CurateSettings(count=2))
    assert [result.state for result in results] == ["failed", "done"]
    assert "is a picture; this takes videos" in results[0].sentence
    for line in folder.lines(tmp_path / "set"):
        assert (line["stored"], line["width"]) == ([160, 120], 160)
        assert 72 <= line["height"] <= 76


def test_a_rejected_picture_stays_out_when_the_command_runs_again(film, tmp_path):
    out, decisions = tmp_path / "set", tmp_path / "decisions.json"
    curate([film], out, settings=CurateSettings(count=3))
    first, *rest = names(out)
    decisions.write_text(json.dumps({"rejected": [{"file": first}], "accepted": []}), "utf-8")
    for rejected in (1, 0):
        assert review(decisions, out).rejected == rejected
    curate([film], out, settings=CurateSettings(count=3))
    assert names(out) == rest
    assert (out / folder.REJECTED / first).is_file()


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"rejected": [{"file": "x.png"}], "accepted": []}, "speaks of x.png, which"),
        ({"rejected": [{"file": "../a film.mkv"}], "accepted": []}, "does not hold"),
        ({"rejected": []}, "holds no decisions"),
        ([1], "holds no decisions"),
    ],
)
def test_decisions_about_anything_else_move_nothing(film, tmp_path, told, words):
    out, decisions = tmp_path / "set", tmp_path / "decisions.json"
    curate([film], out, settings=CurateSettings(count=2))
    before = names(out)
    decisions.write_text(json.dumps(told), "utf-8")
    with pytest.raises(InputError, match=words):
        review(decisions, out)
    assert names(out) == before
    assert all((out / name).is_file() for name in before)


def test_decisions_about_an_earlier_picture_of_that_name_are_refused(film, tmp_path):
    out, decisions = tmp_path / "set", tmp_path / "decisions.json"
    curate([film], out, settings=CurateSettings(count=2))
    told = {"rejected": [{"file": names(out)[0], "sha256": "0" * 64}], "accepted": []}
    decisions.write_text(json.dumps(told), "utf-8")
    with pytest.raises(InputError, match="speaks of another"):
        review(decisions, out)


@pytest.fixture(scope="module")
def moving(tmp_path_factory):
    wide = drawing(96, 400)
    frames = [wide[:, 4 * n : 4 * n + 128] for n in range(50)]
    return make_clip(tmp_path_factory.mktemp("moving") / "pan.mkv", frames, options=H264)


def test_clips_with_frames_are_folders_that_training_reads(moving, tmp_path):
    out = tmp_path / "set"
    settings = ClipSettings(length=20, count=2, frames=True)
    curate_clips([moving], out, settings=settings)
    entries = manifest.read(out)
    assert [entry.rest["count"] for entry in entries] == [20, 20]
    for entry in entries:
        shown = sorted(entry.file.iterdir())
        assert [path.name for path in shown] == [f"{number:08}.png" for number in range(20)]
    assert (out / "review.html").is_file()
    assert [result.state for result in curate_clips([moving], out, settings=settings)] == ["skipped"]


def test_a_list_of_clips_never_touches_its_videos(moving, tmp_path):
    out = moving.parent / "set"
    curate_clips([moving], out, settings=ClipSettings(length=20, count=2))
    (first, *_) = folder.lines(out)
    assert (out / first["file"]).samefile(moving)
    curate_clips([moving], out, settings=ClipSettings(length=25, frames=True))
    assert moving.is_file()
    curate_clips([moving], out, settings=ClipSettings(length=20))
    assert moving.is_file()
    decisions = tmp_path / "decisions.json"
    decisions.write_text(json.dumps({"rejected": [{"file": first["file"]}], "accepted": []}), "utf-8")
    with pytest.raises(InputError, match="lists clips without their frames"):
        review(decisions, out)
    assert moving.is_file()


def test_file_names_tell_time_or_place():
    pick = Chooser(CurateSettings(count=1))(survey([1.0] * 5)).picks[0]
    assert file_name("a", pick) == "a_0-00-04.000.png"
    settings = CurateSettings(selection="released", keep_alike=True)
    picks = Chooser(settings)(survey([float(n) for n in range(80)])).picks
    assert [file_name("a", pick) for pick in picks[:3]] == ["a_0_0.png", "a_0_1.png", "a_1_0.png"]


def test_a_stopped_run_goes_on(film, moving, tmp_path):
    def stop(event):
        if isinstance(event, Surveyed):
            raise KeyboardInterrupt

    out, videos, settings = tmp_path / "set", [film, moving], CurateSettings(count=2)
    with pytest.raises(KeyboardInterrupt):
        curate(videos, out, settings=settings, on_event=stop)
    assert not (out / manifest.NAME).exists()
    events = []
    curate(videos, out, settings=settings, on_event=events.append)
    assert [event.kept for event in events if isinstance(event, Surveyed)] == [True, False]
    curate(videos, tmp_path / "fresh", settings=settings)
    assert (out / manifest.NAME).read_bytes() == (tmp_path / "fresh" / manifest.NAME).read_bytes()
