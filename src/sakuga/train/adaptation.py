"""What a generator is told to be sorry for while it learns a style: what must stay of its source.

Source: Scenimefy (Jiang et al., ICCV 2023), section 3.1; the numbers are those of its trainer, which was
public for a day. That one compared pictures of other styles and other noise with each other; here both
generators share them.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from sakuga.train.rules import RULES, Count, Weight


@dataclass(frozen=True, slots=True, kw_only=True, config=RULES)
class Adaptation:
    """The source is the generator as it was before it began."""

    blocks: Count = 3
    """Resolutions, from the largest down, whose layers learn; all else stays as it is."""
    semantic: Weight = 1.0
    """Of 1 - cosine of what the encoder sees in a picture and in the source's."""
    patch: Weight = 0.05
    """Of the contrast of patches: each is known again among those of other pictures at its place."""
    encoder: str = "resnet50-augnet"
    """What looks at pictures, by its name in models.features.FEATURES."""
    patches: Count = 16
    """Of each picture."""
    side: Count = 32
    """Of a patch, in pixels."""
    temperature: Annotated[float, Field(gt=0)] = 1.0
    """Of the contrast."""
    penalty: Weight = 10.0
    """Of the critic's gradient on drawings (R1)."""
    penalty_every: Count = 16
    """Steps; it weighs as many times more."""
    mixing: Annotated[float, Field(ge=0, le=1)] = 0.9
    """How often a picture has one style in its coarse layers and another in its fine ones."""
