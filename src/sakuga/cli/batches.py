"""How a batch of pictures is shown: a line for each that failed, and a count at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from sakuga.cli import output
from sakuga.cli.exits import Exit

if TYPE_CHECKING:
    from sakuga.media.batch import Made


def watched(results: Iterable[Made]) -> Iterator[Made]:
    """The results as they come, each told."""
    for made in results:
        if made.state == "done":
            output.note(f"done: {made.destination}")
        elif made.state == "failed":
            output.complain(made.sentence)
        yield made


def ended(results: Iterable[Made]) -> Exit:
    """Say how many became what; the exit code tells whether all went well."""
    count = Counter(made.state for made in results)
    output.say(f"{count['done']} done, {count['skipped']} skipped, {count['failed']} failed.")
    return Exit.FAILED if count["failed"] else Exit.OK
