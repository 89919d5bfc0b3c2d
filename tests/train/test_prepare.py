"""Prepared sets: whole, named, bounded by what was asked for, and the same however they come about."""

import hashlib
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.degrade.enhancing import enhance_folder
from sakuga.degrade.folder import degrade_folder
from sakuga.errors import InputError
from sakuga.media.manifest import Entry
from sakuga.media.plain import read_rgb, write_rgb
from sakuga.train import tiles
from sakuga.train.pairs import PARTS, Making, Prepared
from sakuga.train.prepare import prepare
from sakuga.train.tiles import Preparing, rescaled
from trained import drawing, dying

MAKING = Making(crop=64, seed=3)


@pytest.fixture
def folder(tmp_path):
    for seed in range(3):
        write_rgb(tmp_path / "stills" / f"絵 {seed}.png", drawing(seed))
    return tmp_path / "stills"


def cut(source, out, limit=None, workers=1, **changes):
    return list(prepare(source, out, Preparing(MAKING, **changes), limit=limit, workers=workers))


def files(out):
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*.png")}


def told(out):
    return [json.loads(line) for line in (out / "pairs.jsonl").read_text("utf-8").splitlines()]


def test_triples_have_one_name_and_cover_everything(folder, tmp_path):
    cuts = cut(folder, tmp_path / "out")
    prepared = Prepared.of(tmp_path / "out", augment=0)
    assert list(prepared.names) == sorted(name for each in cuts for name in each.names)
    assert len(prepared) == 3 * 2 * 2
    whole, seen = drawing(0), np.zeros((96, 128), bool)
    for name in cuts[0].names:
        top, left = map(int, name.removesuffix(".png").split("_")[-2:])
        place = slice(top, top + 64), slice(left, left + 64)
        seen[place] = True
        patch = prepared[prepared.names.index(name)]["gt"]
        assert np.array_equal(patch.transpose(1, 2, 0), whole[place] / np.float32(255))
    assert seen.all()


def test_patches_are_parts_of_what_the_other_commands_make(folder, tmp_path):
    cut(folder, tmp_path / "out")
    list(degrade_folder([folder], tmp_path / "lq", preset="apisr", seed=3))
    list(enhance_folder([folder], tmp_path / "pseudo_gt", seed=3))
    for line in told(tmp_path / "out"):
        for tile in line["tiles"]:
            for part, by in (("lq", 4), ("pseudo_gt", 1)):
                top, left, side = tile["top"] // by, tile["left"] // by, 64 // by
                whole = read_rgb(tmp_path / part / line["file"])
                patch = read_rgb(tmp_path / "out" / part / tile["name"])
                assert np.array_equal(patch, whole[top : top + side, left : left + side])


def test_what_was_done_is_told_with_sums(folder, tmp_path):
    line = b'{"file": "%s", "licence": "CC0-1.0"}' % "絵 1.png".encode()
    (folder / "manifest.jsonl").write_bytes(line)
    cut(folder, tmp_path / "out")
    (line,) = told(tmp_path / "out")
    assert (line["file"], line["licence"], line["seed"], line["of"]) == ("絵 1.png", "CC0-1.0", 3, 4)
    assert line["sha256"] == hashlib.sha256((folder / "絵 1.png").read_bytes()).hexdigest()
    assert line["steps"]
    for tile in line["tiles"]:
        for part in PARTS:
            data = (tmp_path / "out" / part / tile["name"]).read_bytes()
            assert tile["sha256"][part] == hashlib.sha256(data).hexdigest()


def test_it_goes_on_and_workers_make_no_difference(folder, tmp_path):
    cut(folder, tmp_path / "one")
    cut(folder, tmp_path / "two", workers=2)
    cut(folder, tmp_path / "three", limit=4)
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "three").rglob("*.png")}
    cut(folder, tmp_path / "three")
    assert files(tmp_path / "one") == files(tmp_path / "two") == files(tmp_path / "three")
    assert told(tmp_path / "one") == told(tmp_path / "two") == told(tmp_path / "three")
    assert len(before) == 3 * 4
    assert all(path.stat().st_mtime_ns == time for path, time in before.items())


def test_a_limit_is_a_limit(folder, tmp_path):
    """For any number of workers, and for those that go on."""
    cuts = cut(folder, tmp_path / "out", limit=6, workers=2)
    assert [len(each.names) for each in cuts] == [4, 2]
    assert len(Prepared.of(tmp_path / "out")) == 6
    assert [len(each.names) for each in cut(folder, tmp_path / "out", limit=5)] == [4, 1]
    assert [len(each.names) for each in cut(folder, tmp_path / "out")] == [4, 4, 4]


def test_a_picture_comes_out_the_same_in_any_company(folder, tmp_path):
    cut(folder, tmp_path / "all")
    (folder / "絵 0.png").unlink()
    cut(folder, tmp_path / "fewer")
    assert files(tmp_path / "fewer").items() < files(tmp_path / "all").items()


