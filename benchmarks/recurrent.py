"""What is memory worth? A small AnimeSR learns with it and without it, and both restore held-out clips.

    python benchmarks/recurrent.py [../shared/data] --out FOLDER [--steps 3000] [--clips 96] [--held 12]

Clips of 21 frames, 256x192, are made of drawings in three ways, in turns: a pan over a drawing; a figure that
moves on twos before such a pan; a figure that moves on twos before a drawing that stands still. Training
clips come from the training split, held-out ones from the validation split, whose works it does not have.

They are degraded by GRAIN, not by the recipe's preset, whose frames hold the same drawing with hardly any
noise: `bound` tells that there the mean of 15 frames is no better than one of them. Grain is a film's: noise
of 10 to 30 levels at the size of LQ, other in each frame, after a light blur and before H.264.

recipes/animesr-step1-l1.toml learns from them on one thread with CHANGES: 32 channels, 3, 2 and 1 blocks, 7
frames, 1 patch of 128 pixels a step, gradients clipped. For FIRST steps, at 2.5 times its rate, the network
is shown each frame alone: no state, and the frame itself for its neighbours. Then there are two of it, which
learn for --steps more from the very same samples in the same order, at the recipe's rate, halved every 1,500:
one with memory, one that goes on with frames alone, the twin. Both begin with the same weights; those for
neighbours and state are 0, so that the recurrent one begins as what the twin is. `--learn` learns one of the
two and ends, so that two commands can take two cores. The same command goes on where it was.

Measured on 15 frames of each held-out clip, degraded once: PSNR (dB over RGB, against
GT), mean over frames, then over clips; ST-LPIPS of every fifth frame; flicker, the mean change of luma in
levels where GT holds still, over clips where anything does. Compared are the recurrent network over the clip,
the same weights with each frame alone, the twin, and a bicubic enlargement; and, to tell why, the recurrent
weights with neighbours but without state, and what the twin makes of the mean of frames where nothing moves.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from unittest.mock import patch

import cv2
import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor, nn

from drawings import Drawings
from plot import Plot, drawn
from sakuga.degrade import pipeline
from sakuga.degrade import preset as presets
from sakuga.degrade.chance import Uniform
from sakuga.degrade.clip import Frames, stream, to_clip, to_frames
from sakuga.degrade.parts import Blur, Codecs, Coding, FrameNoise, ToResult
from sakuga.degrade.presets import PRESETS
from sakuga.media.plain import write_rgb
from sakuga.media.sheet import Row, sheet
from sakuga.metrics.flicker import flicker
from sakuga.metrics.stlpips import st_lpips
from sakuga.models.animesr import AnimeSR
from sakuga.train import networks
from sakuga.train import recipe as recipes
from sakuga.train.events import Event, OnEvent, Stepped, Validated
from sakuga.train.export import export
from sakuga.train.held_clips import HeldClip, held_clips
from sakuga.train.log import CURVES
from sakuga.train.measures import enlarged, psnr
from sakuga.train.run import train

HEIGHT, WIDTH, LENGTH = 192, 256, 21
RECIPE = Path(__file__).parents[1] / "recipes" / "animesr-step1-l1.toml"
CHANGES = (
    "model.options={channels=32,blocks=[3,2,1]}",
    "data.preset=grain",
    "data.crop=128",
    "data.frames=7",
    "data.batch=1",
    "data.workers=0",
    "schedule.clip=0.05",
    "schedule.ema=0.995",
    "run.save_every=250",
    "run.validate_every=1000",
)
GRAIN = presets.Preset(
    name="grain",
    part=presets.Row(
        (
            Blur(Uniform(0.2, 1.5), sinc=0.0),
            ToResult(),
            FrameNoise(Uniform(10, 30), 0.5, shared=False),
            Codecs((Coding("h264", 1.0, Uniform(18, 28)),), together=True),
        )
    ),
    note="A film's grain, other in each frame, and H.264.",
    source="none published",
    together=True,
)
KINDS = ("pan", "twos before a pan", "twos before a still")
FIRST = 2000
"""Steps."""
START, RECURRENT, TWIN = "first", "recurrent", "alone"
Restore = Callable[[HeldClip], Frames]


@dataclass(frozen=True, slots=True)
class Options:
    data: Path
    out: Path
    steps: int
    clips: int
    held: int


class Alone(AnimeSR):
    """The twin: the same weights, which see each frame of a clip as a clip of its own."""

    def forward(self, clip: Tensor) -> Tensor:
        return super().forward(clip.flatten(0, 1)[:, None])[:, 0].unflatten(0, clip.shape[:2])


def shots(data: Path, split: str, count: int) -> Iterator[Frames]:
    """(LENGTH, HEIGHT, WIDTH, 3) each, of the KINDS in turns."""
    drawings, chance = Drawings(data), stream(11, len(split))
    grounds = [file for kind in ("comic", "vector") for file in drawings.files(kind, split)]
    figures = drawings.files("character", split)
    for number in range(count):
        ground = np.asarray(drawings.open(grounds[number * len(grounds) // count]))
        kind = number % len(KINDS)
        shot = pan(ground, np.array((0, 0)) if kind == 2 else chance.integers(-5, 6, 2), chance)
        if kind:
            figure = drawings.open(figures[number * len(figures) // count], "RGBA")
            shot = on_twos(shot, figure, chance)
        yield shot


def pan(picture: np.ndarray, pace: np.ndarray, chance: np.random.Generator) -> Frames:
    """A window that moves evenly over a drawing, where there is room; pace: rows, columns a frame."""
    room = np.array(picture.shape[:2]) - (HEIGHT, WIDTH)
    pace = np.clip(pace, -(room // LENGTH), room // LENGTH)
    first = chance.integers(np.maximum(0, -pace * LENGTH), room - np.maximum(0, pace * LENGTH) + 1)
    corners = [first + pace * step for step in range(LENGTH)]
    return np.stack([picture[top : top + HEIGHT, left : left + WIDTH] for top, left in corners])


def on_twos(shot: Frames, figure: Image.Image, chance: np.random.Generator) -> Frames:
    """A figure in front, 1.2 to 2.4 frames high, that moves a little in every second frame."""
    height = int(chance.uniform(1.2, 2.4) * HEIGHT)
    figure = figure.resize((figure.width * height // figure.height, height), Image.Resampling.LANCZOS)
    place, pace = chance.uniform((0, 0), (0.3 * WIDTH, 0.2 * HEIGHT)), chance.uniform(-4, 4, 2)
    frames = []
    for number, frame in enumerate(shot):
        left, top = (place + number // 2 * pace).astype(int)
        paper = Image.fromarray(frame)
        paper.paste(figure, (int(left), int(top)), figure)
        frames.append(np.asarray(paper))
    return np.stack(frames)


def filmed(options: Options, split: str, count: int) -> Path:
    """The folder of a split's clips, each a folder of frames."""
    folder = options.out / split
    if not folder.is_dir():
        making = options.out / f"{split}-making"
        for number, shot in enumerate(shots(options.data, split, count)):
            for place, frame in enumerate(shot):
                path = making / f"{number:03}" / f"{place:02}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                # Without waiting for the disk, as nobody would miss it.
                Image.fromarray(frame).save(path, compress_level=1)
        making.rename(folder)
    return folder


