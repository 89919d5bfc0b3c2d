"""Are sakuga's own networks better than what there was? All measured in one run, on drawings they never saw.

    python benchmarks/quality.py [../shared/data] --out FOLDER [--split test] [--ours NAME=FILE ...]
                                 [--pictures 64] [--strengths light,middle,strong] [--networks NAMES]
                                 [--precision fp32] [--rounds 5] [--sheets 8]

Parts of held-out drawings (cels, characters over scenes and flat colours, panels of comics, scenes), each
degraded once at every strength by a fixed seed and reduced four times, are restored by every network and
measured against their originals. Networks of the catalog run as `sakuga restore` runs them on a CPU, waifu2x
and Real-CUGAN by the package ncnn where it is installed. Told are means with 95 % intervals (bootstrap over
drawings), the same of the differences in pairs, times of one picture in turns, and whether each claim holds;
FOLDER then has quality.md, quality.json, quality.csv and a sheet at 100 % of each of the first --sheets
parts. The same command goes on where it was: results and values lie in a folder for each network and its
weights. Exits with 1 where a claim does not hold. `--split val` is for choices; test is for final numbers.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

import quality_tables
from drawings import Drawings
from quality_claims import MEASURES, Outcome, Times, claimed
from quality_networks import Network, opened
from quality_pairs import STRENGTHS, Pair, pairs
from sakuga.evaluate.figure import drawn
from sakuga.evaluate.lettering import letters
from sakuga.media.plain import Rgb, read_rgb, write_rgb
from sakuga.metrics.stlpips import st_lpips_of_all
from sakuga.metrics.table import METRICS
from sakuga.restore.settings import Precision

TIMED = (320, 180)
"""Width and height of the source that is timed."""


@dataclass(frozen=True, slots=True)
class Options:
    """The command line."""

    data: Path
    out: Path
    split: str
    ours: Mapping[str, Path]
    pictures: int
    strengths: Sequence[str]
    networks: Sequence[str]
    precision: Precision
    rounds: int
    sheets: int


class Results:
    """What one network has made of pairs, and how good that is: files, made where they are missing."""

    def __init__(self, network: Network, folder: Path) -> None:
        """folder: for all networks; each has its own in it, by its weights."""
        self._network, self._folder = network, folder / network.key
        self._folder.mkdir(parents=True, exist_ok=True)
        self._file = self._folder / "values.jsonl"
        self._known = known(self._file)

    def picture(self, pair: Pair) -> Path:
        """The result as a file."""
        path = self._folder / f"{pair.name}.png"
        if not path.is_file():
            write_rgb(path, self._network.restore(read_rgb(pair.lq)))
        return path

    def values(self, pair: Pair) -> Mapping[str, float] | None:
        """Measure -> value, NaN for none; None where it was not measured yet."""
        return self._known.get(pair.name)

    def keep(self, pair: Pair, values: Mapping[str, float]) -> None:
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"pair": pair.name, "values": values}) + "\n")
        self._known[pair.name] = values


def known(file: Path) -> dict[str, Mapping[str, float]]:
    """Values by pair that a run before has left; a line that it could not end does not count."""
    values: dict[str, Mapping[str, float]] = {}
    for line in file.read_text(encoding="utf-8").splitlines() if file.is_file() else []:
        try:
            told = json.loads(line)
        except ValueError:
            continue
        values[told["pair"]] = told["values"]
    return values


def measured(results: Sequence[Results], pair: Pair) -> None:
    """All that was not measured yet, against the original, colours too: what the source has wrong is to be
    repaired."""
    new = [each for each in results if each.values(pair) is None]
    if not new:
        return
    gt, pictures = read_rgb(pair.gt), [read_rgb(each.picture(pair)) for each in new]
    columns = {name: _column(name, pictures, gt) for name in MEASURES}
    for number, each in enumerate(new):
        each.keep(pair, {name: column[number] for name, column in columns.items()})


def _column(name: str, pictures: Sequence[Rgb], gt: Rgb) -> list[float]:
    if name == "st-lpips":
        return st_lpips_of_all(pictures, gt)
    metric = METRICS[name]
    given = () if metric.needs == "nothing" else (gt,)
    return [metric.measure(picture, *given) for picture in pictures]


def timed(networks: Sequence[Network], source: Rgb, rounds: int) -> Times:
    """Seconds of each network for one picture, warmed up, all in turns so that a drift meets them alike."""
    times: dict[str, list[tuple[float, float]]] = {each.name: [] for each in networks}
    for turn in range(rounds + 1):
        for network in networks:
            clock, processor = time.perf_counter(), time.process_time()
            network.restore(source)
            if turn:
                spent = time.perf_counter() - clock, time.process_time() - processor
                times[network.name].append(spent)
    return times


def sheets(results: Mapping[str, Results], pairs: Sequence[Pair], count: int, folder: Path) -> None:
    """A figure of each of the first parts: a row for each strength, a column for each network."""
    labels = ["degraded", *results, "original"]
    for picture in list(dict.fromkeys(pair.picture for pair in pairs))[:count]:
        rows = [_row(results, pair) for pair in pairs if pair.picture == picture]
        write_rgb(folder / "sheets" / f"{picture}.png", drawn(rows, labels, letters("".join(labels))))


def _row(results: Mapping[str, Results], pair: Pair) -> list[Rgb]:
    lq = read_rgb(pair.lq).repeat(4, 0).repeat(4, 1)
    return [lq, *(read_rgb(each.picture(pair)) for each in results.values()), read_rgb(pair.gt)]


def run(options: Options) -> Outcome:
    """All of it."""
    notes: list[str] = []
    drawings = Drawings(options.data, final=options.split == "test")
    found = pairs(drawings, options.split, options.pictures, options.strengths, options.out / options.split)
    networks = list(opened(options.ours, options.networks, notes, options.precision))
    results = {each.name: Results(each, options.out / options.split / "results") for each in networks}
    for number, pair in enumerate(found, 1):
        measured(list(results.values()), pair)
        print(f"[{number}/{len(found)}] {pair.name}", file=sys.stderr, flush=True)
    values = {name: {pair.name: mine.values(pair) or {} for pair in found} for name, mine in results.items()}
    source = np.asarray(cv2.resize(read_rgb(found[0].gt), TIMED, interpolation=cv2.INTER_AREA), np.uint8)
    times = timed(networks, source, options.rounds) if options.rounds else {}
    sheets(results, found, options.sheets, options.out)
    return Outcome(options.split, networks, found, values, times, TIMED, notes)


def parsed() -> Options:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    arguments.add_argument("--out", type=Path, default=Path("quality"))
    arguments.add_argument("--split", choices=("val", "test"), default="test")
    arguments.add_argument("--ours", action="append", default=[], metavar="NAME=FILE")
    arguments.add_argument("--pictures", type=int, default=64)
    arguments.add_argument("--strengths", default=",".join(STRENGTHS))
    arguments.add_argument("--networks", default="")
    arguments.add_argument("--precision", choices=("auto", "fp32"), default="auto")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--sheets", type=int, default=8)
    given = arguments.parse_args()
    ours = dict(each.partition("=")[::2] for each in given.ours)
    given.ours = {name: Path(file) for name, file in ours.items()}
    given.strengths, given.networks = (
        [e for e in each.split(",") if e] for each in (given.strengths, given.networks)
    )
    if unknown := set(given.strengths) - set(STRENGTHS):
        arguments.error(f"--strengths: there is no {', '.join(unknown)}; there are {', '.join(STRENGTHS)}.")
    return Options(**vars(given))


def main() -> None:
    options = parsed()
    told = run(options)
    quality_tables.write(told, options.out)
    print(quality_tables.markdown(told))
    sys.exit(any(holds is False for _, holds in claimed(told)))


if __name__ == "__main__":
    main()
