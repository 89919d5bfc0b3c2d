"""Look at held-out photos: what the network makes of them, and how much of what they show is still there.

Source: Scenimefy's released code has no validation. There is no right result to compare with; distances to
the drawings' look are for `sakuga evaluate`, as they need many pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn

from sakuga.degrade.clip import to_clip, to_frames
from sakuga.media import manifest
from sakuga.media.plain import Rgb, read_rgb
from sakuga.metrics.line_match import line_match
from sakuga.metrics.niqe import niqe
from sakuga.metrics.region_match import region_match
from sakuga.train.events import Validated
from sakuga.train.measures import mean, middle
from sakuga.train.validation import STRIPS

MULTIPLE = 4
"""Of the sides that the network takes."""
SHORT = 1.5
"""Short side of a photo that is looked at, over data.crop: what is learned from is near this size."""


def held_scenes(path: Path, crop: int) -> list[Rgb]:
    """All photos of a manifest or folder, reduced to a short side of SHORT * crop where they are larger.

    Raises InputError for what cannot be read.
    """
    return [_reduced(read_rgb(entry.file), round(SHORT * crop)) for entry in manifest.read(path)]


def validate(network: nn.Module, held: Sequence[Rgb], step: int, device: torch.device) -> Validated:
    """Means: lines and regions of photos that results still have, and NIQE of results."""
    was_training = network.training
    network.eval()
    pairs = [(made_of(network, photo, device), photo) for photo in held]
    network.train(was_training)
    values = {
        "line-match": mean([line_match(*pair) for pair in pairs]),
        "region-match": mean([region_match(*pair) for pair in pairs]),
        "niqe": mean([niqe(result) for result, _ in pairs]),
    }
    strips = tuple(np.concatenate([photo, result], 1) for result, photo in pairs[:STRIPS])
    return Validated(step, values, strips, parts="photo, result")


@torch.no_grad()
def made_of(network: nn.Module, photo: Rgb, device: torch.device) -> Rgb:
    """(h, w, 3), sides as the network takes them, to the same, 8 bits."""
    planes = torch.as_tensor(to_clip(photo).transpose(2, 0, 1)[None].copy(), device=device)
    result = network(planes)[0].float().clamp(0, 1).permute(1, 2, 0).cpu().numpy()
    return to_frames(result)


def _reduced(photo: Rgb, short: int) -> Rgb:
    factor = max(short, 2 * MULTIPLE) / min(photo.shape[:2])
    if factor < 1 or min(photo.shape[:2]) < 2 * MULTIPLE:
        height, width = (max(2 * MULTIPLE, round(factor * side)) for side in photo.shape[:2])
        way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
        photo = np.asarray(cv2.resize(photo, (width, height), interpolation=way), np.uint8)
    return np.ascontiguousarray(photo[middle(photo.shape[:2], MULTIPLE, max(photo.shape[:2]))])
