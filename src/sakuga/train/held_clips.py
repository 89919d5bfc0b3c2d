"""Look at held-out clips: what a recurrent network makes of them, and how much of that it owes to memory.

Source: AnimeSR's released training has no validation; its tests look at frames of each clip one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from sakuga.degrade import pipeline
from sakuga.degrade.clip import Frames, to_clip, to_frames
from sakuga.degrade.pipeline import Pool
from sakuga.errors import InputError
from sakuga.models.animesr import MULTIPLE
from sakuga.train.events import Validated
from sakuga.train.film import Film, films_of
from sakuga.train.measures import Measures, enlarged, mean, middle, psnr, strip
from sakuga.train.validation import SEED, SIDE, STRIPS

LONGEST = 15
"""Frames of a clip; of longer ones the middle is taken."""
SPARSE = 5
"""Of so many frames, one is shown to the slow measures."""


@dataclass(frozen=True, slots=True)
class HeldClip:
    """One held-out clip, (n, h, w, 3) and (n, s*h, s*w, 3)."""

    lq: Frames
    gt: Frames


def held_clips(path: Path, preset: str, scale: int, learned: Pool = ()) -> list[HeldClip]:
    """All clips of a manifest or folder. Raises InputError for what cannot be read."""
    held: list[HeldClip] = []
    for index, film in enumerate(films_of(path)):
        gt = _middle(film, MULTIPLE * scale)
        lq, _ = pipeline.degrade(to_clip(gt), preset, seed=SEED, index=index, scale=scale, learned=learned)
        held.append(HeldClip(to_frames(lq), gt))
    return held


def validate(
    network: nn.Module, held: Sequence[HeldClip], measures: Measures, step: int, device: torch.device
) -> Validated:
    """Means over clips: PSNR (RGB, against GT) of the network's results over the sequence, of those that it
    gives to each frame alone, without any past, and of a bicubic enlargement; `measures` of some results.
    """
    was_training = network.training
    network.eval()
    results = [_restored(network, _planes(each.lq, device)[None])[0] for each in held]
    alone = [_alone(network, _planes(each.lq, device)) for each in held]
    network.train(was_training)
    bicubic = [[enlarged(frame, each.gt.shape[1:]) for frame in each.lq] for each in held]
    values = {
        "psnr": _psnr(results, held),
        "psnr of single frames": _psnr(alone, held),
        "psnr of bicubic": _psnr(bicubic, held),
        **measures(_some(results, held)),
    }
    shown = zip(held[:STRIPS], results, strict=False)
    strips = [strip(each.lq[-1], result[-1], each.gt[-1]) for each, result in shown]
    return Validated(step, values, tuple(strips))


def _middle(film: Film, multiple: int) -> Frames:
    count = min(len(film), LONGEST)
    first = (len(film) - count) // 2
    frames = film.frames(range(first, first + count))
    if len({frame.shape for frame in frames}) > 1:
        raise InputError(f"{film.file} holds frames of several sizes; a clip has one.")
    if min(frames[0].shape[:2]) < multiple:
        raise InputError(f"{film.file} is smaller than {multiple} pixels; leave it out.")
    return np.stack(frames)[:, *middle(frames[0].shape[:2], multiple, SIDE)]


def _planes(frames: Frames, device: torch.device) -> Tensor:
    """(n, h, w, 3) to (n, 3, h, w)."""
    return torch.as_tensor(to_clip(frames).transpose(0, 3, 1, 2).copy(), device=device)


def _alone(network: nn.Module, frames: Tensor) -> Frames:
    """One by one, as memory is short."""
    return np.concatenate([_restored(network, frame[None, None])[0] for frame in frames])


@torch.no_grad()
def _restored(network: nn.Module, clips: Tensor) -> Frames:
    """(b, n, 3, h, w) to (b, n, s*h, s*w, 3), 8 bits."""
    results = network(clips).float().clamp(0, 1).permute(0, 1, 3, 4, 2).cpu().numpy()
    return np.stack([to_frames(result) for result in results])


def _psnr(results: Sequence[Sequence[np.ndarray] | Frames], held: Sequence[HeldClip]) -> float:
    pairs = zip(results, held, strict=True)
    return mean([mean([psnr(*pair) for pair in zip(result, each.gt, strict=True)]) for result, each in pairs])


def _some(results: Sequence[Frames], held: Sequence[HeldClip]) -> Iterator[tuple[Frames, Frames]]:
    """Frames for the slow measures, each with its GT."""
    for result, each in zip(results, held, strict=True):
        yield from zip(result[SPARSE // 2 :: SPARSE], each.gt[SPARSE // 2 :: SPARSE], strict=True)
