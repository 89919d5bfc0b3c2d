"""ICNet against a restatement that knows only the published names, and its file."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from sakuga.curate.ic9600 import IC9600, prepared
from sakuga.errors import WeightsError
from sakuga.models.icnet import ICNet


def seeded():
    torch.manual_seed(5)
    network = ICNet().eval()
    with torch.no_grad():
        for name, tensor in network.state_dict().items():
            if name.endswith("running_var"):
                tensor.uniform_(0.5, 1.5)
            elif name.endswith("running_mean"):
                tensor.normal_(0, 0.1)
    return network


def norm(w, name, x):
    return F.batch_norm(
        x, w[f"{name}.running_mean"], w[f"{name}.running_var"], w[f"{name}.weight"], w[f"{name}.bias"]
    )


def resized(x, side):
    return F.interpolate(x, (side, side), mode="bilinear", align_corners=True)


def block(w, name, x):
    stride = 2 if f"{name}.downsample.0.weight" in w else 1
    y = F.relu(norm(w, f"{name}.bn1", F.conv2d(x, w[f"{name}.conv1.weight"], None, stride, 1)))
    y = norm(w, f"{name}.bn2", F.conv2d(y, w[f"{name}.conv2.weight"], None, 1, 1))
    if stride == 2:
        x = norm(w, f"{name}.downsample.1", F.conv2d(x, w[f"{name}.downsample.0.weight"], None, 2))
    return F.relu(x + y)


def slam(w, name, side, x):
    small = resized(x, side) if x.shape[2] != side else x
    hidden = F.relu(F.linear(small.flatten(2), w[f"{name}.linear.0.weight"], w[f"{name}.linear.0.bias"]))
    gain = torch.sigmoid(F.linear(hidden, w[f"{name}.linear.2.weight"], w[f"{name}.linear.2.bias"]))
    return x * gain.unsqueeze(-1)


def stem(w, name, x):
    x = F.relu(norm(w, f"{name}.1", F.conv2d(x, w[f"{name}.0.weight"], None, 2, 3)))
    x = F.max_pool2d(x, 3, 2, 1)
    return block(w, f"{name}.4.1", block(w, f"{name}.4.0", x))


def layer(w, name, x):
    return block(w, f"{name}.1", block(w, f"{name}.0", x))


def up(w, name, x):
    x = F.conv2d(resized(x, 64), w[f"{name}.conv.weight"], w[f"{name}.conv.bias"])
    return F.relu(norm(w, f"{name}.bn", x))


def mixed(w, name, x):
    x = F.relu(norm(w, f"{name}.bn", F.conv2d(x, w[f"{name}.conv.weight"], w[f"{name}.conv.bias"], 1, 1)))
    return slam(w, f"{name}_slam", 32, x)


def plain(w, x):
    """Step by step as the fact sheet has it."""
    near = slam(w, "b1_1_slam", 32, stem(w, "b1_1", x))
    near = slam(w, "b1_2_slam", 32, layer(w, "b1_2", near))
    far = slam(w, "b2_1_slam", 32, stem(w, "b2_1", resized(x, 256)))
    for name, side in (("b2_2", 32), ("b2_3", 16), ("b2_4", 8)):
        far = slam(w, f"{name}_slam", side, layer(w, name, far))
    both = torch.cat((up(w, "up1", near), up(w, "up2", far)), 1)
    drawn = torch.sigmoid(
        F.conv2d(mixed(w, "to_map_f", both), w["to_map.to_map.0.weight"], w["to_map.to_map.0.bias"])
    )
    pooled = mixed(w, "to_score_f", both).mean((2, 3))
    hidden = F.relu(F.linear(pooled, w["head.0.weight"], w["head.0.bias"]))
    return torch.sigmoid(F.linear(hidden, w["head.2.weight"], w["head.2.bias"])).flatten(), drawn


@torch.inference_mode()
def test_it_is_the_published_network():
    network = seeded()
    assert sum(parameter.numel() for parameter in network.parameters()) == 20_328_074
    state = network.state_dict()
    assert len(state) == 246
    assert tuple(state["b1_1_slam.linear.0.weight"].shape) == (512, 1024)
    assert tuple(state["b2_3_slam.linear.0.weight"].shape) == (512, 256)
    assert tuple(state["b2_4_slam.linear.0.weight"].shape) == (512, 64)
    x = torch.randn(1, 3, 512, 512)
    for ours, theirs in zip(network(x), plain(state, x), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)


def test_other_sizes_are_refused():
    with pytest.raises(ValueError, match="takes 512x512 pixels, not 512x256"):
        ICNet()(torch.zeros(1, 3, 256, 512))


def test_a_stand_in_file_of_the_published_form_gives_a_score(tmp_path):
    network = seeded()
    torch.save(network.state_dict(), tmp_path / "ck.pth")
    score = IC9600(tmp_path / "ck.pth", "cpu")
    picture = np.random.default_rng(1).integers(0, 256, (90, 160, 3), np.uint8)
    with torch.inference_mode():
        wanted = float(network(prepared(picture))[0][0])
    assert score(picture) == pytest.approx(wanted, abs=1e-6)
    assert 0 < wanted < 1


def test_files_that_are_none_are_named(tmp_path):
    with pytest.raises(WeightsError, match="there is no such file"):
        IC9600(tmp_path / "gone.pth", "cpu")
    torch.save({"b1_1.0.weight": torch.zeros(64, 3, 7, 7)}, tmp_path / "other.pth")
    with pytest.raises(WeightsError, match="does not hold the weights of ICNet"):
        IC9600(tmp_path / "other.pth", "cpu")
