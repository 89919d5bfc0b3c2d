"""What an earlier run found out and left in a hidden folder of the set, so that the same command goes on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from sakuga.media.atomic import replacing

FOLDER = ".curate"


class Records:
    """Small JSON files, one for each video and kind of finding; each holds under what it is still true."""

    def __init__(self, out: Path) -> None:
        self._folder = out / FOLDER

    def get(self, stem: str, kind: str, key: Mapping[str, Any]) -> dict[str, Any] | None:
        """What was put under the same key; None where nothing was, or a file is damaged."""
        kept = self._read(stem, kind)
        return kept["found"] if kept is not None and kept.get("key") == json.loads(json.dumps(key)) else None

    def changed(self, stem: str, kind: str, key: Mapping[str, Any]) -> list[str]:
        """Names of what differs from the key that something was put under; none where nothing was."""
        kept = self._read(stem, kind)
        before, now = (kept or {}).get("key", {}), json.loads(json.dumps(key))
        return [name for name in now if name in before and before[name] != now[name]]

    def put(self, stem: str, kind: str, key: Mapping[str, Any], found: Mapping[str, Any]) -> None:
        """Keep `found`; it is whole or not there. Raises OutputError."""
        with replacing(self._path(stem, kind)) as partial:
            text = json.dumps({"key": key, "found": found}, ensure_ascii=False)
            partial.write_text(text, encoding="utf-8")

    def _read(self, stem: str, kind: str) -> dict[str, Any] | None:
        try:
            kept = cast("object", json.loads(self._path(stem, kind).read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return None
        return cast("dict[str, Any]", kept) if isinstance(kept, dict) and "found" in kept else None

    def _path(self, stem: str, kind: str) -> Path:
        return self._folder / f"{stem}.{kind}.json"


def stamp(path: Path) -> dict[str, int]:
    """What tells that a file is still the same: its size and when it was changed."""
    try:
        told = path.stat()
    except OSError:
        return {"bytes": -1, "modified": -1}
    return {"bytes": told.st_size, "modified": told.st_mtime_ns}
