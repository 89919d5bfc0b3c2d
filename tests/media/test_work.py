"""The work folder: one process's alone, and what is in it stays as long as it is of use."""

from __future__ import annotations

import os

import pytest

from sakuga.errors import InputError, OutputError
from sakuga.media.segment import SegmentFile, Span
from sakuga.media.work import Settled, WorkFolder, tidy

JOB = {"the source": "one", "the program": "two"}


def segment(path):
    file = SegmentFile(path)
    file.close(Span(0, 5, 0))


@pytest.fixture
def result(tmp_path):
    return tmp_path / "映画.mkv"


def left(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_second_leaves_the_first_alone(result):
    with WorkFolder(result, JOB) as work:
        segment(work.segment(0))
        for job in (JOB, JOB | {"the source": "another"}):
            with (
                pytest.raises(OutputError, match=rf"映画\.mkv .*process {os.getpid()} on"),
                WorkFolder(result, job),
            ):
                pass
        assert left(work.path) == ["000000000.segment", "job.json", "lock"]
    assert not left(result.parent)


@pytest.mark.parametrize("error", [None, InputError("cut off"), KeyboardInterrupt(), RuntimeError()])
@pytest.mark.parametrize("finished", [True, False])
def test_what_is_finished_stays_where_the_same_work_may_go_on(result, error, finished):
    try:
        with WorkFolder(result, JOB) as work:
            if finished:
                segment(work.segment(0))
            if error:
                raise error
    except (InputError, KeyboardInterrupt, RuntimeError):
        pass
    stays = finished and isinstance(error, KeyboardInterrupt | RuntimeError)
    assert work.path.exists() == stays
    if stays:
        assert left(work.path) == ["000000000.segment", "job.json"]
        with WorkFolder(result, JOB) as again:
            assert again.ahead() == 5


def test_the_first_run_settles_it_for_all(result):
    with WorkFolder(result, JOB) as work:
        assert work.settled(Settled((64, 48), 2)) == Settled((64, 48), 2)
        joined = WorkFolder.joined(result, JOB)
        assert joined.settled(Settled((128, 128), 16)) == Settled((64, 48), 2)
        with pytest.raises(OutputError, match="another job"):
            WorkFolder.joined(result, {})


def test_only_what_nobody_works_in_is_tidied(result):
    with WorkFolder(result, JOB) as work:
        work.conclude()
        tidy(result)
        assert left(work.path) == ["assembled", "job.json", "lock"]
    folder = work.path
    folder.mkdir()
    tidy(result)
    assert folder.exists()
    (folder / "assembled").touch()
    (folder / "lock").write_text("process 1 on a machine that lost its power")
    tidy(result)
    assert not folder.exists()
