"""The perceptual losses of a recipe, with their weights fetched, or those of what stands in for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sakuga.errors import InputError, WeightsError
from sakuga.losses.perceptual import Perceptual
from sakuga.models import features
from sakuga.models.features import FEATURES, FeatureSpec
from sakuga.models.weights import Progress, quiet
from sakuga.train.recipe import Losses


@dataclass(frozen=True, slots=True)
class View:
    """One of them."""

    used: FeatureSpec
    """Whose eyes these are: what the recipe names, or its stand-in."""
    loss: Perceptual


def opened(losses: Losses, on_note: Callable[[str], None], progress: Progress = quiet) -> dict[str, View]:
    """Each view that `losses` weigh, by the name that they give it; `on_note` is told of every stand-in.

    Raises InputError for a name that there is not, WeightsError where nothing can be had.
    """
    views: dict[str, View] = {}
    for name in losses.perceptual:
        if name not in FEATURES:
            raise InputError(f"losses.perceptual: there is no {name}; there are {', '.join(FEATURES)}.")
        view = _view(FEATURES[name], name in losses.detached, on_note, progress)
        views[name] = _unbalanced(view) if name in losses.unbalanced else view
    return views


def _unbalanced(view: View) -> View:
    """Its layers, from the first to the last, with the weights of VGG-19's."""
    taps = zip(view.loss.taps, FEATURES["vgg19-imagenet"].taps.values(), strict=True)
    view.loss.taps = dict(taps)
    return view


def _view(spec: FeatureSpec, detached: bool, on_note: Callable[[str], None], progress: Progress) -> View:
    try:
        network = features.load(spec, progress)
    except WeightsError as error:
        other = next((each for each in FEATURES.values() if each.instead_of == spec.name), None)
        if other is None:
            raise
        on_note(f"{error} Instead, the perceptual loss looks through {other.name} ({other.credit}).")
        return _view(other, detached, on_note, progress)
    return View(spec, Perceptual(network, spec.taps, spec.normal, detached=detached))
