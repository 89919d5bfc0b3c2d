"""How fast training goes: our loop against a plain one, what it waits for, and, with a GPU, GRL.

    python benchmarks/train.py [../shared/data] [--parts loop,data,gpu] [--blocks 9] [--steps 6] [--threads 1]

loop: Compact on pairs in memory; steps of our loop, with feed, checks and log, and of a plain PyTorch loop
in turns in one process: the ratio of both in each block, wall clock and CPU time of the process, medians.

data: the share of time that our loop waits while two workers degrade 1280x720 drawings, by patches that are
cut out of each picture.

gpu: images a second of GRL tiny, plain eager fp32 against ours in bf16 and compiled; the share of time in
which the GPU is at work.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from drawings import Drawings
from sakuga.train import networks
from sakuga.train.events import Event, Stepped
from sakuga.train.loop import Loop
from sakuga.train.machine import Machine
from sakuga.train.order import Order
from sakuga.train.pairs import Making, Pairs
from sakuga.train.recipe import Arithmetic, Data, Network, Recipe, Run, Schedule

COMPACT = Network(network="compact", options={"convs": 16, "channels": 64, "scale": 4})
GRL = Network(network="grl")
WORKERS = 2
PICTURES = 8
FOREVER = 1_000_000

Clock = tuple[float, float]
"""Wall clock and CPU time of this process, in seconds."""


def now() -> Clock:
    return time.perf_counter(), time.process_time()


@dataclass
class Ready:
    """Pairs in memory; notes when the first of a step is asked for."""

    side: int
    batch: int
    count: int = 64
    asked: list[Clock] = field(default_factory=list)

    def __post_init__(self) -> None:
        chance = np.random.default_rng(0)
        small = chance.random((self.count, 3, self.side // 4, self.side // 4), np.float32)
        large = small.repeat(4, 2).repeat(4, 3)
        self.pairs = [{"lq": lq, "gt": gt, "pseudo_gt": gt} for lq, gt in zip(small, large, strict=True)]
        self._since = 0

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, number: int) -> Mapping[str, np.ndarray]:
        if self._since % self.batch == 0:
            self.asked.append(now())
        self._since += 1
        return self.pairs[number % self.count]

    def begin(self) -> None:
        self.asked, self._since = [], 0

    def seconds(self) -> Clock:
        """Of a step in the mean, from asking for its data to asking for those of the next."""
        (wall, work), (last_wall, last_work) = self.asked[0], self.asked[-1]
        steps = len(self.asked) - 1
        return (last_wall - wall) / steps, (last_work - work) / steps


def recipe(network: Network, data: Data, run: Run | None = None) -> Recipe:
    schedule = Schedule(steps=FOREVER, rate=1e-4)
    return Recipe(name="benchmark", model=network, data=data, schedule=schedule, run=run or running())


def running(log_every: int = 10, precision: Arithmetic = "fp32", *, compiled: bool = False) -> Run:
    return Run(save_every=FOREVER, log_every=log_every, precision=precision, compile=compiled)


def plain(told: Recipe, samples: Ready, device: torch.device) -> Callable[[int], None]:
    """A loop as one would write it down."""
    network = networks.build(told.model).to(device).train()
    optimiser = torch.optim.Adam(network.parameters(), lr=told.schedule.rate, betas=told.schedule.betas)
    pairs = [
        (torch.from_numpy(pair["lq"]), torch.from_numpy(np.ascontiguousarray(pair["gt"])))
        for pair in samples.pairs
    ]
    batches: Iterator[list[int]] = iter(Order(samples.count, samples.batch, 0))

    def run(steps: int) -> None:
        for _ in range(steps):
            samples.asked.append(now())
            chosen = [pairs[number % samples.count] for number in next(batches)]
            lq, gt = (torch.stack(part).to(device) for part in zip(*chosen, strict=True))
            optimiser.zero_grad(set_to_none=True)
            loss = torch.nn.functional.l1_loss(network(lq), gt)
            loss.backward()
            optimiser.step()

    return run


def loops(blocks: int, steps: int) -> None:
    told, machine = recipe(COMPACT, Data(crop=128, batch=4, workers=0)), Machine(device="cpu")
    samples = Ready(128, 4)
    with tempfile.TemporaryDirectory() as folder:
        loop = Loop(told, Path(folder), samples, machine)
        theirs = plain(told, samples, machine.device)
        ours = lambda count: loop.run(until=loop.step + count)  # noqa: E731
        taken: dict[str, list[Clock]] = {"ours": [], "plain": []}
        for block in range(blocks + 1):
            turns = [("ours", ours), ("plain", theirs)]
            for name, run in turns if block % 2 else reversed(turns):
                samples.begin()
                run(steps + 1)
                if block:
                    taken[name].append(samples.seconds())
    for index, clock in enumerate(("wall clock", "CPU time")):
        mine, other = ([each[index] for each in taken[name]] for name in ("ours", "plain"))
        ratio = statistics.median(b / a for a, b in zip(mine, other, strict=True))
        speeds = f"{1 / statistics.median(mine):.3f} ours, {1 / statistics.median(other):.3f} plain"
        told_as = f"{100 * (ratio - 1):+.1f} % (median of {blocks} blocks of {steps})"
        print(f"{clock}, steps/s: {speeds}; {told_as}", flush=True)


def drawn(root: Path, folder: Path) -> None:
    """Some drawings of train at 1280x720."""
    drawings = Drawings(root)
    for number, name in enumerate(drawings.files("comic")[:PICTURES]):
        page = drawings.open(name)
        box = (0, 60, page.width, min(page.height, 60 + page.width * 9 // 16))
        page.resize((1280, 720), Image.Resampling.LANCZOS, box).save(folder / f"{number}.png")


def data(root: Path, blocks: int) -> None:
    """Of each count of patches, what is left when the batches that were prepared ahead are used up."""
    batch, ahead = 8, 4 * WORKERS
    with tempfile.TemporaryDirectory() as folder:
        drawn(root, Path(folder))
        for crops in (1, 2, 4, 8):
            given = Data(crop=128, crops=crops, batch=batch, workers=WORKERS)
            told = recipe(COMPACT, given, running(ahead))
            heard: list[Stepped] = []

            def keep(event: Event, heard: list[Stepped] = heard) -> None:
                if isinstance(event, Stepped):
                    heard.append(event)

            pairs = Pairs.of(Path(folder), Making(crop=128, crops=crops))
            out = Path(folder) / "out"
            Loop(told, out / str(crops), pairs, Machine(device="cpu"), on_event=keep).run(
                until=ahead * (2 + max(1, blocks // 4))
            )
            later = heard[2:]
            waiting = statistics.mean(each.waiting for each in later)
            speed = statistics.mean(each.samples for each in later)
            print(f"{crops} patches a picture: {waiting:.0%} waiting, {speed:.1f} patches/s", flush=True)


def gpu(steps: int) -> None:
    if not torch.cuda.is_available():
        print("gpu: there is no CUDA device here, so GRL is not measured.")
        return
    batch = 32
    samples = Ready(256, batch, 2 * batch)
    given = Data(crop=256, batch=batch, workers=4)
    fast = recipe(GRL, given, running(precision="bf16", compiled=True))
    machine = Machine("bf16")
    theirs = plain(recipe(GRL, given), samples, machine.device)
    theirs(3)
    eager = _per_second(theirs, batch, steps)
    with tempfile.TemporaryDirectory() as folder:
        loop = Loop(fast, Path(folder), samples, machine)
        ours = lambda count: loop.run(until=loop.step + count)  # noqa: E731
        ours(10)
        speed, busy = _per_second(ours, batch, steps), _busy(ours, steps)
    print(f"{torch.cuda.get_device_name()}, images/s: {eager:.1f} plain eager fp32, {speed:.1f} ours in bf16")
    print(f"that is {speed / eager:.2f} times as many; GPU busy {busy:.0%}")


def _per_second(run: Callable[[int], None], batch: int, steps: int) -> float:
    torch.cuda.synchronize()
    began = time.perf_counter()
    run(steps)
    torch.cuda.synchronize()
    return steps * batch / (time.perf_counter() - began)


def _busy(run: Callable[[int], None], steps: int) -> float:
    """Kernels' time, all on one stream, of the time from the first one's begin to the last one's end."""
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CUDA]) as profile:
        run(steps)
        torch.cuda.synchronize()
    kernels = [event for event in profile.events() if event.device_type == torch.autograd.DeviceType.CUDA]
    spans = [(event.time_range.start, event.time_range.end) for event in kernels]
    whole = max(end for _, end in spans) - min(start for start, _ in spans)
    return sum(end - start for start, end in spans) / whole


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    arguments.add_argument("--parts", default="loop,data,gpu")
    arguments.add_argument("--blocks", type=int, default=9)
    arguments.add_argument("--steps", type=int, default=6)
    arguments.add_argument("--threads", type=int, default=1)
    given = arguments.parse_args()
    torch.set_num_threads(given.threads)
    parts = {
        "loop": lambda: loops(given.blocks, given.steps),
        "data": lambda: data(given.data, given.blocks),
        "gpu": lambda: gpu(50),
    }
    for name in given.parts.split(","):
        if name not in parts:
            sys.exit(f"There is no part {name}; there are {', '.join(parts)}.")
        parts[name]()


if __name__ == "__main__":
    main()
