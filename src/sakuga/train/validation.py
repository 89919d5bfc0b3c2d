"""Look at held-out pictures: degraded once, by fixed seeds, restored, and measured against their GT.

Source: APISR's released code has no validation; the measures here are PSNR against GT and NIQE.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn

from sakuga.degrade import pipeline
from sakuga.degrade.clip import to_clip, to_frames
from sakuga.degrade.folder import cropped
from sakuga.media import manifest
from sakuga.media.plain import Rgb, read_rgb
from sakuga.metrics.niqe import niqe
from sakuga.train.events import Validated

SEED = 20_240_617
"""Of the degradations, whatever the recipe's."""
SIDE = 384
"""Pixels of GT's longest side; of larger pictures the middle is taken."""
STRIPS = 4


@dataclass(frozen=True, slots=True)
class Held:
    """One held-out picture, 8 bits."""

    lq: Rgb
    gt: Rgb


def held_out(path: Path, preset: str, scale: int) -> list[Held]:
    """All pictures of a manifest or folder. Raises InputError for what cannot be read."""
    held: list[Held] = []
    for index, entry in enumerate(manifest.read(path)):
        gt = _middle(cropped(read_rgb(entry.file), 2 * scale), 2 * scale)
        clip, _ = pipeline.degrade(to_clip(gt[None]), preset, seed=SEED, index=index, scale=scale)
        held.append(Held(to_frames(clip)[0], gt))
    return held


def validate(network: nn.Module, held: Sequence[Held], step: int, device: torch.device) -> Validated:
    """PSNR (RGB, against GT) of results and of a bicubic enlargement, and NIQE of results; means."""
    was_training = network.training
    network.eval()
    results = [_restored(network, each.lq, device) for each in held]
    network.train(was_training)
    values = {
        "psnr": _mean([psnr(result, each.gt) for result, each in zip(results, held, strict=True)]),
        "psnr of bicubic": _mean([psnr(enlarged(each.lq, each.gt.shape), each.gt) for each in held]),
        "niqe": _mean([niqe(result) for result in results]),
    }
    strips = [_strip(*pair) for pair in zip(held[:STRIPS], results, strict=False)]
    return Validated(step, values, tuple(strips))


def psnr(one: Rgb, other: Rgb) -> float:
    """dB over all channels; 100 for equal pictures."""
    error = float(np.mean((one.astype(np.float64) - other) ** 2))
    return float(10 * np.log10(255**2 / error)) if error else 100.0


def enlarged(lq: Rgb, shape: Sequence[int]) -> Rgb:
    """Bicubic, to (height, width, ...)."""
    size = shape[1], shape[0]
    return np.asarray(cv2.resize(lq, size, interpolation=cv2.INTER_CUBIC), np.uint8)


@torch.no_grad()
def _restored(network: nn.Module, lq: Rgb, device: torch.device) -> Rgb:
    planes = torch.as_tensor(to_clip(lq[None]).transpose(0, 3, 1, 2).copy(), device=device)
    result = network(planes)[0].float().clamp(0, 1).permute(1, 2, 0).cpu().numpy()
    return to_frames(result[None])[0]


def _middle(picture: Rgb, multiple: int) -> Rgb:
    height, width = (min(side, SIDE // multiple * multiple) for side in picture.shape[:2])
    top, left = ((side - part) // 2 for side, part in zip(picture.shape[:2], (height, width), strict=True))
    return picture[top : top + height, left : left + width]


def _strip(held: Held, result: Rgb) -> Rgb:
    factor = held.gt.shape[0] // held.lq.shape[0]
    lq = np.repeat(np.repeat(held.lq, factor, 0), factor, 1)
    return np.concatenate([lq, result, held.gt], 1)


def _mean(values: Sequence[float]) -> float:
    """Of those that are numbers: small pictures have no NIQE."""
    numbers = [value for value in values if value == value]
    return sum(numbers) / len(numbers) if numbers else float("nan")