def learned(options: Options, name: str, clips: Path, held: Path) -> nn.Module:
    """Follow the recipe to its end, with memory or without; the network that comes out."""
    out, model = options.out / name, options.out / f"{name}.safetensors"
    if name == START:
        stage = [f"schedule.steps={FIRST}", f"schedule.halve_every={FIRST}", "schedule.rate=5e-4"]
    else:
        begin = begun(options, clips, held)
        stage = [f"schedule.steps={options.steps}", "schedule.halve_every=1500", f"model.start={begin}"]
    if not model.is_file():
        data = (f"data.manifest={clips}", f"data.validation={held}")
        told = recipes.read(RECIPE, [*CHANGES, *data, *stage])
        with nullcontext() if name == RECURRENT else patch.dict(networks.NETWORKS, animesr=Alone):
            export(train(told, out, device="cpu", on_event=watching(name)), model)
    return opened(model)


def begun(options: Options, clips: Path, held: Path) -> Path:
    """Weights after the first stage, which do the same whatever stands beside a frame or in the state."""
    path = options.out / "begun.safetensors"
    if not path.is_file():
        weights = learned(options, START, clips, held).state_dict()
        first = weights["recurrent_cell.conv_s1_first.0.weight"]
        # Previous, current and next frame, then the state: nine columns for three equal frames.
        first[:, 3:6] += first[:, :3] + first[:, 6:9]
        first[:, :3] = first[:, 6:] = 0
        save_file(weights, path)
    return path


def opened(model: Path) -> nn.Module:
    return networks.build(recipes.read(RECIPE, [*CHANGES, f"model.start={model}"]).model).eval()


