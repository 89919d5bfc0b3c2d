"""Look at held-out pairs of frames: how near to the real LQ an operator comes from pseudo-HR.

Source: AnimeSR's released code trains operators without any validation.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn

from sakuga.degrade.clip import to_clip, to_frames
from sakuga.media.plain import Rgb, read_rgb
from sakuga.train.events import Validated
from sakuga.train.frames import SCALE, paired
from sakuga.train.measures import Measures, mean, middle, psnr
from sakuga.train.validation import SIDE, STRIPS

Held = tuple[Rgb, Rgb]
"""Pseudo-HR and LQ."""


def held_frames(folder: Path) -> list[Held]:
    """The middle of all pairs of a folder. Raises InputError for what cannot be read."""
    return [_middle(read_rgb(pair.pseudo_hr), read_rgb(pair.lq)) for pair in paired(folder)]


def validate(
    network: nn.Module, held: Sequence[Held], measures: Measures, step: int, device: torch.device
) -> Validated:
    """Means: PSNR (RGB, against the real LQ) of what the operator makes of pseudo-HR and of averages over
    2x2 pixels, and `measures` of the operator's.
    """
    was_training = network.training
    network.eval()
    made = [halved(network, large, device) for large, _ in held]
    network.train(was_training)
    pairs = [(half, lq) for half, (_, lq) in zip(made, held, strict=True)]
    values = {
        "psnr": mean([psnr(*pair) for pair in pairs]),
        "psnr of averages": mean([psnr(averaged(large), lq) for large, lq in held]),
        **measures(pairs),
    }
    shown = zip(held[:STRIPS], pairs, strict=False)
    strips = [np.concatenate([averaged(large), *pair], 1) for (large, _), pair in shown]
    return Validated(step, values, tuple(strips))


@torch.no_grad()
def halved(network: nn.Module, picture: Rgb, device: torch.device) -> Rgb:
    """(2h, 2w, 3) to (h, w, 3), 8 bits."""
    planes = torch.as_tensor(to_clip(picture).transpose(2, 0, 1)[None].copy(), device=device)
    result = network(planes)[0].float().clamp(0, 1).permute(1, 2, 0).cpu().numpy()
    return to_frames(result)


def averaged(picture: Rgb) -> Rgb:
    """Each result is the mean of 2x2 pixels."""
    size = picture.shape[1] // SCALE, picture.shape[0] // SCALE
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _middle(large: Rgb, small: Rgb) -> Held:
    part = middle(small.shape[:2], 1, SIDE)
    whole = tuple(slice(SCALE * each.start, SCALE * each.stop) for each in part)
    return large[whole], small[part]
