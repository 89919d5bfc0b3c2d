"""Events as JSON, one object per line, for programs."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from sakuga.media.events import (
    Event,
    Fetching,
    Finished,
    Opened,
    Planned,
    Progressed,
    Result,
    Started,
    Warned,
)

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

NAMES: dict[type[Event], str] = {
    Planned: "plan",
    Warned: "warning",
    Fetching: "fetch",
    Opened: "engine",
    Started: "start",
    Progressed: "progress",
    Finished: "summary",
}
"""What `event` says in the line of each; a Result's line says its state: done, skipped or failed."""


def line(event: Event) -> str:
    """One event as one line of JSON: `event`, then the fields that its class has, paths as strings."""
    name = event.state if isinstance(event, Result) else NAMES[type(event)]
    return json.dumps({"event": name, **_fields(event)}, default=_plain)


def _fields(value: DataclassInstance) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in fields(value) if field.name != "error"}


def _plain(value: object) -> object:
    """What JSON has no word for: dataclasses inside events, and paths."""
    return _fields(value) if is_dataclass(value) and not isinstance(value, type) else str(value)