def watching(name: str) -> OnEvent:
    """Prints what a run tells, with the seconds that the process has worked."""

    def watch(event: Event) -> None:
        if isinstance(event, Stepped | Validated):
            values = event.losses if isinstance(event, Stepped) else event.values
            shown = ", ".join(f"{key} {value:.4f}" for key, value in values.items())
            print(f"{name} {event.step}: {shown} ({process_time():.0f} s)", flush=True)

    return watch


@torch.inference_mode()
def over(network: nn.Module, clip: HeldClip) -> Frames:
    """The whole clip, with memory."""
    planes = torch.as_tensor(to_clip(clip.lq).transpose(0, 3, 1, 2).copy())
    return to_frames(network(planes[None])[0].clamp(0, 1).permute(0, 2, 3, 1).numpy())


def frame_by_frame(network: nn.Module, clip: HeldClip) -> Frames:
    """Every frame as a clip of its own."""
    return np.concatenate([over(network, HeldClip(lq[None], clip.gt[:1])) for lq in clip.lq])


@torch.inference_mode()
def without_state(network: nn.Module, clip: HeldClip) -> Frames:
    """Every frame with its neighbours, and nothing remembered."""
    cell, made = network.recurrent_cell, []
    planes = torch.as_tensor(to_clip(clip.lq).transpose(0, 3, 1, 2).copy())
    state = torch.zeros(1, cell.state_channels, *planes.shape[-2:])
    for number in range(len(planes)):
        near = [min(max(number + step, 0), len(planes) - 1) for step in (-1, 0, 1)]
        image, _ = cell(planes[near].flatten(0, 1)[None], state)
        made.append(to_frames(image.clamp(0, 1).permute(0, 2, 3, 1).numpy())[0])
    return np.stack(made)


def bicubic(clip: HeldClip) -> Frames:
    return np.stack([enlarged(lq, clip.gt.shape[1:]) for lq in clip.lq])


@dataclass(frozen=True, slots=True)
class Measured:
    """Of one way to restore all clips."""

    psnr: np.ndarray
    """(clips, frames)."""
    st_lpips: float
    flicker: float


def measured(results: Sequence[Frames], held: Sequence[HeldClip]) -> Measured:
    pairs = list(zip(results, (clip.gt for clip in held), strict=True))
    return Measured(
        np.array([[psnr(*frames) for frames in zip(*pair, strict=True)] for pair in pairs]),
        float(np.mean([st_lpips(made[n], gt[n]) for made, gt in pairs for n in range(2, len(gt), 5)])),
        float(np.nanmean([flicker(zip(*pair, strict=True)) for pair in pairs])),
    )


def table(found: Mapping[str, Measured]) -> None:
    print(f"| | PSNR, dB | {' | '.join(KINDS)} | ST-LPIPS | flicker |\n|{'---|' * (len(KINDS) + 4)}")
    for name, each in found.items():
        kinds = " | ".join(f"{each.psnr[number :: len(KINDS)].mean():.2f}" for number in range(len(KINDS)))
        print(f"| {name} | {each.psnr.mean():.2f} | {kinds} | {each.st_lpips:.3f} | {each.flicker:.2f} |")
    first, *others = found.values()
    for name, other in zip(list(found)[1:], others, strict=True):
        gains = (first.psnr - other.psnr).mean(1)
        places = (first.psnr - other.psnr).mean(0)
        print(
            f"against {name}: {gains.mean():+.2f} dB, ahead in {(gains > 0).sum()} of {len(gains)} clips"
            f" ({gains.min():+.2f} to {gains.max():+.2f}); by place in the clip:"
            f" {', '.join(f'{place:+.2f}' for place in places)}"
        )


def stills(twin: nn.Module, held: Sequence[HeldClip]) -> None:
    """What could be had by memory alone: the twin, shown the mean of all frames where nothing ever moves."""
    for clip in held[2 :: len(KINDS)]:
        still = (clip.gt == clip.gt[0]).all((0, 3))
        mean = np.rint(clip.lq.mean(0)).astype(np.uint8)
        (averaged,) = frame_by_frame(twin, HeldClip(mean[None], clip.gt[:1]))
        single = np.mean([psnr(each[still], clip.gt[0][still]) for each in frame_by_frame(twin, clip)])
        print(
            f"still in {still.mean():.0%} of the frame; there a frame gives {single:.2f} dB, the mean of all"
            f" {psnr(averaged[still], clip.gt[0][still]):.2f} dB"
        )


