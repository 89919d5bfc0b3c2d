"""What a picture says of the model that made it: one text of a PNG, as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from sakuga.media.metadata import Metadata

KEYWORD = "restored"

Told = Mapping[str, Any]
"""`name` of the model, and `files`: name of each file of its weights -> sha256 (hex)."""


def marked(metadata: Metadata, told: Told) -> Metadata:
    """The same that says `told`, whatever it said before; formats other than PNG have no place for it."""
    others = tuple((key, text) for key, text in metadata.text if key != KEYWORD)
    return replace(metadata, text=(*others, (KEYWORD, json.dumps(told))))


def told_in(metadata: Metadata) -> Told | None:
    """What a picture says; None where it says nothing that can be read."""
    try:
        said: object = json.loads(dict(metadata.text).get(KEYWORD, "null"))
    except ValueError:
        return None
    return cast("Told", said) if isinstance(said, dict) else None
