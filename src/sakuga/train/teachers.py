"""Who teaches what: scenes have two branches, all else goes from LQ to a target."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sakuga.losses.perceptual import Perceptual
from sakuga.train.machine import Machine
from sakuga.train.recipe import Recipe
from sakuga.train.style_trainer import StyleTrainer
from sakuga.train.teacher import Teacher
from sakuga.train.trainer import Trainer
from sakuga.train.translation import SceneTrainer

Views = Mapping[str, Perceptual]
TEACHERS: Mapping[str, Callable[[Recipe, Machine, Views], Teacher]] = {
    "scenes": SceneTrainer,
    "stylegan": StyleTrainer,
}
"""By kind of data, where it is not Trainer."""


def teacher_of(recipe: Recipe, machine: Machine, views: Views) -> Teacher:
    """views: the perceptual losses by their name in the recipe."""
    return TEACHERS.get(recipe.data.kind, Trainer)(recipe, machine, views)
