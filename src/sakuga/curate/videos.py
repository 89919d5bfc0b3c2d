"""The videos among what a user named."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sakuga.media.sources import Found, Problem, find


def videos(names: Iterable[str | Path], out: Path) -> Found:
    """Each video that `names` mean, once, in a stable order; pictures beside them in folders are left out.

    A picture that was named itself is a problem. `out` is not entered.
    """
    given = [Path(name) for name in names]
    found = find(given, skip=out)
    pictures = [source for source in found.sources if source.kind == "picture"]
    found.sources = [source for source in found.sources if source.kind == "video"]
    for source in pictures:
        if source.path in given:
            found.problems.append(Problem(source.path, f"{source.path} is a picture; this takes videos."))
        else:
            found.ignored += 1
    return found
