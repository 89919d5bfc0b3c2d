"""How a folder of results was begun: who goes on in it does so in the same way, or takes another folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from sakuga.errors import InputError
from sakuga.media.atomic import replacing


def note(path: Path, how: Mapping[str, Any]) -> None:
    """Keep `how`, plain values, all that decides what the results are. Raises OutputError."""
    with replacing(path) as partial:
        partial.write_text(json.dumps(how), encoding="utf-8")


def demand_same(out: Path, path: Path, how: Mapping[str, Any]) -> None:
    """Raises InputError, naming what differs, where `out` was begun otherwise, as noted in `path`."""
    if not path.is_file():
        return
    try:
        begun = cast("dict[str, Any]", json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} could not be read; choose another --out.") from error
    now = json.loads(json.dumps(how))
    for name in sorted(begun.keys() | now.keys()):
        if begun.get(name) != now.get(name):
            raise InputError(
                f"{out} was begun with {name} {begun.get(name)}, and now it is {now.get(name)}; choose"
                " another --out."
            )
