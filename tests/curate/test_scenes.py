"""Scenes of films: a frame of each shot or those of a list, three squares of each, as training takes them."""

from __future__ import annotations

import json
from fractions import Fraction

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clips import make_clip
from command import sakuga
from drawn import drawing
from film import film, pictures
from sakuga.cli import app
from sakuga.curate import folder, framelist
from sakuga.curate.events import Noted, Surveyed
from sakuga.curate.review import review
from sakuga.curate.scenes import curate_scenes
from sakuga.curate.settings import SceneSettings
from sakuga.curate.squares import cut, squares
from sakuga.curate.stills import SIDE, dissolves, of_shots
from sakuga.errors import InputError
from sakuga.media import manifest
from sakuga.media.bars import Bars
from sakuga.media.plain import read_rgb
from sakuga.media.sources import Source
from sakuga.media.video import open_video
from sakuga.metrics.likeness import ALIKE, distance, fingerprint
from sakuga.metrics.luma import small
from sakuga.train.recipe import Data
from sakuga.train.scenes import Scenes

H264 = ("-c:v", "libx264", "-crf", "10", "-g", "300", "-pix_fmt", "yuv420p")
SIZE = (108, 192)
SHOT = 14
SHOTS = 3


def rows(*seeds, length=SHOT):
    return [drawing(*SIZE, seed) for seed in seeds for _ in range(length)]


@pytest.fixture(scope="module")
def kino(tmp_path_factory):
    return make_clip(tmp_path_factory.mktemp("kino") / "My film.mkv", rows(*range(SHOTS)), options=H264)


@pytest.fixture(scope="module")
def frames(kino):
    with open_video(kino) as video:
        return [frame.pixels for frame in video.frames()]


def lines(out):
    return folder.lines(out)


def scenes(video, out, **settings):
    events = []
    results = curate_scenes([video], out, settings=SceneSettings(**settings), on_event=events.append)
    return results, events


sizes = st.integers(1, 4000)
ratios = st.sampled_from([Fraction(1), Fraction(32, 27), Fraction(8, 9), Fraction(16, 11), Fraction(3)])


@given(sizes, sizes, ratios, st.integers(0, 200), st.integers(0, 200))
def test_squares_are_square_as_shown_lie_inside_the_bars_and_reach_both_ends(wide, high, sar, above, left):
    bars = Bars(top=above, left=left, right=left)
    boxes = squares(wide + 2 * left, high + above, bars, sar)
    edges = [(x, y, x + w, y + h) for x, y, w, h in boxes.values()]
    assert min(x for x, *_ in edges) == left
    assert min(y for _, y, *_ in edges) == above
    assert max(x for *_, x, _ in edges) == left + wide
    assert max(y for *_, y in edges) == above + high
    assert len(boxes) in (1, 3)
    for _, _, w, h in boxes.values():
        assert abs(w * sar - h) <= max(1, sar)
    if len(boxes) == 3:
        first, middle, last = ([x, y] for x, y, *_ in boxes.values())
        assert np.abs(np.add(first, last) - np.multiply(2, middle)).max() <= 1


def test_squares_of_hd_are_those_that_were_published():
    assert squares(1920, 1080, Bars(), Fraction(1)) == {
        "left": (0, 0, 1080, 1080),
        "middle": (420, 0, 1080, 1080),
        "right": (840, 0, 1080, 1080),
    }


@pytest.mark.parametrize(("side", "wanted"), [(None, 60), (40, 40), (60, 60), (500, 60)])
def test_squares_are_never_enlarged(side, wanted):
    assert cut(drawing(60, 100), (20, 0, 60, 60), side).shape == (wanted, wanted, 3)


