"""What making scenes of photos is told to be sorry for, beside the pixels and the game of `Losses`.

Source: Scenimefy (Jiang et al., ICCV 2023), section 3.3; the numbers are those of its released script.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from sakuga.train.rules import RULES, Count, Weight

Gamma = Annotated[float, Field(gt=0)]


@dataclass(frozen=True, slots=True, kw_only=True, config=RULES)
class Translation:
    """Both branches: photos and drawings that have nothing to do with each other, and pairs of them."""

    contrast: Weight = 0.1
    """Of hDCE: each place of the result is known again by that of the photo."""
    relation: Weight = 0.05
    """Of SRC: what is alike in the photo stays alike."""
    identity: bool = True
    """Whether drawings, too, go through the network, and hDCE holds them to themselves."""
    gamma: tuple[Gamma, Gamma] = (50.0, 10.0)
    """How softly hDCE weighs its negatives: before the first epoch and in the last."""
    style: Weight = 0.05
    """Of StylePatchNCE: each place of the result looks as the pair's drawing does there."""
    style_squared: bool = True
    """Whether `style` counts twice, as released; 0.05 then weighs 0.0025."""
    paired_decay: Literal["cosine", "constant"] = "cosine"
    """Of all that pairs say: from 1 to nearly 0 as the paper has it, or 1 throughout as the released code."""
    places: Count = 256
    """Of each layer that are compared."""
    width: Count = 256
    """Of the vectors that are compared."""
    critic: Count = 64
    """Channels of the first layer of each critic."""

    @property
    def style_weight(self) -> float:
        """What StylePatchNCE is multiplied by."""
        return self.style**2 if self.style_squared else self.style
