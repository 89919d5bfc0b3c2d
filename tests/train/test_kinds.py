"""What goes with what: kinds of data, networks, targets and critics; the rest is a sentence."""

import pytest

from learned import recipe as small
from sakuga.errors import InputError
from sakuga.models.critics import CRITICS, LEAST
from sakuga.train import networks
from sakuga.train.recipe import Network
from sakuga.train.run import samples_of

SCENES = {"kind": "scenes"}
CLIPS = {"kind": "clips", "target": "gt"}


@pytest.mark.parametrize(
    ("network", "data", "losses", "sentence"),
    [
        (
            "animesr",
            {},
            {},
            "data.kind is pictures, and model.network is animesr, which does not learn from it",
        ),
        ("compact", CLIPS, {}, "data.kind is clips, and model.network is compact"),
        ("animesr", {"kind": "clips"}, {}, "data.target is pseudo_gt; with clips it is gt or sharpened"),
        (
            "compact",
            {"target": "sharpened"},
            {},
            "data.target is sharpened; with pictures it is gt or pseudo_gt or teacher",
        ),
        ("compact", {"operators": ("x",)}, {}, "data.operators are for clips"),
        ("animesr", CLIPS | {"prepared": "x"}, {}, "data.prepared and data.crops are for pictures"),
        ("animesr", CLIPS | {"crops": 2}, {}, "data.prepared and data.crops are for pictures"),
        ("animesr", CLIPS | {"crop": 40}, {}, "data.crop is 40; for clips it is a multiple of 16"),
        ("animesr", CLIPS | {"crop": 64}, {"critic": "multi-scale"}, "results of 64 pixels; .* needs 96"),
        ("lbo", {"crop": 256}, {"critic": "multi-scale"}, "results of 64 pixels; .* needs 96"),
        (
            "compact",
            {"crop": 64},
            {"critic": "patch", "window": 16},
            "losses.window is 16; .* patch needs 24",
        ),
        ("animesr", CLIPS | {"operators": ("gone",)}, {}, "data.operators: there is no file gone"),
        ("animesr", CLIPS, {}, "none"),
        ("compact", SCENES, {"critic": "scene"}, "data.kind is scenes, and model.network is compact"),
        ("translator", SCENES, {}, "losses.critic is none; with scenes it is scene"),
        ("compact", {}, {"critic": "scene"}, "losses.critic is scene; with pictures it is none or patch"),
        ("translator", SCENES, {"critic": "scene"}, r"no data\.manifest"),
    ],
)
def test_what_does_not_go_together_is_told(network, data, losses, sentence):
    with pytest.raises(InputError, match=sentence):
        samples_of(small(network, data=data, losses=losses))


@pytest.mark.parametrize("name", CRITICS)
def test_critics_judge_pictures_from_their_least_side_on(name):
    import torch

    critic, least = CRITICS[name](), LEAST[name]
    with torch.no_grad():
        assert all(scores.numel() for scores in critic(torch.rand(1, 3, least, least)))
        if name != "unet":
            with pytest.raises(RuntimeError):
                critic(torch.rand(1, 3, least - 1, least - 1))


def test_scales_that_differ_and_blocks_that_rise_are_told():
    with pytest.raises(InputError, match=r"model\.scale is 2, and that in model\.options is 4"):
        networks.build(Network(network="animesr", scale=2))
    for blocks in ((1, 2, 1), (2, 1)):
        with pytest.raises(InputError, match=r"model\.options: the network animesr does not take them"):
            networks.build(Network(network="animesr", options={"channels": 4, "blocks": blocks}))
