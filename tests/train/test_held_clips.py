"""Validation on clips: what memory is worth is a number, and what cannot be measured is said."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from moving import clip_folder
from sakuga.errors import InputError, WeightsError
from sakuga.media.plain import write_rgb
from sakuga.metrics import stlpips
from sakuga.train import held_clips
from sakuga.train.held_clips import HeldClip, validate
from sakuga.train.measures import Measures, middle
from trained import drawing

CPU = torch.device("cpu")


class Oracle(nn.Module):
    """Knows the GT, but only where it sees more than one frame."""

    def __init__(self, gt):
        super().__init__()
        self.gt = torch.as_tensor(gt).permute(0, 3, 1, 2)[None] / 255

    def forward(self, clips):
        assert not self.training
        b, n = clips.shape[:2]
        if n == 1:
            return F.interpolate(clips.flatten(0, 1), scale_factor=4.0).unflatten(0, (b, n))
        return self.gt + 0.0


@pytest.fixture
def held(tmp_path):
    return held_clips.held_clips(clip_folder(tmp_path / "clips", (120, 100)), "animesr", 4)


def test_clips_are_cut_and_degraded_whole(held):
    assert [(each.lq.shape, each.gt.shape) for each in held] == [
        ((12, 28, 24, 3), (12, 112, 96, 3)),
        ((9, 28, 24, 3), (9, 112, 96, 3)),
    ]
    assert all(each.lq.dtype == each.gt.dtype == np.uint8 for each in held)


def test_long_clips_give_their_middle(tmp_path):
    (held,) = held_clips.held_clips(clip_folder(tmp_path, clips=[("long", 40)]), "animesr", 4)
    assert np.rint(held.gt[:, :2, :, 2].mean((1, 2)) / 4).tolist() == list(range(12, 27))


def test_what_memory_is_worth_is_a_number(held):
    """A network that needs more than one frame to know the GT."""
    one = held[0]
    network = Oracle(one.gt).train()
    told = validate(network, [one], Measures(st_lpips=False), 7, CPU)
    assert network.training
    assert told.step == 7
    assert list(told.values) == ["psnr", "psnr of single frames", "psnr of bicubic", "niqe"]
    assert told.values["psnr"] == 100
    assert told.values["psnr of single frames"] < told.values["psnr of bicubic"] < 40
    (strip,) = told.strips
    assert strip.shape == (112, 3 * 96, 3)
    assert np.array_equal(strip[:, 96:192], strip[:, 192:])


def test_equal_clips_have_no_distance_to_each_other():
    gt = np.stack([drawing(3, (112, 112))] * 3)
    told = validate(Oracle(gt), [HeldClip(gt[:, ::4, ::4], gt)], Measures(), 1, CPU)
    assert told.values["st-lpips"] == pytest.approx(0, abs=1e-6)


def test_without_its_weights_st_lpips_is_left_out_and_said(monkeypatch):
    def gone():
        raise WeightsError("No net.")

    monkeypatch.setattr(stlpips, "origin", gone)
    notes = []
    measures = Measures.opened(notes.append)
    assert notes == ["Validation goes on without ST-LPIPS. No net."]
    picture = drawing(1, (112, 112))
    assert list(measures([(picture, picture)])) == ["niqe"]


@pytest.mark.parametrize(
    ("size", "multiple", "most", "wanted"),
    [
        ((100, 50), 8, 64, (18, 82, 1, 49)),
        ((64, 64), 16, 64, (0, 64, 0, 64)),
        ((17, 31), 16, 384, (0, 16, 7, 23)),
    ],
)
def test_the_middle_has_whole_multiples(size, multiple, most, wanted):
    rows, columns = middle(size, multiple, most)
    assert (rows.start, rows.stop, columns.start, columns.stop) == wanted


def test_clips_that_cannot_be_held_out_are_told(tmp_path):
    folder = clip_folder(tmp_path / "clips", clips=[("a", 3)])
    write_rgb(folder / "a" / "00000001.png", drawing(1))
    with pytest.raises(InputError, match="several sizes"):
        held_clips.held_clips(folder, "animesr", 4)
    write_rgb(Path(tmp_path) / "small" / "a" / "0.png", drawing(1, (12, 40)))
    with pytest.raises(InputError, match="smaller than 16 pixels"):
        held_clips.held_clips(tmp_path / "small", "animesr", 4)