def test_another_epoch_degrades_in_another_way(folder, tmp_path):
    cut(folder, tmp_path / "first")
    cut(folder, tmp_path / "second", epoch=1)
    first, second = files(tmp_path / "first"), files(tmp_path / "second")
    assert {name.split("/")[0] for name in first if first[name] != second[name]} == {"lq"}


def test_a_picture_that_changed_is_cut_again_unless_its_sum_is_known(folder, tmp_path):
    cut(folder, tmp_path / "out")
    write_rgb(folder / "絵 1.png", drawing(7))
    cut(folder, tmp_path / "out")
    fresh = files(tmp_path / "out")
    cut(folder, tmp_path / "again")
    assert files(tmp_path / "again") == fresh
    (folder / "manifest.jsonl").write_text('{"file": "絵 1.png", "sha256": "' + "0" * 64 + '"}', "utf-8")
    (each,) = cut(folder, tmp_path / "checked")
    assert each.failed
    assert "it has changed" in each.sentence


def test_a_set_is_made_in_one_way(folder, tmp_path):
    cut(folder, tmp_path / "out")
    with pytest.raises(InputError, match="was begun with epoch 0, and now it is 1; choose another --out"):
        cut(folder, tmp_path / "out", epoch=1)


def test_damage_and_small_ones_are_told_and_the_rest_is_done(folder, tmp_path):
    (folder / "a.png").write_bytes(b"no picture")
    write_rgb(folder / "b.png", drawing(1, (40, 200)))
    cuts = cut(folder, tmp_path / "out", limit=12)
    assert len(Prepared.of(tmp_path / "out")) == 12
    assert [(each.failed, bool(each.sentence)) for each in cuts[:2]] == [(True, True), (False, True)]


def test_what_is_there_is_told_when_it_is_stopped(folder, tmp_path):
    run = prepare(folder, tmp_path / "out", Preparing(MAKING))
    next(run)
    run.close()
    assert len(told(tmp_path / "out")) == 1


def test_a_worker_that_dies_is_told(folder, tmp_path, monkeypatch):
    """Its picture is named, and the next run makes up for it."""
    monkeypatch.setattr("sakuga.train.prepare.cut", dying)
    cuts = cut(folder, tmp_path / "out", workers=2)
    assert [each.failed for each in cuts] == [True, False, False]
    assert "絵 0.png: the process at work on it was ended" in cuts[0].sentence
    monkeypatch.undo()
    assert sum(len(each.names) for each in cut(folder, tmp_path / "out")) == 12


def test_numbers_that_cannot_be(folder, tmp_path):
    for wrong in ({"height": 0}, {"epoch": -1}):
        with pytest.raises(InputError, match=str(*wrong)):
            Preparing(MAKING, **wrong)
    for wrong in ({"limit": 0}, {"workers": 0}):
        with pytest.raises(InputError, match=f"--{str(*wrong)}"):
            cut(folder, tmp_path / "out", **wrong)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("kind", ["absolute", "upwards"])
def test_pictures_elsewhere_are_cut_into_the_folder(folder, tmp_path, kind):
    (tmp_path / "list").mkdir()
    place = folder / "絵 1.png" if kind == "absolute" else "../stills/絵 1.png"
    (tmp_path / "list" / "manifest.jsonl").write_text(json.dumps({"file": str(place)}))
    (each,) = cut(tmp_path / "list", tmp_path / "out")
    assert not each.failed
    assert all((tmp_path / "out" / part / name).is_file() for part in PARTS for name in each.names)
    assert all("/" not in name for name in each.names)


def test_names_that_would_fall_together_are_refused(folder, tmp_path):
    write_rgb(folder / "絵 1.webp", drawing(1))
    with pytest.raises(InputError, match="would have the same name"):
        cut(folder, tmp_path / "out")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((1080, 1920), (720, 1280)),
        ((1080, 1916), (720, 1277)),
        ((1080, 1440), (720, 960)),
        ((1088, 1920), (720, 1270)),
        ((720, 500), (720, 500)),
        ((480, 640), (480, 640)),
        ((30000, 4), (720, 1)),
    ],
)
def test_rescaling_cuts_the_width_as_released(before, after):
    assert rescaled(np.zeros((*before, 3), np.uint8), 720).shape[:2] == after
    assert rescaled(np.zeros((*before, 3), np.uint8), None).shape[:2] == before


@given(st.integers(1, 300), st.integers(1, 300), st.sampled_from([2, 3, 4]), st.sampled_from([None, 96]))
def test_the_plan_is_what_is_cut(tmp_path_factory, height, width, scale, rows):
    """How many triples a picture has follows from the size in its file."""
    path = tmp_path_factory.getbasetemp() / "planned.png"
    write_rgb(path, np.zeros((height, width, 3), np.uint8))
    how = Preparing(Making(scale=scale, crop=24 * scale), height=rows)
    gt = tiles.cropped(rescaled(read_rgb(path), rows), how.making.multiple)
    fits = min(gt.shape[:2]) >= how.making.crop
    assert bool(tiles.count_of(Entry(path, path), how)) == fits
    if fits:
        assert all(side % (2 * scale) == 0 for side in gt.shape[:2])
