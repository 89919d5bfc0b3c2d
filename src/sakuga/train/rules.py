"""What the values of all parts of a recipe have in common."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

Option = int | float | str | bool | tuple[int, ...]
Count = Annotated[int, Field(ge=1)]
Weight = Annotated[float, Field(ge=0)]
Arithmetic = Literal["fp32", "bf16", "fp16"]

RULES = ConfigDict(extra="forbid", strict=True)
"""Unknown names are refused, and a number is no text."""
