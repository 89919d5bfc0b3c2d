"""Look at held-out pictures: degraded once, by fixed seeds, restored, and measured against their GT.

Source: APISR's released code has no validation; what is measured stands in `measures`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from sakuga.degrade import pipeline
from sakuga.degrade.clip import to_clip, to_frames
from sakuga.degrade.folder import cropped
from sakuga.media import manifest
from sakuga.media.plain import Rgb, read_rgb
from sakuga.train.events import Validated
from sakuga.train.measures import Measures, enlarged, mean, middle, psnr, strip

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
        whole = cropped(read_rgb(entry.file), 2 * scale)
        gt = whole[middle(whole.shape[:2], 2 * scale, SIDE)]
        clip, _ = pipeline.degrade(to_clip(gt[None]), preset, seed=SEED, index=index, scale=scale)
        held.append(Held(to_frames(clip)[0], gt))
    return held


def validate(
    network: nn.Module, held: Sequence[Held], measures: Measures, step: int, device: torch.device
) -> Validated:
    """PSNR (RGB, against GT) of results and of a bicubic enlargement, and `measures` of results; means."""
    was_training = network.training
    network.eval()
    results = [_restored(network, each.lq, device) for each in held]
    network.train(was_training)
    pairs = [(result, each.gt) for result, each in zip(results, held, strict=True)]
    values = {
        "psnr": mean([psnr(*pair) for pair in pairs]),
        "psnr of bicubic": mean([psnr(enlarged(each.lq, each.gt.shape), each.gt) for each in held]),
        **measures(pairs),
    }
    strips = [strip(each.lq, *pair) for each, pair in zip(held[:STRIPS], pairs, strict=False)]
    return Validated(step, values, tuple(strips))


@torch.no_grad()
def _restored(network: nn.Module, lq: Rgb, device: torch.device) -> Rgb:
    planes = torch.as_tensor(to_clip(lq[None]).transpose(0, 3, 1, 2).copy(), device=device)
    result = network(planes)[0].float().clamp(0, 1).permute(1, 2, 0).cpu().numpy()
    return to_frames(result[None])[0]
