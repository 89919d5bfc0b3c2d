"""The command's frame: which verbs there are, and how every kind of failure ends."""

from __future__ import annotations

import os
import traceback
from collections.abc import Sequence

from cyclopts import App, CycloptsError

from sakuga.cli import output
from sakuga.cli.ablate import ablate
from sakuga.cli.compare import compare
from sakuga.cli.compose import compose
from sakuga.cli.curate import curate
from sakuga.cli.degrade import degrade
from sakuga.cli.doctor import doctor
from sakuga.cli.evaluate import evaluate
from sakuga.cli.exits import Exit, UsageError
from sakuga.cli.inspect import inspect
from sakuga.cli.lines import lines
from sakuga.cli.models import models
from sakuga.cli.pairs import pairs
from sakuga.cli.prepare import prepare
from sakuga.cli.preview import preview
from sakuga.cli.rescale import rescale
from sakuga.cli.restore import restore
from sakuga.cli.signals import deadly_signals
from sakuga.cli.stylize import stylize
from sakuga.cli.train import export, train
from sakuga.errors import SakugaError


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
app.command(restore)
app.command(stylize)
app.command(models)
app.command(inspect)
app.command(preview)
app.command(doctor)
app.command(curate)
app.command(degrade)
app.command(lines)
app.command(prepare)
app.command(rescale)
app.command(pairs)
app.command(compose)
app.command(train)
app.command(export)
app.command(ablate)
app.command(evaluate)
app.command(compare)


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
