"""`sakuga curate` on real files: I pictures as another reader finds them, choices that last, a review."""

import json
import re
import subprocess

import cv2
import imageio_ffmpeg
import numpy as np
import pytest

from clips import make_clip
from command import sakuga
from sakuga.curate.selections import SELECTIONS
from sakuga.media.intra import IntraFile
from sakuga.media.plain import read_rgb
from sakuga.metrics.complexity import complexity
from sakuga.metrics.luma import small

CODINGS = {
    "x264": ("-c:v", "libx264", "-crf", "20"),
    "x264 open gop": ("-c:v", "libx264", "-crf", "20", "-x264-params", "open-gop=1:keyint=12:min-keyint=2"),
    "x265": ("-c:v", "libx265", "-crf", "24", "-x265-params", "log-level=error"),
    "mpeg2": ("-c:v", "mpeg2video", "-qscale:v", "4", "-g", "12", "-bf", "2"),
}


def scene(seed, shapes, size=(96, 128)):
    """A drawing; more shapes are more to look at."""
    chance = np.random.default_rng(seed)
    canvas = np.full((*size, 3), chance.integers(90, 220, 3), np.uint8)
    for _ in range(shapes):
        centre = tuple(int(v) for v in chance.integers(0, size[::-1]))
        cv2.circle(canvas, centre, int(chance.integers(4, 16)), chance.integers(0, 256, 3).tolist(), -1)
        cv2.circle(canvas, centre, int(chance.integers(4, 16)), (20, 20, 20), 1, cv2.LINE_AA)
    return canvas


def film(seed=0, shots=5, length=16):
    """Cuts, holds and a pan."""
    for shot in range(shots):
        wide = scene(seed * 100 + shot, 4 + 12 * shot, (96, 128 + 2 * length))
        for n in range(length):
            left = 2 * n if shot == 2 else 0
            yield wide[:, left : left + 128]


def listed(path):
    """Times of the I pictures, by FFmpeg's program."""
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-nostdin",
        "-i",
        path,
        "-vf",
        "showinfo",
        "-fps_mode",
        "passthrough",
    ]
    done = subprocess.run([*command, "-f", "null", "-"], capture_output=True, text=True, check=True)
    shown = re.findall(r"pts: *(-?\d+) .*?type:(\w)", done.stderr)
    return [int(pts) for pts, kind in shown if kind == "I"]


@pytest.mark.parametrize("coding", CODINGS)
def test_i_pictures_are_those_that_another_reader_lists(coding, tmp_path):
    path = make_clip(tmp_path / "film.mkv", film(), options=(*CODINGS[coding], "-pix_fmt", "yuv420p"))
    with_times = sorted(picture.pts for picture in IntraFile(path).pictures())
    assert with_times == listed(path)
    assert len(with_times) >= 5


@pytest.fixture
def folder(tmp_path):
    videos = tmp_path / "映画 and more" / "deep"
    videos.mkdir(parents=True)
    for seed, name in enumerate(("one film.mkv", "zwei.mp4")):
        make_clip(videos / name, film(seed), options=("-c:v", "libx264", "-crf", "18", "-pix_fmt", "yuv420p"))
    return tmp_path / "映画 and more"


def lines(out):
    return [json.loads(line) for line in (out / "manifest.jsonl").read_text("utf-8").splitlines()]


def test_the_busiest_pictures_are_chosen_with_all_that_is_known_of_them(folder, tmp_path):
    done = sakuga("curate", folder, "--out", tmp_path / "set", "--count", 2, "--licence", "CC0-1.0")
    assert done.returncode == 0, done.stderr
    told = lines(tmp_path / "set")
    assert len(told) == 4
    for line in told:
        picture = read_rgb(tmp_path / "set" / line["file"])
        assert picture.shape[:2] == (line["height"], line["width"]) == (96, 128)
        assert line["licence"] == "CC0-1.0"
        assert line["score"] == pytest.approx(complexity(small(picture)), abs=0.01)
        assert {"source", "time", "score"} <= set(line)
    plain = complexity(small(scene(0, 4)))
    assert min(line["score"] for line in told) > plain


