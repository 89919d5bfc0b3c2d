"""Ablations: shipped tables are the paper's, variants differ as they say, and nothing is done twice."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from sakuga.degrade.presets import PRESETS
from sakuga.errors import InputError, WeightsError
from sakuga.media.plain import write_rgb
from sakuga.metrics.psnr import psnr
from sakuga.models.features import FEATURES
from sakuga.train import ablation, findings, judging, variants, views
from sakuga.train.ablation import BASELINE, RESULT, Court, ablate
from sakuga.train.events import Began, Noted
from sakuga.train.recipe import Losses
from sakuga.train.validation import held_out
from trained import drawing

RECIPES = Path(__file__).parents[2] / "recipes"
STAGES = [RECIPES / "apisr-grl-1.toml", RECIPES / "apisr-grl-2.toml"]
PAPER = {
    "data": [7.681, 8.006, 7.876, 6.912, 6.719],
    "degradation": [6.667, 6.975, 7.133, 6.719],
    "losses": [7.351, 7.182, 6.835, 6.719],
}
RECIPE = """
name = "small"
[model]
network = "compact"
options = { convs = 1, channels = 8 }
[data]
manifest = "stills"
validation = "held"
crop = 32
batch = 2
workers = 0
[schedule]
steps = 3
rate = 1e-3
"""
TABLE = """
title = "Pixel losses"
source = "nobody"
held = ["apisr", "high-order"]
[[variant]]
name = "l1"
label = "L1"
set = ["losses.pixel=l1"]
paper = { niqe = 6.5 }
[[variant]]
name = "l2-late"
label = "L1, then L2"
last = ["losses.pixel=l2"]
note = "L2 is late."
"""


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """Held-out pictures are large enough for NIQE; ST-LPIPS has no weights."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.toml").write_text(RECIPE)
    (tmp_path / "pixels.toml").write_text(TABLE)
    write_rgb(tmp_path / "stills" / "線.png", drawing(1, (48, 64)))
    write_rgb(tmp_path / "held" / "a.png", drawing(2, (200, 200)))
    gone = ablation.judging.METRICS | {"st-lpips": _Gone}
    monkeypatch.setattr(judging, "METRICS", gone)
    return tmp_path


class _Gone:
    needs = "reference"

    @staticmethod
    def measure(*_):
        raise WeightsError("There are none.")


@pytest.mark.parametrize("name", PAPER)
def test_shipped_tables_have_the_rows_of_the_paper(name, tmp_path):
    table = variants.read(name, STAGES[0])
    assert [each.paper["niqe"] for each in table.variant] == PAPER[name]
    assert set(table.held) <= set(PRESETS)
    for each in table.variant:
        (tmp_path / each.name).mkdir()
        first, second = each.recipes(STAGES, ["schedule.steps=9"], tmp_path)
        assert (first.schedule.steps, second.schedule.steps) == (9, 9)
        assert first.losses.perceptual == {}
        assert set(second.losses.perceptual) <= set(FEATURES)
        assert set(second.losses.unbalanced) <= set(second.losses.perceptual)
        assert first.data.preset in PRESETS
        assert first.data == second.data


def test_variants_learn_in_stages_and_are_judged_alike(desk):
    events = []
    table = variants.read("pixels.toml", desk / "small.toml")
    made = ablate([desk / "small.toml"] * 2, table, desk / "out", device="cpu", on_event=events.append)
    assert [variant.name for variant, _ in made.rows] == [BASELINE.name, "l1", "l2-late"]
    stages = [[told["losses"]["pixel"] for told in outcome.recipes] for _, outcome in made.rows]
    assert stages == [[], ["l1", "l1"], ["l1", "l2"]]
    assert made.rows[2][1].recipes[1]["model"]["start"] == str(
        desk / "out" / "l2-late" / "stage-1.safetensors"
    )
    assert sum(isinstance(event, Began) for event in events) == 4
    held = held_out(desk / "held", "high-order", 4)
    bicubic = judging.bicubic(held[0])
    assert made.rows[0][1].values["high-order"]["psnr"] == pytest.approx(psnr(bicubic, held[0].gt))
    for _, outcome in made.rows:
        assert outcome.values["apisr"]["st-lpips"] is None
        assert outcome.values["apisr"]["niqe"] > 0
    assert made.rows[1][1].values != made.rows[2][1].values


def test_what_is_done_is_not_done_again(desk):
    table = variants.read("pixels.toml", desk / "small.toml")
    told = {"device": "cpu", "changes": ["schedule.steps=2"]}
    first = ablate([desk / "small.toml"], table, desk / "out", **told)
    (desk / "out" / "l1" / RESULT).unlink()
    before = (desk / "out" / "l2-late" / RESULT).stat().st_mtime_ns
    events = []
    again = ablate([desk / "small.toml"], table, desk / "out", on_event=events.append, **told)
    assert findings.markdown(again) == findings.markdown(first)
    assert [(event.step, event.steps) for event in events if isinstance(event, Began)] == [(2, 2)]
    assert (desk / "out" / "l2-late" / RESULT).stat().st_mtime_ns == before
    assert f"{desk / 'out' / 'l2-late' / RESULT} is there already." in [
        event.sentence for event in events if isinstance(event, Noted)
    ]
    longer = ablate(
        [desk / "small.toml"],
        table.only(["l1"]),
        desk / "out",
        device="cpu",
        changes=["schedule.steps=4"],
        on_event=events.append,
    )
    assert (events[-1].path.parent.name, len(longer.rows)) == ("stage-1", 2)
    assert [(event.step, event.steps) for event in events if isinstance(event, Began)][-1] == (2, 4)


