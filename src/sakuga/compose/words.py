"""Words for subtitles, signs, credits and titles, put together by chance."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

Chance = np.random.Generator

WHO = ("I", "We", "They", "You", "She", "He", "Nobody", "Somebody", "Everyone")
DOES = (
    "can't go back now",
    "never told anyone the truth",
    "waited here all night",
    "saw the lights over the harbour",
    "heard that song before",
    "promised to come home by spring",
    "will find another way",
    "lost the key to the old gate",
    "should leave before sunrise",
    "made breakfast for the whole crew",
)
MORE = (
    "",
    "",
    "...",
    ", didn't you know?",
    ", just like that day.",
    " - and that's final!",
    ", 24 hours from now.",
    ", if it stops raining.",
)
SHOUTS = (
    "Wait!",
    "What?!",
    "No way...",
    "Look out!",
    "Thank you.",
    "Again? Already?",
    "I'm home!",
    "It's cold.",
    "Ha ha ha!",
    "Number 7, go!",
)
PLACES = (
    "STATION",
    "Bakery",
    "EXIT 3",
    "Harbour St. 12",
    "CLOSED",
    "Room 204",
    "No Entry",
    "Library",
    "Tea & Cake",
    "Platform 5",
    "OPEN 9-18",
    "Class 2-B",
)
JOBS = (
    "Key Animation",
    "Backgrounds",
    "Music",
    "Storyboard",
    "In-betweens",
    "Colour Design",
    "Photography",
    "Editing",
)
SYLLABLES = (
    *("ka", "mi", "no", "ri", "ta", "su", "ha", "na", "ko", "ya"),
    *("mo", "re", "shi", "el", "an", "be", "dor", "lin", "mar", "to"),
)
TITLES = (
    "Episode {n}",
    "Chapter {n}",
    "The Long Way Home",
    "Ten Years Later",
    "To be continued",
    "Part {n}: Snow",
    "Tomorrow",
    "Last Train",
)


def subtitle(chance: Chance) -> str:
    """One sentence, or a shout."""
    if chance.random() < 0.3:
        return _one(SHOUTS, chance)
    ending = _one(MORE, chance)
    return f"{_one(WHO, chance)} {_one(DOES, chance)}{ending or '.'}"


def sign(chance: Chance) -> str:
    """What stands on one."""
    return _one(PLACES, chance)


def credit(chance: Chance) -> str:
    """A job, and two or three names that are nobody's."""
    names = [" ".join(_name(chance) for _ in range(2)) for _ in range(int(chance.integers(1, 4)))]
    return "\n".join((_one(JOBS, chance), *names))


def title(chance: Chance) -> str:
    """Of an episode."""
    return _one(TITLES, chance).format(n=int(chance.integers(1, 27)))


WORDS: Mapping[str, Callable[[Chance], str]] = {
    "subtitle": subtitle,
    "sign": sign,
    "credit": credit,
    "title": title,
}
"""Kind of lettering -> its words."""


def _one(some: tuple[str, ...], chance: Chance) -> str:
    return some[int(chance.integers(len(some)))]


def _name(chance: Chance) -> str:
    return "".join(_one(SYLLABLES, chance) for _ in range(int(chance.integers(2, 4)))).capitalize()
