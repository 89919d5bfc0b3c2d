"""Folders measured by each protocol: what is looked at, what is told, and what happens to bad files."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import asdict, replace

import av
import cv2
import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from drawn import blurred, drawing, noisy
from sakuga.errors import InputError
from sakuga.evaluate import tables
from sakuga.evaluate.evaluation import Asked, evaluate
from sakuga.evaluate.protocol import PROTOCOLS, chosen
from sakuga.media.plain import read_rgb, write_rgb
from sakuga.metrics.niqe import niqe
from sakuga.metrics.psnr import psnr
from sakuga.metrics.table import MEASURES

PICTURES = [drawing(112, 128, seed=seed) for seed in range(3)]


@pytest.fixture
def desk(tmp_path):
    """Results `sr`, originals `gt` and sources `lq` of three pictures."""
    for index, picture in enumerate(PICTURES):
        small = cv2.resize(picture, (32, 28), interpolation=cv2.INTER_AREA)
        write_rgb(tmp_path / "gt" / f"絵 {index}.png", picture)
        write_rgb(tmp_path / "lq" / f"絵 {index}.png", small)
        write_rgb(tmp_path / "sr" / f"絵 {index}_4x.png", blurred(picture, 1 + index / 4))
    return tmp_path


def clip(folder, frames):
    for index, frame in enumerate(frames):
        write_rgb(folder / f"{index}.png", frame)


def video(path, frames):
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(path, "w") as out:
        stream = out.add_stream("ffv1", 24)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = "bgr0"
        for frame in frames:
            out.mux(stream.encode(av.VideoFrame.from_ndarray(frame, "rgb24")))
        out.mux(stream.encode(None))


def test_pictures_alone(desk):
    made = evaluate(desk / "sr", None, Asked(("niqe", "blur")))
    assert [row.clip for row in made.rows] == [f"絵 {index}_4x.png" for index in range(3)]
    first = made.rows[0]
    assert (first.frame, first.part, first.reference) == (None, "whole", None)
    assert first.values["niqe"] == niqe(read_rgb(desk / "sr" / "絵 0_4x.png"))
    assert made.summaries["blur"].mean == pytest.approx(np.mean([row.values["blur"] for row in made.rows]))
    assert not made.problems


def test_pictures_against_originals_and_against_sources(desk):
    asked = Asked(("psnr", "ssim-y", "colour-drift"))
    made = evaluate(desk / "sr", desk / "gt", asked)
    assert made.rows[0].values["psnr"] == psnr(blurred(PICTURES[0], 1), PICTURES[0])
    assert not made.problems
    drifts = evaluate(desk / "sr", desk / "lq", Asked(("colour-drift", "colour-blobs")))
    assert all(0 <= row.values["colour-drift"] < 2 for row in drifts.rows)
    with_psnr = evaluate(desk / "sr", desk / "lq", asked)
    assert not with_psnr.rows
    assert "is 128x112 and" in with_psnr.problems[0]
    assert "is 32x28; psnr compares pictures of one size." in with_psnr.problems[0]


def test_a_border_is_cut_from_both_and_less_from_a_smaller_source(desk):
    made = evaluate(desk / "sr", desk / "gt", Asked(("psnr",), border=4))
    assert made.rows[0].values["psnr"] == psnr(blurred(PICTURES[0], 1), PICTURES[0], 4)
    evaluate(desk / "sr", desk / "lq", Asked(("colour-drift",), border=8))
    odd = evaluate(desk / "sr", desk / "lq", Asked(("colour-drift",), border=3))
    assert all("use a multiple of 4" in problem for problem in odd.problems[:3])
    wide = evaluate(desk / "sr", None, Asked(("blur",), border=56))
    assert "leaves nothing of a picture of 128x112" in wide.problems[0]


def test_two_files_are_a_pair_whatever_their_names(desk):
    made = evaluate(desk / "sr" / "絵 0_4x.png", desk / "gt" / "絵 2.png", Asked(("psnr",)))
    assert made.rows[0].values["psnr"] == psnr(blurred(PICTURES[0], 1), PICTURES[2])


def test_bad_files_are_named_and_the_others_measured(desk):
    (desk / "sr" / "絵 0_4x.png").write_bytes(b"\x89PNG\r\n\x1a\nno more")
    (desk / "gt" / "絵 1.png").unlink()
    write_rgb(desk / "sr" / "extra.png", PICTURES[0])
    write_rgb(desk / "gt" / "絵 2.png", PICTURES[2])
    made = evaluate(desk / "sr", desk / "gt", Asked(("psnr",)))
    assert [row.clip for row in made.rows] == ["絵 2_4x.png"]
    told = "\n".join(made.problems)
    assert "絵 0_4x.png could not be read" in told
    assert "絵 1_4x.png has no reference of its name" in told
    assert "extra.png has no reference of its name" in told


def test_frames_of_folders_and_videos_are_compared_one_by_one(tmp_path):
    frames = [PICTURES[0]] * 3
    shaken = [noisy(frame, 4, seed=index) for index, frame in enumerate(frames)]
    clip(tmp_path / "sr" / "held", shaken)
    clip(tmp_path / "gt" / "held", frames)
    video(tmp_path / "sr" / "film.mkv", shaken)
    video(tmp_path / "gt" / "film.mkv", frames)
    made = evaluate(tmp_path / "sr", tmp_path / "gt", Asked(("psnr", "flicker"), "frames"))
    assert not made.problems
    assert [(row.clip, row.frame, row.part) for row in made.rows] == [
        *(("film.mkv", index, "whole") for index in range(3)),
        ("film.mkv", None, "clip"),
        *(("held", index, "whole") for index in range(3)),
        ("held", None, "clip"),
    ]
    from_film, from_folder = (row.values["flicker"] for row in made.rows if row.part == "clip")
    assert from_film == pytest.approx(from_folder)
    assert from_film == pytest.approx(4 * 1.128, rel=0.1)


@pytest.mark.parametrize("protocol", ["frames", "animesr"])
def test_clips_of_unequal_length_are_named(tmp_path, protocol):
    clip(tmp_path / "sr" / "a", [PICTURES[0]] * 3)
    clip(tmp_path / "gt" / "a", [PICTURES[0]] * 2)
    clip(tmp_path / "sr" / "b", [PICTURES[0]] * 2)
    clip(tmp_path / "gt" / "b", [PICTURES[0]] * 2)
    made = evaluate(tmp_path / "sr", tmp_path / "gt", Asked(("psnr",), protocol))
    assert {row.clip for row in made.rows} == {"b"}
    assert made.problems == ["a has 3 frames and its reference 2; they are compared one by one."]


def test_avc_reallq_takes_first_middle_and_last_and_large_frames_in_halves(tmp_path):
    small = [drawing(64, 80, seed=seed) for seed in range(5)]
    large = [np.tile(small[0], (14, 12, 1))] * 3
    clip(tmp_path / "a", small)
    clip(tmp_path / "b", large)
    made = evaluate(tmp_path, None, Asked(("noise",), "avc-reallq"))
    assert [(row.clip, row.frame, row.part) for row in made.rows] == [
        *(("a", index, "whole") for index in (0, 2, 4)),
        *(("b", index, part) for index in range(3) for part in ("left", "right")),
    ]
    assert made.summaries["noise"].mean == pytest.approx(np.mean([row.values["noise"] for row in made.rows]))
    assert made.notes[0] == "This protocol is for 46 clips, and there are 2."


def test_frames_are_in_the_order_of_their_numbers(tmp_path):
    for index in (10, 9, 2, 1, 0, 11):
        write_rgb(tmp_path / "c" / f"f{index}.png", np.full((40, 40, 3), index * 10, np.uint8))
    made = evaluate(tmp_path, None, Asked(("noise",), "frames"))
    assert [row.file.rpartition("/")[2] for row in made.rows] == [f"f{i}.png" for i in (0, 1, 2, 9, 10, 11)]


@pytest.mark.parametrize(("count", "wanted"), [(0, []), (1, [0]), (2, [0, 1]), (100, [0, 50, 99])])
def test_first_middle_last(count, wanted):
    assert list(chosen("first, middle, last", count)) == wanted


def test_every_tenth():
    assert list(chosen("every 10th", 100)) == list(range(0, 100, 10))


def test_a_value_that_cannot_be_is_told(tmp_path):
    write_rgb(tmp_path / "a.png", PICTURES[0])
    write_rgb(tmp_path / "b.png", PICTURES[0][:20])
    made = evaluate(tmp_path, None, Asked(("niqe",)))
    assert made.summaries["niqe"].count == 1
    assert "niqe has no value in 1 of 2 places: there is none where a picture is smaller" in made.notes[0]
    assert not made.problems
    (tmp_path / "a.png").unlink()
    assert evaluate(tmp_path, None, Asked(("niqe",))).problems == ["niqe has no value at all."]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"metrics": ()}, "--metrics names no measure"),
        ({"metrics": ("niqee",)}, "did you mean niqe?"),
        ({"protocol": "avc"}, "there is no protocol called avc"),
        ({"border": -1}, "--crop-border is -1"),
    ],
)
def test_what_cannot_be_asked(asked, words):
    with pytest.raises(InputError, match=words.replace("?", r"\?")):
        Asked(**asked)


def test_what_cannot_be_measured(desk, tmp_path):
    (tmp_path / "empty").mkdir()
    for folder, reference, metric, words in (
        ("sr", None, "psnr", "name them by --reference"),
        ("empty", None, "niqe", "holds no picture and no video"),
        ("none", None, "niqe", "does not exist"),
        ("sr", "empty", "psnr", "holds no picture and no video"),
        ("sr", "gt", "flicker", "flicker needs moving pictures"),
    ):
        with pytest.raises(InputError, match=words):
            evaluate(desk / folder, reference and desk / reference, Asked((metric,)))
    with pytest.raises(InputError, match="no file and no model"):
        evaluate(desk / "sr", None, Asked(model="none.pth"))


class TestTables:
    @pytest.fixture
    def made(self, desk):
        weights = desk / "mine.pth"
        weights.write_bytes(b"weights")
        write_rgb(desk / "sr" / "絵 0_4x.png", PICTURES[0])
        asked = Asked(("psnr", "niqe"), border=2, model=str(weights))
        return evaluate(desk / "sr", desk / "gt", asked)

    def test_each_row_of_json_is_whole_in_itself(self, made, tmp_path):
        tables.write(tmp_path / "out.json", made)
        told = json.loads((tmp_path / "out.json").read_text("utf-8"), parse_constant=pytest.fail)
        row = told["rows"][0]
        assert row["values"]["psnr"] == "inf"
        assert row["model"]["name"] == "mine.pth"
        assert len(row["model"]["files"]["mine.pth"]) == 64
        assert row["settings"] == {"protocol": "plain", "crop_border": 2}
        assert {"sakuga", "numpy", "python", "opencv-python-headless"} <= set(row["versions"])
        assert len(row["origins"]["niqe"]["parameters"]) == 64
        assert told["metrics"]["psnr"]["mean"] == "inf"
        assert told["metrics"]["niqe"]["better"] == "lower"

    def test_csv_has_a_line_for_each_row(self, made, tmp_path):
        tables.write(tmp_path / "out.csv", made)
        with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
            lines = list(csv.DictReader(file))
        assert [line["clip"] for line in lines] == [row.clip for row in made.rows]
        assert float(lines[1]["niqe"]) == made.rows[1].values["niqe"]
        assert json.loads(lines[0]["model"])["name"] == "mine.pth"

    def test_latex_has_the_table_and_its_origin(self, made, tmp_path):
        made.folder = made.folder.with_name("50 % & more_")
        tables.write(tmp_path / "out.tex", made)
        text = (tmp_path / "out.tex").read_text("utf-8")
        assert r"50 \% \& more\_" in text
        assert r" & psnr $\uparrow$ & niqe $\downarrow$ \\" in text
        assert r"$\infty$" in text
        assert "mine.pth" in text

    def test_values_repeat_themselves(self, made, desk):
        again = evaluate(desk / "sr", desk / "gt", made.asked)
        assert [asdict(row) for row in again.rows] == [asdict(row) for row in made.rows]
        assert again.summaries == made.summaries


def test_a_picture_can_carry_the_model_that_made_it(tmp_path):
    told = PngInfo()
    told.add_text("restored", json.dumps({"name": "mine", "files": {"mine.pth": "ab" * 32}}))
    Image.fromarray(PICTURES[0]).save(tmp_path / "a.png", pnginfo=told)
    write_rgb(tmp_path / "b.png", PICTURES[0])
    made = evaluate(tmp_path, None, Asked(("blur",)))
    assert [made.models[row.file] for row in made.rows] == [
        {"name": "mine", "files": {"mine.pth": "ab" * 32}},
        None,
    ]


def test_every_protocol_says_where_it_comes_from():
    assert all(protocol.source for protocol in PROTOCOLS.values())
    assert math.prod(PROTOCOLS["avc-reallq"].expected) == 4600


def test_sets_are_compared_without_partners_and_beside_pairs(desk, monkeypatch):
    """Another network than the real one, whose weights are large: it sees a picture's mean colour."""
    from sakuga.metrics import sets

    looked: list[int] = []

    def seen(pictures, seer):
        rows = np.stack([picture.mean((0, 1)).astype(np.float64) for picture in pictures])
        looked.append(len(rows))
        return rows

    monkeypatch.setattr("sakuga.evaluate.sets.seen", seen)
    for name in ("fid-resnet50", "kid-resnet50"):
        monkeypatch.setitem(MEASURES, name, replace(MEASURES[name], origin=lambda: {"weights": "f" * 64}))
    write_rgb(desk / "look" / "other.png", PICTURES[0])
    write_rgb(desk / "look" / "unlike.png", 255 - PICTURES[1][:50])
    (desk / "look" / "broken.png").write_bytes(b"no")
    asked = Asked(("fid-resnet50", "kid-resnet50"))
    made = evaluate(desk / "sr", desk / "look", asked)
    assert looked == [3, 2]
    (row,) = made.rows
    assert (row.clip, row.part, row.reference) == ("sr", "set", str(desk / "look"))
    assert row.values["fid-resnet50"] > 0
    assert made.summaries["fid-resnet50"].low is None
    assert len(made.problems) == 1
    assert "broken.png" in made.problems[0]
    tables.write(desk / "numbers.json", made)
    told = json.loads((desk / "numbers.json").read_text())
    assert told["rows"][0]["origins"]["fid-resnet50"] == {"weights": "f" * 64}
    both = evaluate(desk / "sr", desk / "gt", Asked(("psnr", "fid-resnet50")))
    assert [set(row.values) for row in both.rows] == [{"fid-resnet50"}, *[{"psnr"}] * 3]
    assert not both.problems
    with pytest.raises(InputError, match="name them by --reference"):
        evaluate(desk / "sr", None, asked)
    assert sets.SETS["fid-resnet50"].seer == "resnet50"
    alone = evaluate(desk / "sr" / "絵 0_4x.png", desk / "look", asked)
    assert any("fewer than two" in note for note in alone.notes)