def test_tables_are_marked_with_their_budget(desk):
    table = variants.read("pixels.toml", desk / "small.toml")
    made = ablate([desk / "small.toml"], table, desk / "out", device="cpu")
    paths = findings.write(desk / "out", made)
    assert [path.name for path in paths] == ["table.md", "table.csv", "table.json"]
    text, lines, told = (path.read_text("utf-8") for path in paths)
    budget = (
        "Budget: compact of 4,328 parameters, 3 steps of pixels with 2 patches of 32 pixels; fp32, seed 0;"
        " judged on 1 held-out picture."
    )
    assert budget in text
    assert "- L1, then L2: L2 is late." in text
    assert "| L1 | 1 | " in text
    assert " 6.500 |" in text
    rows = list(csv.DictReader(io.StringIO(lines)))
    assert len(rows) == 3 * 2 * 3
    assert {row["budget"] for row in rows} == {budget}
    best = max(float(row["value"]) for row in rows if row["measure"] == "psnr" and row["preset"] == "apisr")
    psnrs = [made.rows[place][1].values["apisr"]["psnr"] for place in (1, 2)]
    assert f"**{max(psnrs):.2f}**" in text
    assert best >= max(psnrs)
    assert json.loads(told)["rows"][2]["values"]["apisr"]["st-lpips"] is None


WRONG = [
    ({"changes": ["data.validation="]}, "pixels.toml", "--set data.validation=FOLDER"),
    ({"changes": ["data.kind=clips"]}, "pixels.toml", "compares networks of pictures"),
    ({}, "data", "--sets FOLDER; in it, put frames of AnimeSR"),
    ({"sets": Path("sets")}, "data", "there is no sets/avc-train; to have it, put frames"),
    ({"changes": ["data.prepared=x", "data.manifest="]}, "degradation", "data.prepared has both already"),
]


@pytest.mark.parametrize(("how", "name", "sentence"), WRONG)
def test_what_cannot_be_is_told_before_anything_is_learned(desk, how, name, sentence):
    table = variants.read(name, desk / "small.toml" if name.endswith("toml") else STAGES[0])
    with pytest.raises(InputError, match=sentence):
        ablate([desk / "small.toml"], table, desk / "out", device="cpu", **how)
    assert not (desk / "out").exists()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("title = ", "is no TOML"),
        (TABLE.replace("label", "lable"), "variant.0"),
        (TABLE.replace('"l1"', '"../l1"'), "variant.0.name"),
        ('title = "x"', "source"),
    ],
)
def test_files_that_are_no_tables_are_refused(tmp_path, text, sentence):
    (tmp_path / "t.toml").write_text(text)
    with pytest.raises(InputError, match=sentence):
        variants.read(str(tmp_path / "t.toml"), tmp_path / "recipe.toml")
    with pytest.raises(InputError, match=r"ablate.gone.toml could not be read"):
        variants.read("gone", tmp_path / "recipe.toml")
    with pytest.raises(InputError, match=r"There are data, degradation, losses\.$"):
        variants.read("gone", STAGES[0])


def test_a_variant_that_there_is_not_is_told(desk):
    table = variants.read("pixels.toml", desk / "small.toml")
    with pytest.raises(InputError, match="no variant l3; there are l1, l2-late"):
        table.only(["l3"])


def test_an_unbalanced_network_weighs_its_layers_as_vgg_does(monkeypatch):
    monkeypatch.setattr(views.features, "load", lambda spec, _progress: torch.nn.Identity())
    told = Losses(perceptual={"resnet50-danbooru": 0.5}, unbalanced=("resnet50-danbooru",))
    (view,) = views.opened(told, lambda _: None).values()
    assert list(view.loss.taps) == list(FEATURES["resnet50-danbooru"].taps)
    assert list(view.loss.taps.values()) == [0.1, 0.1, 1, 1, 1]


def test_networks_are_judged_by_what_they_make(tmp_path):
    write_rgb(tmp_path / "a.png", drawing(3, (96, 96)))
    held = held_out(tmp_path, "apisr", 4)
    enlarge = torch.nn.Upsample(scale_factor=4)
    made = judging.by(enlarge, torch.device("cpu"))(held[0])
    assert np.array_equal(made, held[0].lq.repeat(4, 0).repeat(4, 1))
    assert Court({"apisr": held}, {}).judge(lambda each: each.gt)["apisr"]["psnr"] is None
