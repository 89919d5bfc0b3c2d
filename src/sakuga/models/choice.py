"""Which network restores a source where the user names none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Role = Literal["default for pictures", "default for videos", "--fast at 2x", "--fast at 4x"]

NETWORKS: Mapping[Role, str] = {
    "default for pictures": "cel-4x",
    "default for videos": "animesr-v2",
    "--fast at 2x": "lite-2x",
    "--fast at 4x": "lite-4x",
}
"""Who fills each role, by the name in the catalog."""

_TABLE: Mapping[tuple[bool, bool], tuple[Role, Role, Role]] = {
    (False, False): ("default for pictures", "default for pictures", "default for pictures"),
    (True, False): ("default for videos", "default for videos", "default for videos"),
    (False, True): ("--fast at 4x", "--fast at 2x", "--fast at 4x"),
    (True, True): ("--fast at 2x", "--fast at 2x", "--fast at 4x"),
}
"""Whether the source moves, and whether it has to be fast -> without a scale, with one up to 2, and above."""


def chosen(*, moving: bool, fast: bool = False, scale: float | None = None) -> str:
    """The network for a video or an animation (`moving`), or for a still; scale: output side / input side."""
    return NETWORKS[_TABLE[moving, fast][0 if scale is None else 1 if scale <= 2 else 2]]


def roles(name: str) -> list[Role]:
    """What a network is taken for without being named."""
    return [role for role, network in NETWORKS.items() if network == name]
