"""`sakuga doctor`: what this machine can do, what is missing, and how to get it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from sakuga.cli import output
from sakuga.cli.exits import Exit

if TYPE_CHECKING:
    from sakuga.restore.checkup import Check


def doctor(*, json: Annotated[bool, Parameter(negative="", show_default=False)] = False) -> Exit:
    """Check what restoring needs: packages, devices, codecs, memory, disk, weights.

    Parameters
    ----------
    json
        All checks as one JSON object on stdout.
    """
    from dataclasses import asdict

    from sakuga.restore.checkup import checkup

    checks: list[Check] = []
    for check in checkup():
        checks.append(check)
        if not json:
            _show(check)
    problems = sum(check.state == "problem" for check in checks)
    if json:
        from json import dumps

        output.say(dumps({"ok": not problems, "checks": [asdict(check) for check in checks]}))
    else:
        output.say(_summary(problems))
    return Exit.FAILED if problems else Exit.OK


def _show(check: Check) -> None:
    output.say(f"{check.state:<8} {check.area:<8} {check.name:<23} {check.found}")
    if check.fix:
        output.say(f"{'':<9}{check.fix}")


def _summary(problems: int) -> str:
    if not problems:
        return "Ready to restore."
    return f"{problems} problem{'s' * (problems > 1)}; the line below each says what to do."
