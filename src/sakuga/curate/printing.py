"""A chosen picture as a file of the set, and its line of the manifest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple
from typing import Any

from sakuga.curate import naming
from sakuga.curate.content import content
from sakuga.curate.facts import Facts, Survey
from sakuga.curate.folder import Line
from sakuga.curate.kind import Order
from sakuga.curate.thumbnails import write_thumbnail
from sakuga.media.frames import Pixels
from sakuga.media.quick import write_png
from sakuga.models.cache import sha256


def printed(
    order: Order[Survey, Any],
    name: str,
    drawn: Pixels,
    facts: Facts,
    own: Mapping[str, Any],
    settings: Mapping[str, Any],
) -> Line:
    """Write `drawn` as PNG, with its thumbnail. own: what only sets of this kind tell.

    Raises OutputError where it cannot be written.
    """
    path, found = order.out / name, order.found
    write_png(path, drawn)
    write_thumbnail(order.out, name, drawn)
    return {
        "file": name,
        "width": drawn.shape[1],
        "height": drawn.shape[0],
        "sha256": sha256(path),
        "licence": settings["licence"],
        "source": naming.printable(str(order.path)),
        "time": facts.time,
        "score": facts.score,
        **own,
        "stored": [found.width, found.height],
        "bars": list(astuple(found.bars)),
        "content": content(drawn),
        "settings": {name: value for name, value in settings.items() if name != "licence"},
    }
