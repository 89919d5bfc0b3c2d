"""Exported networks: what comes out of files is what the network gives, also from frame to frame."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from contract_backends import reference, shot
from learned import Squares
from learned import recipe as small
from sakuga.engine.engine import open_engine
from sakuga.engine.precision import psnr
from sakuga.errors import InputError, ModelError
from sakuga.models import graphs, lbo
from sakuga.models.identify import identify
from sakuga.models.load import load
from sakuga.train.export import export
from sakuga.train.loop import NEWEST, Loop
from sakuga.train.machine import Machine


class Clips(Squares):
    """Squares that stand still."""

    def __getitem__(self, number):
        return {name: np.stack([each] * 2) for name, each in super().__getitem__(number).items()}


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A recurrent network with blocks at all scales that look at each other, in both forms."""
    folder = tmp_path_factory.mktemp("exported")
    options = {"channels": 8, "blocks": (2, 2, 2)}
    told = small("animesr", options=options, data={"kind": "clips"}, schedule={"steps": 3, "rate": 1e-2})
    Loop(told, folder, Clips(), Machine(device="cpu")).run()
    files = {kind: folder / f"網.{kind}" for kind in ("safetensors", "onnx")}
    for path in files.values():
        export(folder / NEWEST, path)
    return files


@pytest.mark.parametrize(("height", "width", "tile"), [(40, 56, None), (40, 120, 112)])
def test_both_forms_of_a_recurrent_network_restore_clips(exported, height, width, tile):
    """Whole and in tiles, whatever the size, with a cut in between; 50 dB is what was asked for."""
    model = load(exported["safetensors"])
    clip = shot(3, height, width)
    cut = 255 - clip[:2] // 3
    whole = {
        kind: np.stack(
            list(
                open_engine(
                    load(path), device="cpu", precision="fp32", tile=tile, color_lock=False, reuse="off"
                ).clip([*clip, *cut])
            )
        )
        for kind, path in exported.items()
    }
    assert psnr(whole["safetensors"], whole["onnx"]) > 80
    if tile is None:
        wanted = np.concatenate([reference(model, part) for part in (clip, cut)])
        assert psnr(whole["onnx"], wanted) > 80


def test_what_a_file_says_of_itself(exported):
    one, other = (identify(path) for path in exported.values())
    assert (one.network, one.scale) == (other.network, other.scale) == ("animesr", 4)
    spec = load(exported["onnx"]).spec
    assert (spec.window, spec.recurrent, spec.multiple) == (3, True, 4)
    assert spec.options == {"channels": 8, "blocks": (2, 2, 2)}
    graph = graphs.read(exported["onnx"])
    for ends, names in zip((graph.inputs, graph.outputs), graphs.STEP, strict=True):
        assert tuple(end.get_any_name() for end in ends) == names
        assert all(end.get_partial_shape()[2].is_dynamic for end in ends)


def test_a_state_that_is_wrong_would_show(exported):
    """So that the comparison above can fail: without memory, results differ."""
    engine = open_engine(load(exported["onnx"]), device="cpu", color_lock=False, reuse="off")
    clip = list(shot(3, 40, 56))
    alone = np.stack([next(engine.clip([frame])) for frame in clip])
    assert psnr(np.stack(list(engine.clip(clip))), alone) < 50


def test_operators_are_exported_for_recipes(tmp_path):
    told = small("lbo", options={"channels": 8}, schedule={"steps": 1})

    class Halves(Squares):
        def __getitem__(self, number):
            found = super().__getitem__(number)
            return {"lq": found["gt"], "gt": found["lq"], "pseudo_gt": found["lq"]}

    Loop(told, tmp_path, Halves(scale=2), Machine(device="cpu")).run()
    export(tmp_path / NEWEST, tmp_path / "lbo.safetensors")
    assert lbo.load(tmp_path / "lbo.safetensors")(torch.rand(1, 3, 8, 8)).shape == (1, 3, 4, 4)
    with pytest.raises(ModelError, match="is a learned operator"):
        load(tmp_path / "lbo.safetensors")
    with pytest.raises(InputError, match=r"choose \.safetensors"):
        export(tmp_path / NEWEST, tmp_path / "lbo.onnx")


@pytest.mark.parametrize("suffix", ["safetensors", "onnx"])
@pytest.mark.parametrize(
    ("network", "options"),
    [
        ("rrdb", {"blocks": 1, "channels": 8, "growth": 4}),
        ("compact", {"convs": 1, "channels": 8, "fold": 2}),
    ],
)
def test_a_folding_network_takes_odd_sides(network, options, suffix, tmp_path):
    """RRDB at scale 2 folds its input, and a compact one where it is told to, which the file has to say."""
    told = small(network, options={**options, "scale": 2}, schedule={"steps": 1})
    told = replace(told, model=replace(told.model, scale=2))
    Loop(told, tmp_path, Squares(scale=2), Machine(device="cpu")).run()
    export(tmp_path / NEWEST, tmp_path / f"odd.{suffix}")
    engine = open_engine(load(tmp_path / f"odd.{suffix}"), device="cpu", precision="fp32", reuse="off")
    assert next(iter(engine.clip([np.zeros((15, 21, 3), np.uint8)]))).shape == (30, 42, 3)


@pytest.mark.parametrize(
    ("network", "options"),
    [("compact", {"convs": 2, "channels": 16}), ("rrdb", {"blocks": 1, "channels": 32, "growth": 16})],
)
def test_weights_of_16_bits_give_equal_pictures_in_both_forms(network, options, tmp_path):
    """Also where kernels are derived from them, which 16 bits would change again."""
    told = small(network, options=options, schedule={"steps": 2, "rate": 1e-2})
    Loop(told, tmp_path, Squares(), Machine(device="cpu")).run()
    made = {}
    for half in (False, True):
        for suffix in ("safetensors", "onnx"):
            path = tmp_path / f"{half}.{suffix}"
            export(tmp_path / NEWEST, path, half=half)
            engine = open_engine(load(path), device="cpu", precision="fp32", color_lock=False, reuse="off")
            made[half, suffix] = np.stack(list(engine.clip(shot(1, 24, 32))))
    assert psnr(made[True, "safetensors"], made[True, "onnx"]) > 80
    assert psnr(made[True, "onnx"], made[False, "onnx"]) > 45
    sizes = [(tmp_path / f"{half}.onnx").stat().st_size for half in (True, False)]
    assert sizes[0] < 0.75 * sizes[1]
