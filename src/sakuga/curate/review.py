"""Apply what a person decided on the contact sheet: rejected pictures go aside, accepted ones come back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from sakuga.curate import folder
from sakuga.curate.folder import Line
from sakuga.curate.publishing import publish
from sakuga.errors import InputError


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a review did."""

    pictures: int
    """In the manifest now."""
    rejected: int
    """By this review."""
    restored: int
    """Rejected before, and accepted now."""


def review(decisions: Path, out: Path) -> Reviewed:
    """Move rejected pictures to out/rejected, with a manifest of their own, and take them off that of `out`.

    Nothing is deleted, and doing it twice does no more. Raises InputError, with nothing moved, for a file
    that is no decisions, or decisions about pictures that the set does not hold; OutputError where a file
    cannot be moved.
    """
    wanted = _read(decisions)
    kept, aside = folder.lines(out), folder.lines(out / folder.REJECTED)
    if not kept and not aside:
        raise InputError(f"{out} holds no set that was curated; --out names its folder.")
    if not all(folder.is_own(line["file"]) for line in kept):
        raise InputError(f"{out} lists clips without their frames; curate it with --frames to review it.")
    known = {line["file"]: line for line in (*aside, *kept)}
    for name, sha256 in wanted["rejected"] | wanted["accepted"]:
        if name not in known:
            raise InputError(f"{decisions} speaks of {name}, which {out} does not hold; is it another set's?")
        if sha256 and sha256 != known[name].get("sha256"):
            raise InputError(
                f"{decisions} speaks of another {name} than {out} holds; save it again from review.html."
            )
    return _apply({name for name, _ in wanted["rejected"]}, {name for name, _ in wanted["accepted"]}, out)


def _apply(rejected: set[str], accepted: set[str], out: Path) -> Reviewed:
    """First both lists in full, then the files, then the list without them: any step may be the last."""
    kept, aside = folder.lines(out), folder.lines(out / folder.REJECTED)
    going = [line for line in kept if line["file"] in rejected]
    coming = [line for line in aside if line["file"] in accepted]
    if going or coming:
        staying = [line for line in aside if line not in coming]
        places = out, out / folder.REJECTED
        (out / folder.REJECTED).mkdir(parents=True, exist_ok=True)
        folder.write(places[1], _merged(aside, going))
        folder.move((line["file"] for line in going), *places)
        folder.move((line["file"] for line in coming), *reversed(places))
        kept = _merged([line for line in kept if line not in going], coming)
        publish(out, kept)
        folder.write(places[1], _merged(staying, going))
    return Reviewed(len(kept), len(going), len(coming))


def _merged(lines: Sequence[Line], more: Sequence[Line]) -> list[Line]:
    """Each file once, in the order of the sources as they first come, then of time."""
    found = {line["file"]: line for line in (*lines, *more)}
    order: dict[object, int] = {}
    for line in found.values():
        order.setdefault(line.get("source"), len(order))
    return sorted(found.values(), key=lambda line: (order[line.get("source")], line.get("time", 0)))


def _read(path: Path) -> dict[str, set[tuple[str, str]]]:
    """(file, sha256) of both kinds; raises InputError."""
    try:
        told = cast("Mapping[str, Any]", json.loads(path.read_text(encoding="utf-8")))
        return {
            kind: {(str(each["file"]), str(each.get("sha256", ""))) for each in told[kind]}
            for kind in ("rejected", "accepted")
        }
    except OSError as error:
        raise InputError(f"--review {path} could not be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"--review {path} holds no decisions; review.html of a set saves them as decisions.json."
        ) from error
