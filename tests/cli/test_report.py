"""How a job is shown: lines, JSON and bars all tell of every event, whatever is in a file's name."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from sakuga.cli import words
from sakuga.cli.bars import BarReport
from sakuga.cli.report import JsonReport, LineReport, reporter
from sakuga.media.events import (
    Count,
    Event,
    Fetching,
    Finished,
    Opened,
    Planned,
    Progressed,
    Result,
    Started,
    Warned,
)
from sakuga.media.plan import Plan, Task
from sakuga.media.sources import Problem

SOURCE = Path("in/[1080p] 映画 :smile: {x}.mkv")
TASK = Task(SOURCE, Path("out/映画.mkv"), "video")
PLAN = Plan((TASK,), (TASK,), (Problem(Path("no.png"), "no.png does not exist."),), 2)
DONE = Result(
    SOURCE, TASK.destination, "done", warnings=("A font is lost.",), frames=9, seconds=61.5, model="lite"
)
FAILED = Result(Path("no.png"), None, "failed", "no.png does not exist.", error=ValueError("x"))
SKIPPED = Result(SOURCE, TASK.destination, "skipped", "It is there already.")
EVENTS: list[Event] = [
    Planned(PLAN),
    FAILED,
    SKIPPED,
    Fetching("animesr-v2", 2_000_000, 6_000_000),
    Opened("animesr-v2", "CPU", "OpenVINO", "bf16", ("bf16 is exact enough.",)),
    Warned("The disk is small."),
    Started(TASK, 1, 2),
    Progressed(TASK, Count(4, 9, "frames", "network"), 2.5, 2.0, 0.4, 3700.0),
    Progressed(TASK, Count(50, 200, "rows"), 25, None, 0.5, None),
    DONE,
    Finished((FAILED, SKIPPED, DONE)),
]


def test_every_kind_of_event_is_in_this_test():
    assert {type(event) for event in EVENTS} == set(Event.__args__)


def test_json_is_one_object_per_line_and_loses_nothing(capsys):
    with JsonReport() as report:
        report.interval = 0
        for event in EVENTS:
            report(event)
    out, err = capsys.readouterr()
    lines = [json.loads(line) for line in out.splitlines()]
    assert not err
    assert [line["event"] for line in lines] == [
        *("plan", "failed", "skipped", "fetch", "engine", "warning", "start"),
        *("progress", "progress", "done", "summary"),
    ]
    assert lines[0]["plan"]["tasks"][0] == {
        "source": str(SOURCE),
        "destination": str(TASK.destination),
        "kind": "video",
    }
    assert lines[0]["plan"]["ignored"] == 2
    count = {"done": 4, "total": 9, "unit": "frames", "bottleneck": "network", "kept": 0}
    assert lines[7]["count"] == count
    assert lines[7]["per_second"] == 2.5
    assert (lines[9]["warnings"], lines[9]["model"]) == (["A font is lost."], "lite")
    assert [result["state"] for result in lines[-1]["results"]] == ["failed", "skipped", "done"]


def test_lines_name_files_rates_stages_and_failures(capsys):
    with LineReport() as report:
        report.interval = 0
        for event in EVENTS:
            report(event)
    out, err = capsys.readouterr()
    assert "1 file to make, 1 there already, 2 left out" in err
    assert f"[1/2] {SOURCE}" in err
    assert "4 of 9 frames, 2.50 frames/s, 0:02 left, bottleneck: network" in err
    assert "25 %" in err
    assert "2.0 of 6.0 MB" in err
    assert "bf16 is exact enough." in err
    assert "A font is lost." in err
    assert "The disk is small." in err
    assert out.splitlines() == ["1 done by lite, 1 skipped, 1 failed.", "  failed: no.png does not exist."]


def test_progress_lines_are_few(capsys):
    with LineReport() as report:
        for _ in range(100):
            report(EVENTS[7])
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_json_tells_of_a_short_file_too(capsys):
    with JsonReport() as report:
        for done in (1, 2, 3, 1, 2, 3):
            report(Progressed(TASK, Count(done, 3, "frames"), 1.0, 0.0, 0.5, None))
    told = [json.loads(line)["count"]["done"] for line in capsys.readouterr().out.splitlines()]
    assert told == [1, 3, 3]


def test_bars_draw_names_as_they_are_and_end_clean(capsys):
    screen = io.StringIO()
    with BarReport(Console(file=screen, force_terminal=True, width=200, color_system=None)) as report:
        for event in EVENTS:
            report(event)
            report._bars.refresh()
    shown = screen.getvalue()
    assert SOURCE.name in shown
    assert "44 %" in shown
    assert "2.50 frames/s, 0:02 left, bottleneck: network" in shown
    assert "file 1 of 2" in shown
    assert "1:01:40 left" in shown
    assert str(TASK.destination) in shown
    assert "no.png does not exist." in shown
    assert capsys.readouterr().out.startswith("1 done")


@pytest.mark.parametrize("kind", [JsonReport, LineReport, BarReport])
def test_an_interrupt_says_what_is_done(kind, capsys):
    def job():
        with kind() as report:
            report(Planned(PLAN))
            report(DONE)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match=r"1 of 1 file done"):
        job()


def test_json_is_asked_for_and_a_log_gets_lines(capsys):
    assert isinstance(reporter(json=True), JsonReport)
    assert type(reporter(json=False)) is LineReport


def test_the_summary_names_every_network():
    others = [Result(SOURCE, TASK.destination, "done", model=name) for name in ("cel", "lite", "")]
    (line, _) = words.summary(Finished((FAILED, SKIPPED, DONE, *others)))
    assert line == "2 done by lite, 1 done by cel, 1 done, 1 skipped, 1 failed."
    assert next(words.summary(Finished((SKIPPED,)))) == "0 done, 1 skipped, 0 failed."


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0:00"), (59.6, "1:00"), (61, "1:01"), (3600, "1:00:00"), (90061, "25:01:01")]
)
def test_clock(seconds, shown):
    assert words.clock(seconds) == shown
