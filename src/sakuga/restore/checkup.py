"""What a restoration needs of this machine, looked at piece by piece before the work."""

from __future__ import annotations

import importlib
import importlib.util
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal, cast

from sakuga.errors import SakugaError
from sakuga.models.catalog import CATALOG
from sakuga.models.spec import ModelSpec, ShippedSource

State = Literal["ok", "note", "problem"]
Finding = tuple[State, str, str]
"""State, what was found, and what to do about it."""

EXTRA = '{} -m pip install "sakuga[{}]"'
LACKING = {
    "ray": "not installed; only --cluster needs it",
    "torch": "not installed; all models but those installed with sakuga and .onnx files need it",
}
"""What is missing without a package of an extra."""
REINSTALL = "{} -m pip install --force-reinstall {}"
MODULES = {"opencv-python-headless": "cv2", "pillow": "PIL"}
"""Packages whose module has another name."""
LITTLE_MEMORY, SOME_MEMORY = 1e9, 3e9
"""Bytes below which the default model cannot run, and runs in many small tiles."""
LITTLE_DISK, SOME_DISK = 5e7, 5e9
"""Bytes below which weights do not fit, and results of a film may not."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    area: str
    """python, package, device, codec, memory, disk or weights."""
    name: str
    state: State
    """ok; note: restore works, but not all it could; problem: restore will fail."""
    found: str
    fix: str = ""
    """What to do, as a sentence; empty where there is nothing to do."""


def checkup() -> Iterator[Check]:
    """Every check, one after the other; a check that itself breaks is a problem and stops no other."""
    for area, looks in AREAS.items():
        try:
            yield from (Check(area, name, *finding) for name, finding in looks())
        except Exception as error:
            yield Check(area, area, "problem", f"{type(error).__name__}: {error}", _reinstalled("sakuga"))


def _python() -> Iterator[tuple[str, Finding]]:
    version, least = sys.version.split()[0], metadata.metadata("sakuga")["Requires-Python"]
    enough = _at_least(version, least)
    yield "python", _judged(enough, version, f"sakuga needs Python {least}: make an environment with one.")


def _packages() -> Iterator[tuple[str, Finding]]:
    for requirement in metadata.requires("sakuga") or []:
        needed, _, condition = requirement.partition(";")
        extra = re.search(r"extra == ['\"](\w+)['\"]", condition)
        if extra is None or extra[1] in ("cluster", "torch"):
            name = re.split(r"[<>=!~\[ ]", needed)[0]
            yield name, _package(name, needed.strip(), extra[1] if extra else None)


def _package(name: str, needed: str, extra: str | None) -> Finding:
    fix = f"Run: {EXTRA.format(sys.executable, extra)}" if extra else _reinstalled(needed)
    if importlib.util.find_spec(MODULES.get(name, name)) is None:
        state: State = "note" if extra else "problem"
        return state, LACKING.get(name, "not installed"), fix
    try:
        version = metadata.version(name)
        importlib.import_module(MODULES.get(name, name))
    except metadata.PackageNotFoundError:
        return "note", "here, but not installed by pip, so its version is unknown", ""
    except Exception as error:
        state = "note" if name in ("ray", "spandrel") else "problem"
        return state, f"cannot be imported ({type(error).__name__}: {error})", fix
    older = f"{version}, older than {needed}"
    return ("ok", version, "") if _at_least(version, needed) else ("problem", older, fix)


def _devices() -> Iterator[tuple[str, Finding]]:
    from sakuga.engine.devices import automatic, devices

    for device in devices():
        yield device.flag, ("ok", f"{device.name}, {device.backend}: {', '.join(device.precisions)}", "")
    yield "auto", ("ok", f"--device auto takes {automatic()}", "")


def _codecs() -> Iterator[tuple[str, Finding]]:
    from sakuga.media import trial
    from sakuga.media.codecs import CODECS, CodecName, Encoding

    for name in cast("Iterable[CodecName]", CODECS):
        fault = trial.fault(name)
        if fault is None:
            yield name, ("ok", f"{CODECS[name].encoder} encodes and decodes", "")
        elif name == "nvenc":
            yield name, ("note", "no NVIDIA video encoder that works here", "Use --codec x265 or x264.")
        else:
            state: State = "problem" if name == Encoding().codec else "note"
            yield name, (state, f"{CODECS[name].encoder} does not work: {fault}", _reinstalled("av"))


def _memory() -> Iterator[tuple[str, Finding]]:
    from sakuga.engine import memory

    free = memory.available()
    yield (
        "free memory",
        _amount(free, LITTLE_MEMORY, SOME_MEMORY, "Close other programs, or give --tile 128."),
    )


def _disk() -> Iterator[tuple[str, Finding]]:
    from sakuga.models import cache

    room = f"Make room, or set SAKUGA_CACHE to a folder that has some; now it is {cache.folder()}."
    yield "cache folder", _amount(_free(cache.folder()), LITTLE_DISK, 10 * LITTLE_DISK, room)
    elsewhere = "Make room, or give --out on a larger disk."
    yield "current folder", _amount(_free(Path.cwd()), LITTLE_DISK, SOME_DISK, elsewhere)


def _weights() -> Iterator[tuple[str, Finding]]:
    for spec in CATALOG.values():
        yield spec.name, _weight(spec)


def _weight(spec: ModelSpec) -> Finding:
    from sakuga.models import weights

    shipped = isinstance(spec.source, ShippedSource)
    get = _reinstalled("sakuga") if shipped else f"Run: sakuga models get {spec.name}"
    try:
        states = {check.state for check in weights.verify(spec)}
    except SakugaError as error:
        return "problem", str(error), "Let your user read that file."
    if states == {"sound"}:
        return "ok", "here and sound", ""
    if "changed" in states:
        return "problem", "here, but damaged: their sha256 is not the one promised", get
    if shipped:
        return "problem", "not here, though sakuga was installed with them", get
    return "note", "not fetched yet; the first use does it", get


AREAS: dict[str, Callable[[], Iterator[tuple[str, Finding]]]] = {
    "python": _python,
    "package": _packages,
    "device": _devices,
    "codec": _codecs,
    "memory": _memory,
    "disk": _disk,
    "weights": _weights,
}
"""What is looked at, in this order."""


def _reinstalled(requirement: str) -> str:
    return f"Run: {REINSTALL.format(sys.executable, repr(requirement))}"


def _judged(good: bool, found: str, fix: str) -> Finding:
    return ("ok", found, "") if good else ("problem", found, fix)


def _amount(size: int, problem: float, note: float, fix: str) -> Finding:
    state: State = "problem" if size < problem else "note" if size < note else "ok"
    return state, f"{size / 1e9:.1f} GB", "" if state == "ok" else fix


def _free(folder: Path) -> int:
    return shutil.disk_usage(next(place for place in (folder, *folder.parents) if place.is_dir())).free


def _at_least(version: str, requirement: str) -> bool:
    """Whether `version` is no older than what follows >= in `requirement`; true where nothing does."""
    least = re.search(r">=\s*([\d.]+)", requirement)
    return least is None or _numbers(version) >= _numbers(least[1])


def _numbers(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", re.split(r"[^\d.]", version)[0])]
