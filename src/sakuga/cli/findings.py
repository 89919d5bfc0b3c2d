"""An inspection in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sakuga.cli.words import clock, counted
from sakuga.restore.advice import Advice
from sakuga.restore.estimate import Estimate
from sakuga.restore.inspection import Inspection

GRADES: dict[str, tuple[float, float]] = {
    "blocking": (0.15, 0.5),
    "ringing": (0.8, 1.5),
    "blur": (0.4, 0.55),
    "noise": (1.5, 4.0),
}
"""Measure -> where it begins to show, and where it is strong."""


def lines(found: Inspection, advice: Advice, cost: Estimate | None, why: str) -> Iterator[str]:
    """All that `sakuga inspect` says."""
    for name, fact in (*_facts(found), *_measures(found)):
        yield f"{name:<14} {fact}"
    yield ""
    yield advice.command
    yield from (f"  {reason}" for reason in advice.reasons)
    if cost:
        yield f"  {costs(cost)}"
    if why:
        yield f"  No time and size: {why}"


def costs(cost: Estimate) -> str:
    """`About 1:02:03 and 840 MB.`"""
    if cost.seconds is None:
        return "The file does not tell its length, so neither time nor size can be."
    size = "" if cost.size is None else f" and {megabytes(cost.size)}"
    return f"About {clock(cost.seconds)}{size} on this machine."


def megabytes(size: float) -> str:
    """`840 MB`, or with more digits where it is little."""
    return f"{size / 1e6:,.0f} MB" if size >= 1e7 else f"{size / 1e6:.1f} MB"


def _facts(found: Inspection) -> Iterator[tuple[str, str]]:
    yield "file", str(Path(found.path))
    if found.kind == "picture":
        frames = f", {counted(found.frames, 'frame')}" if found.frames > 1 else ""
        yield "picture", f"{found.format}, {found.width} x {found.height}, {found.depth} bits{frames}"
        return
    yield "container", found.format
    length = f"{clock(found.seconds)}, {found.frames} frames" if found.frames else "of unknown length"
    flag = ", flagged as interlaced" if found.interlaced else ""
    yield "video", f"{found.codec}, {found.width} x {found.height}, {found.depth} bits, {found.chroma}{flag}"
    yield "length", f"{length}, {found.rate:.3f} a second"
    yield from (("also holds", other) for other in found.others)


def _measures(found: Inspection) -> Iterator[tuple[str, str]]:
    for name, (shows, strong) in GRADES.items():
        value: float = getattr(found, name)
        grade = "strong" if value >= strong else "some" if value >= shows else "none that shows"
        yield name, f"{value:.2f}  {grade}"
    whole = found.native_height >= 0.9 * found.height
    yield (
        "native height",
        f"about {found.native_height:.0f}  {'all of it' if whole else f'of {found.height}'}",
    )
    if found.held_share is not None:
        yield "held drawings", f"{100 * found.held_share:.0f} % of the frames show the drawing before"
    if found.cuts_per_minute is not None:
        yield "cuts", f"about {found.cuts_per_minute:.0f} a minute"
    yield "looked at", counted(found.looked_at, "frame")