def test_the_choice_is_the_same_again_and_on_more_workers(folder, tmp_path):
    sets = [tmp_path / name for name in ("one", "two")]
    for out, workers in zip(sets, (1, 2), strict=True):
        assert sakuga("curate", folder, "--out", out, "--count", 3, "--workers", workers).returncode == 0
    first, second = (
        {path.relative_to(out).as_posix(): path.read_bytes() for path in out.glob("*.png")} for out in sets
    )
    assert first == second
    before = {path: path.stat().st_mtime_ns for path in sets[0].glob("*.png")}
    again = sakuga("curate", folder, "--out", sets[0], "--count", 3)
    assert again.returncode == 0
    assert all(path.stat().st_mtime_ns == time for path, time in before.items())


def test_a_damaged_video_is_named_and_the_rest_is_done(folder, tmp_path):
    (folder / "broken.mp4").write_bytes(b"no film at all" * 40)
    done = sakuga("curate", folder, "--out", tmp_path / "set", "--count", 2)
    assert done.returncode == 1
    assert "broken.mp4" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(lines(tmp_path / "set")) == 4


def test_near_duplicates_and_flat_pictures_stay_out(tmp_path):
    def frames():
        for shade in (0, 255):
            yield from [np.full((96, 128, 3), shade, np.uint8)] * 12
        yield from [scene(1, 30)] * 12
        yield from [scene(2, 40)] * 12
        yield from [scene(1, 30)] * 12

    options = ("-c:v", "libx264", "-crf", "12", "-g", "12", "-pix_fmt", "yuv420p")
    path = make_clip(tmp_path / "film.mkv", frames(), options=options)
    done = sakuga("curate", path, "--out", tmp_path / "set")
    assert done.returncode == 0, done.stderr
    assert len(lines(tmp_path / "set")) == 2
    done = sakuga("curate", path, "--out", tmp_path / "all", "--keep-alike", "--keep-flat")
    assert done.returncode == 0, done.stderr
    assert len(lines(tmp_path / "all")) > 2


def test_a_review_takes_out_and_brings_back(folder, tmp_path):
    out = tmp_path / "set"
    assert sakuga("curate", folder, "--out", out, "--count", 2).returncode == 0
    assert (out / "review.html").is_file()
    first = lines(out)[0]["file"]
    decisions = tmp_path / "decisions.json"
    for answer, left in (("rejected", 3), ("accepted", 4)):
        told = {"rejected": [], "accepted": []} | {answer: [{"file": first}]}
        decisions.write_text(json.dumps(told), encoding="utf-8")
        done = sakuga("curate", "--review", decisions, "--out", out)
        assert done.returncode == 0, done.stderr
        assert len(lines(out)) == left
        assert (out / first).is_file() == (answer == "accepted")


@pytest.mark.parametrize(("minutes", "keep"), [(30, 2), (31, 3)])
def test_released_selection_is_the_released_one(minutes, keep):
    groups = SELECTIONS["released"](83, minutes, None)
    assert [list(group.members) for group in groups] == [[10 * part, 10 * part + 5] for part in range(8)]
    assert {group.keep for group in groups} == {keep}


def test_papers_selection_is_the_ten_best():
    (group,) = SELECTIONS["paper"](40, 5, None)
    assert (list(group.members), group.keep) == (list(range(40)), 10)


def test_misuse_is_a_sentence(folder, tmp_path):
    for arguments, told in (
        ((), "Name at least one video"),
        ((folder, "--score", "ic9600"), "needs --weights"),
        ((folder, "--selection", "released", "--count", 9), "multiple of 8"),
        ((folder, "--workers", 0), "--workers is 0"),
    ):
        done = sakuga("curate", *arguments, "--out", tmp_path / "set")
        assert done.returncode == 2, done.stderr
        assert told in done.stderr
        assert not (tmp_path / "set").exists()


def test_clips_are_found_where_something_moves(tmp_path):
    def frames():
        wide = scene(3, 60, (96, 400))
        yield from [scene(4, 20)] * 30
        yield from (wide[:, 4 * n : 4 * n + 128] for n in range(40))

    options = ("-c:v", "libx264", "-crf", "16", "-pix_fmt", "yuv420p")
    path = make_clip(tmp_path / "film.mkv", frames(), options=options)
    done = sakuga("curate", path, "--out", tmp_path / "set", "--clips", "--length", 20)
    assert done.returncode == 0, done.stderr
    (line,) = lines(tmp_path / "set")
    assert line["count"] == 20