def bound(held: Sequence[HeldClip]) -> None:
    """How much better than one frame the mean of 15 is, of drawings that stand still, only enlarged."""
    for preset in ("animesr", "grain"):
        gains = []
        for number, clip in enumerate(held):
            still = np.repeat(clip.gt[:1], 15, 0)
            frames = to_frames(pipeline.degrade(to_clip(still), preset, seed=3, index=number, scale=4)[0])
            mean = np.rint(frames.mean(0)).astype(np.uint8)
            one, all_ = (psnr(enlarged(lq, still.shape[1:]), still[0]) for lq in (frames[7], mean))
            gains.append(all_ - one)
        print(f"{preset}: {np.mean(gains):+.2f} dB ({min(gains):+.2f} to {max(gains):+.2f})")


def look(held: Sequence[HeldClip], made: Mapping[str, Sequence[Frames]], path: Path) -> None:
    """The last frame of some clips."""
    rows = [
        Row(
            [clip.gt[-1], clip.lq[-1], *(each[number][-1] for each in made.values())],
            f"GT, LQ, {', '.join(made)}",
        )
        for number, clip in enumerate(held)
    ]
    write_rgb(path, sheet(rows))


def curves(options: Options) -> Iterator[tuple[str, int, str, float]]:
    """Stage, step, name and value: losses every 500 steps, and PSNR whenever it was measured."""
    for stage in (START, RECURRENT, TWIN):
        with (options.out / stage / CURVES).open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                name, step = row["name"], int(row["step"])
                if step % 500 == 0 and (name == "loss pixel" or name.startswith(("psnr", "st-lpips"))):
                    yield stage, step, name, float(row["value"])


def plotted(options: Options, found: Mapping[str, Measured]) -> Image.Image:
    """PSNR while both learned, and at the end along the clip."""
    rows, begin = list(curves(options)), list(found.values())[-1].psnr.mean()
    stages = ((RECURRENT, "psnr"), (RECURRENT, "psnr of single frames"), (TWIN, "psnr"))
    lines = {
        label: [(0.0, begin), *((step, value) for where, step, what, value in rows if (where, what) == stage)]
        for label, stage in zip(found, stages, strict=False)
    }
    places = {name: list(enumerate(found[name].psnr.mean(0), start=1)) for name in lines}
    learning = Plot("PSNR of held-out clips, dB", "steps of the second stage", lines)
    return drawn([learning, Plot("PSNR at the end, dB", "frame of the clip", places)])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="?", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--clips", type=int, default=96)
    parser.add_argument("--held", type=int, default=12)
    parser.add_argument("--learn", choices=(RECURRENT, TWIN), help="learn this one and end")
    parser.add_argument("--curve", type=Path, help="CSV to write")
    parser.add_argument("--plot", type=Path, help="picture to write")
    given = parser.parse_args()
    options = Options(*(getattr(given, name) for name in Options.__dataclass_fields__))
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    with patch.dict(PRESETS, grain=GRAIN):
        follow(options, given)


def follow(options: Options, given: argparse.Namespace) -> None:
    clips, folder = filmed(options, "train", options.clips), filmed(options, "val", options.held)
    if given.learn:
        learned(options, given.learn, clips, folder)
        return
    recurrent, twin = (learned(options, name, clips, folder) for name in (RECURRENT, TWIN))
    first = opened(begun(options, clips, folder))
    held = held_clips(folder, "grain", 4)
    bound(held)
    ways: Mapping[str, Restore] = {
        "recurrent, over the clip": lambda clip: over(recurrent, clip),
        "the same weights, each frame alone": lambda clip: frame_by_frame(recurrent, clip),
        "a twin that learned from frames alone": lambda clip: frame_by_frame(twin, clip),
        "the recurrent weights, neighbours but no state": lambda clip: without_state(recurrent, clip),
        "bicubic": bicubic,
        "both before the second stage": lambda clip: frame_by_frame(first, clip),
    }
    made = {name: [way(clip) for clip in held] for name, way in ways.items()}
    found = {name: measured(results, held) for name, results in made.items()}
    table(found)
    stills(twin, held)
    look(held, made, options.out / "sheet.png")
    if given.curve:
        with given.curve.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("stage", "step", "name", "value"), *curves(options)])
    if given.plot:
        plotted(options, found).save(given.plot, optimize=True)


if __name__ == "__main__":
    main()
