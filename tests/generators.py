"""Small StyleGAN2 files as people share them, with a style that differs in the last layers."""

from __future__ import annotations

from argparse import Namespace

import torch

from sakuga.models.stylegan2 import StyleGAN2

THIN = 1 / 64


def generator(size=8, style=0.0, seed=3):
    torch.manual_seed(seed)
    network = StyleGAN2(size, THIN)
    torch.manual_seed(seed + 1)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if name.endswith("noise.weight"):
                parameter.fill_(0.3)
            if style and name.startswith(("convs.1", "to_rgbs")):
                parameter.add_(torch.randn_like(parameter), alpha=style)
    return network.eval()


def save(path, network):
    """With what a training program keeps beside it."""
    content = {"g_ema": network.state_dict(), "args": Namespace(size=network.size), "ada_aug_p": 0.0}
    torch.save(content, path)
    return path


def both(folder, size=8):
    """Files of a generator before and after it learned a style."""
    return save(folder / "photo.pt", generator(size)), save(folder / "anime.pt", generator(size, 0.4))
