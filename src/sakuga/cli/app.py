"""The command's frame: which verbs there are, and how every kind of failure ends."""

from __future__ import annotations

import os
import traceback
from collections.abc import Sequence

from cyclopts import App, CycloptsError

from sakuga.cli import output
from sakuga.cli.exits import Exit, UsageError
from sakuga.cli.signals import deadly_signals
from sakuga.errors import SakugaError

COMMANDS = {
    "restore:restore": "Restore pictures and videos: cleaner, sharper, larger.",
    "stylize:stylize": "Make anime scenes of photos and videos.",
    "models:models": "List, fetch, identify and verify models.",
    "inspect:inspect": "Measure a picture or video, and suggest a command with its time and size.",
    "preview:preview": "Restore a few frames by one or more models, and write a page to compare them.",
    "doctor:doctor": "Check what restoring needs: packages, devices, codecs, memory, disk, weights.",
    "curate:curate": (
        "Choose pictures, clips or scenes of videos to learn from, with a manifest that says whence each is."
    ),
    "degrade:degrade": (
        "Degrade pictures: a smaller, worse PNG of each, and how it came about in draws.jsonl."
    ),
    "lines:lines": "Enhance drawn lines: a PNG of each picture for a network to learn from.",
    "prepare:prepare": "Cut pictures into triples of LQ, GT and pseudo-GT, in folders lq, gt and pseudo_gt.",
    "rescale:rescale": (
        "Restore a real clip from smaller frames, to find clean pictures to learn its own damage from."
    ),
    "pairs:pairs": "Make pairs of a photo and a drawing, and keep those in which both show the same.",
    "compose:compose": (
        "Compose stills or shots of drawings: figures over backgrounds, with light, weather, lettering "
        "and pans."
    ),
    "train:train": "Train a network by a recipe; the same command goes on where it was stopped.",
    "train:export": (
        "Make a model of a checkpoint, which `--model` of `sakuga restore` or `sakuga stylize` takes."
    ),
    "ablate:ablate": (
        "Train variants of a recipe in turn and compare them; the same command goes on where it was stopped."
    ),
    "evaluate:evaluate": "Measure pictures and videos: mean and 95 % interval of each measure.",
    "compare:compare": "Draw the same parts of several pictures side by side, with labels.",
}
"""module:function -> the first sentence of its docstring: who asks what there is does not load them all."""


def version() -> str:
    """Of the installed package."""
    import sakuga

    return sakuga.__version__


app = App(
    name="sakuga",
    help="Restore animation imagery, make scenes of photos, and make what such models are made of.",
    version=version,
    help_format="plaintext",
    suppress_keyboard_interrupt=False,
)
for place, sentence in COMMANDS.items():
    app.command(f"sakuga.cli.{place}", help=sentence)


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; whatever goes wrong becomes a sentence on stderr."""
    output.prepare()
    try:
        with deadly_signals():
            return int(
                app(list(arguments), exit_on_error=False, print_error=False, result_action="return_value")
                or Exit.OK
            )
    except CycloptsError as error:
        return _end(Exit.MISUSED, f"{error} `sakuga --help` shows what there is.")
    except UsageError as error:
        return _end(Exit.MISUSED, str(error))
    except KeyboardInterrupt as stop:
        return _end(Exit.INTERRUPTED, str(stop) or "Stopped.")
    except SakugaError as error:
        return _end(Exit.FAILED, str(error))
    except Exception as error:
        return _end(Exit.FAILED, _unknown(error))
    finally:
        output.flush()


def _end(code: Exit, sentence: str) -> Exit:
    if os.environ.get("SAKUGA_DEBUG"):
        traceback.print_exc()
    output.complain(sentence)
    return code


def _unknown(error: Exception) -> str:
    return (
        f"This is a mistake in sakuga ({type(error).__name__}: {error}). Please report it, with what the same"
        " command prints with SAKUGA_DEBUG=1 in front."
    )