def test_each_shot_gives_one_frame_cut_to_the_pixel(kino, frames, tmp_path):
    (result,), _ = scenes(kino, tmp_path / "set", licence="CC0-1.0")
    assert (result.state, result.pictures) == ("done", 3 * SHOTS)
    told = lines(tmp_path / "set")
    assert [line["frame"] // SHOT for line in told] == [shot for shot in range(SHOTS) for _ in range(3)]
    assert [line["part"] for line in told] == ["left", "middle", "right"] * SHOTS
    for line in told:
        left, top, width, height = line["box"]
        part = frames[line["frame"]][top : top + height, left : left + width]
        assert np.array_equal(read_rgb(tmp_path / "set" / line["file"]), part)
        assert line["time"] == pytest.approx(line["frame"] / 24, abs=0.001)
        assert (line["licence"], line["width"], line["source"]) == ("CC0-1.0", SIZE[0], str(kino))
    manifest.check(manifest.read(tmp_path / "set"))


def test_the_set_goes_straight_into_training(kino, tmp_path):
    scenes(kino, tmp_path / "set", side=64)
    data = Data(kind="scenes", photos=str(tmp_path / "set"), drawings=str(tmp_path / "set"), crop=32)
    samples = Scenes.of(data, 0)
    assert len(samples) == 3 * SHOTS
    assert samples[0]["drawing"].shape == (3, 32, 32)


def test_the_same_command_goes_on_and_gives_the_same(kino, tmp_path):
    out = tmp_path / "set"
    scenes(kino, out, side=64)
    before = {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}
    times = {path: path.stat().st_mtime_ns for path in out.glob("*.png")}
    (result,), events = scenes(kino, out, side=64)
    assert result.state == "skipped"
    assert [event.kept for event in events if isinstance(event, Surveyed)] == [True]
    assert times == {path: path.stat().st_mtime_ns for path in out.glob("*.png")}
    next(out.glob("*.png")).unlink()
    (result,), _ = scenes(kino, out, side=64)
    assert result.state == "done"
    assert {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()} == before


def test_one_square_can_be_rejected_and_stays_out(kino, tmp_path):
    out, decisions = tmp_path / "set", tmp_path / "decisions.json"
    scenes(kino, out)
    first, *rest = [line["file"] for line in lines(out)]
    decisions.write_text(json.dumps({"rejected": [{"file": first}], "accepted": []}), "utf-8")
    assert review(decisions, out).rejected == 1
    scenes(kino, out)
    assert [line["file"] for line in lines(out)] == rest


def test_alike_flat_and_lettered_shots_stay_out_unless_they_are_asked_for(tmp_path):
    names = np.zeros((*SIZE, 3), np.uint8)
    for row in range(5):
        cv2.putText(names, "DIRECTOR MARIA MEYER", (8, 20 + 20 * row), 0, 0.45, (255,) * 3, 1, cv2.LINE_AA)
    black = [np.full((*SIZE, 3), 30, np.uint8)] * SHOT
    whole = [*rows(0), *black, *rows(1), *[names] * SHOT, *rows(0)]
    path = make_clip(tmp_path / "film.mkv", whole, options=H264)
    (result,), _ = scenes(path, tmp_path / "set")
    assert {line["frame"] // SHOT for line in lines(tmp_path / "set")} == {0, 2}
    assert result.left_out == {"flat": 1, "alike": 1, "text": 1}
    scenes(path, tmp_path / "all", keep_flat=True, keep_alike=True, keep_text=True)
    assert {line["frame"] // SHOT for line in lines(tmp_path / "all")} == {0, 1, 2, 3, 4}
    marks = {tuple(line["marks"]) for line in lines(tmp_path / "all") if line["frame"] // SHOT == 1}
    assert marks == {("flat",)}


def test_a_frame_without_a_subtitle_is_taken_where_its_shot_has_one(tmp_path):
    whole = rows(0, length=40)
    for frame in whole[:25]:
        frame[70:] = 40
        cv2.putText(frame, "AND THEN IT WAS GONE", (6, 86), 0, 0.45, (255,) * 3, 1, cv2.LINE_AA)
        cv2.putText(frame, "FOR EVER AND EVER NOW", (6, 104), 0, 0.45, (255,) * 3, 1, cv2.LINE_AA)
    path = make_clip(tmp_path / "film.mkv", whole, options=H264)
    found = [still for still in of_shots(path, crop=True).pictures if still.text < 0.02]
    assert found
    assert all(still.number >= 25 for still in found)


def test_the_count_keeps_the_best(kino, tmp_path):
    scenes(kino, tmp_path / "all")
    scenes(kino, tmp_path / "two", count=2)
    score = {line["frame"]: line["score"] for line in lines(tmp_path / "all")}
    best = sorted(score, key=lambda frame: -score[frame])[:2]
    assert {line["frame"] for line in lines(tmp_path / "two")} == set(best)


def test_bars_are_cut_off_before_the_squares(tmp_path):
    whole = [np.pad(frame, ((30, 30), (0, 0), (0, 0))) for frame in rows(0, 1)]
    path = make_clip(tmp_path / "wide.mkv", whole, options=H264)
    scenes(path, tmp_path / "set")
    for line in lines(tmp_path / "set"):
        assert line["bars"] == [30, 30, 0, 0]
        assert line["box"][1::2] == [30, 108]
        assert read_rgb(tmp_path / "set" / line["file"])[[0, -1]].mean(1).max() > 30
    scenes(path, tmp_path / "whole", crop=False)
    assert {line["height"] for line in lines(tmp_path / "whole")} == {168}


def test_oblong_pixels_become_square(tmp_path):
    options = (*H264, "-vf", "setsar=2/1")
    path = make_clip(tmp_path / "dvd.mkv", rows(0), options=options)
    scenes(path, tmp_path / "set")
    told = lines(tmp_path / "set")
    assert [line["box"] for line in told] == [[0, 0, 54, 108], [69, 0, 54, 108], [138, 0, 54, 108]]
    assert {(line["width"], line["height"]) for line in told} == {(108, 108)}


def test_ten_bits_become_eight(tmp_path):
    options = ("-c:v", "ffv1", "-pix_fmt", "yuv420p10le")
    path = make_clip(tmp_path / "deep.mkv", rows(0), options=options)
    scenes(path, tmp_path / "set")
    found = read_rgb(tmp_path / "set" / lines(tmp_path / "set")[1]["file"])
    assert found.dtype == np.uint8
    assert distance(fingerprint(small(found)), fingerprint(small(drawing(*SIZE)[:, 42:150]))) <= ALIKE


def test_the_middle_of_a_dissolve_is_known_and_a_pan_is_none():
    one, other = (drawing(SIDE, SIDE, seed)[..., 1] for seed in (1, 2))
    mean = ((one.astype(int) + other) // 2).astype(np.uint8)
    assert dissolves(one, mean, other)
    assert not dissolves(one, one, other)
    assert not dissolves(one, one, one)
    wide = drawing(SIDE, 3 * SIDE)[..., 1]
    assert not dissolves(*(wide[:, left : left + SIDE] for left in (0, 8, 16)))


def test_no_frame_is_taken_out_of_a_dissolve(tmp_path):
    one, other = drawing(*SIZE, 1).astype(float), drawing(*SIZE, 2)
    mixed = [(one + (other - one) * step / 24).astype(np.uint8) for step in range(1, 24)]
    path = make_clip(tmp_path / "film.mkv", [*rows(1, length=20), *mixed, *rows(2, length=20)], options=H264)
    for still in of_shots(path, crop=True).pictures:
        assert still.number <= 22 or still.number >= 40


@pytest.mark.parametrize(
    "text",
    [
        "My film.mkv,3\nMy film.mkv,40\n",
        "\ufeffvideo;frame\r\n# best ones\r\nMy film;40\r\n\r\nMy film;3\r\n",
        "video,time\nmy FILM,0.125\nmy FILM,0:00:01.667\n",
        '"My film.mkv"\t3\nMy film.mkv\t1.7\n',
        '{"my_film": [40, 3, 3]}',
    ],
)
def test_lists_give_their_frames_and_no_others(text, kino, frames, tmp_path):
    path = tmp_path / "list"
    path.write_text(text, "utf-8")
    (result,), _ = scenes(kino, tmp_path / "set", frame_list=path)
    assert result.state == "done"
    told = lines(tmp_path / "set")
    assert [line["frame"] for line in told] == [3, 3, 3, 40, 40, 40]
    for line in told:
        left, _, width, _ = line["box"]
        part = frames[line["frame"]][:, left : left + width]
        assert np.array_equal(read_rgb(tmp_path / "set" / line["file"]), part)


def test_times_of_a_manifest_lead_back_to_its_frames(tmp_path):
    times = [0, 40, 121, 122, 500, 541]
    path = film(tmp_path / "film.mkv", pictures(6, 64, 48), times)
    listed = tmp_path / "list.csv"
    for number, time in enumerate(times):
        listed.write_text(f"film.mkv,{time / 1000:.6f}\n", "utf-8")
        scenes(path, tmp_path / f"set{number}", frame_list=listed)
        assert {line["frame"] for line in lines(tmp_path / f"set{number}")} == {number}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a.mkv,1\nfilm.mkv\n", "line 2: write a video and a frame"),
        ("a.mkv,soon\n", "line 1: soon is neither a frame"),
        ("a.mkv,1\na.mkv,-3\n", "line 2: -3 is neither"),
        ("a.mkv,1\na.mkv,1:2:3:4\n", "line 2: 1:2:3:4 is neither"),
        ("a.mkv," + "9" * 5000, "line 1: 9999"),
        ('a.mkv,1\n"a.mkv,2\n', "line 2: it cannot be read"),
        ("a.mkv,1\na.mkv,time\n", "line 2: time is neither"),
        ('{"a": [1],\n "b": [1,]}', "line 2: it is no JSON"),
        ('{"a": 5}', "a: write a list of frames"),
        ('{"a": [true]}', "a: True is neither"),
        ("# nothing\n", "asks for no frame"),
    ],
)
def test_what_is_no_list_is_told_with_its_line(text, words, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError) as caught:
        framelist.read(path)
    assert words in str(caught.value)
    assert str(path) in str(caught.value)


def test_bytes_that_are_no_text_and_a_list_that_is_not_there(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(b"a.mkv,1\n\xff\xfe")
    with pytest.raises(InputError, match="not UTF-8"):
        framelist.read(path)
    with pytest.raises(InputError, match="could not be read"):
        framelist.read(tmp_path / "none.csv")


@pytest.mark.parametrize("asked", ["42", "0:00:01.800", "1000000"])
def test_a_frame_that_is_not_there_fails_its_video_and_writes_none_of_it(asked, kino, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(f"My film.mkv,3\nMy film.mkv,{asked}\n", "utf-8")
    (result,), _ = scenes(kino, tmp_path / "set", frame_list=path)
    assert result.state == "failed"
    assert f"{path}, line 2: {kino} has no frame" in result.sentence
    assert "42 frames" in result.sentence
    assert not list((tmp_path / "set").glob("*.png"))


def test_the_last_frame_is_on_show_until_it_ends(kino, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("My film.mkv,1.74\n", "utf-8")
    scenes(kino, tmp_path / "set", frame_list=path)
    assert {line["frame"] for line in lines(tmp_path / "set")} == {41}


def test_a_film_that_nobody_named_is_told_and_the_rest_is_done(kino, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("Other,3\nOther,4\nMy film,3\n", "utf-8")
    done = sakuga("curate", kino, "--scenes", "--frame-list", path, "--out", tmp_path / "set")
    assert done.returncode == 1
    assert f"{path}, line 1: no video that was named is called Other; 2 frames of it are left" in done.stderr
    assert len(lines(tmp_path / "set")) == 3


def test_a_video_that_the_list_does_not_speak_of_is_told(kino, tmp_path):
    other = tmp_path / "other.mkv"
    other.write_bytes(kino.read_bytes())
    path = tmp_path / "list.csv"
    path.write_text("My film,3\n", "utf-8")
    events = []
    settings = SceneSettings(frame_list=path)
    results = curate_scenes([kino, other], tmp_path / "set", settings=settings, on_event=events.append)
    assert [result.pictures for result in results] == [3, 0]
    assert [it.sentence for it in events if isinstance(it, Noted)] == [
        f"The list asks for no frame of {other}."
    ]


def source(path):
    return Source(path=path, place=path, kind="video")


def test_a_name_of_two_videos_is_refused_and_a_folder_tells_them_apart(tmp_path):
    sources = [source(tmp_path / name) for name in ("a/1.mkv", "b/1.mkv", "Your Name.mp4", "your-name.mkv")]
    path = tmp_path / "list.csv"
    for name, index in ((sources[0].path, 0), ("Your Name", 2), ("your-name.mkv", 3)):
        path.write_text(f"{name},5\n", "utf-8")
        shares, problems = framelist.shared_out(framelist.read(path), sources)
        assert (list(shares), problems) == ([sources[index].path], [])
    for name in ("1.mkv", "Your name"):
        path.write_text(f"{name},5\n", "utf-8")
        with pytest.raises(InputError, match=r"line 1: .* may be .* or .*; write its folder"):
            framelist.shared_out(framelist.read(path), sources)


def test_another_list_looks_again_and_moves_aside_what_it_does_not_name(kino, tmp_path):
    path, out = tmp_path / "list.csv", tmp_path / "set"
    path.write_text("My film,3\n", "utf-8")
    scenes(kino, out, frame_list=path)
    before = {line["file"] for line in lines(out)}
    path.write_text("My film,20\n", "utf-8")
    scenes(kino, out, frame_list=path)
    assert {line["frame"] for line in lines(out)} == {20}
    assert {path.name for path in (out / folder.UNLISTED).iterdir()} == before


def test_a_video_without_times_is_numbered_all_the_same(tmp_path):
    path = make_clip(tmp_path / "raw.h264", rows(0, 1), options=H264)
    listed = tmp_path / "list.csv"
    listed.write_text("raw,20\n", "utf-8")
    (result,), _ = scenes(path, tmp_path / "set", frame_list=listed)
    assert (result.state, result.pictures) == ("done", 3)
    found = read_rgb(tmp_path / "set" / lines(tmp_path / "set")[0]["file"])
    assert distance(fingerprint(small(found)), fingerprint(small(drawing(*SIZE, 1)[:, :108]))) <= ALIKE


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--side", "64"], 2, "--side is for scenes; say --scenes, too"),
        (["--keep-text"], 2, "--keep-text is for scenes"),
        (["--frame-list", "list"], 2, "--frame-list is for scenes"),
        (["--scenes", "--clips"], 2, "choose one"),
        (["--scenes", "--length", "9"], 2, "--length is for clips"),
        (["--scenes", "--side", "0"], 2, "--side is 0"),
        (["--scenes", "--count", "0"], 2, "--count is 0"),
        (["--scenes", "--rescale", "720"], 2, "--rescale is for pictures; --scenes"),
        (["--scenes", "--weights", "ck.pth"], 2, "--weights is for pictures"),
        (["--clips", "--weights", "ck.pth"], 2, "--weights is for pictures; --clips"),
        (["--clips", "--keep-alike"], 2, "--keep-alike is for pictures; --clips"),
        (["--scenes", "--score", "niqe"], 2, "--score is for pictures"),
        (["--scenes", "--frame-list", "list", "--count", "2"], 2, "leave --count out"),
        (["--scenes", "--frame-list", "list"], 1, "list could not be read"),
    ],
)
def test_misuse_is_a_sentence(arguments, code, told, kino, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert app.run(["curate", str(kino), *arguments]) == code
    out, err = capsys.readouterr()
    assert told in err.splitlines()[-1]
    assert err.endswith(".\n")
    assert (out, list(tmp_path.iterdir())) == ("", [])


def test_a_damaged_video_is_named_and_the_rest_is_done(kino, tmp_path):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no film at all" * 40)
    done = sakuga("curate", kino, broken, "--scenes", "--out", tmp_path / "set", "--workers", 2)
    assert done.returncode == 1
    assert "broken.mp4" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(lines(tmp_path / "set")) == 3 * SHOTS
