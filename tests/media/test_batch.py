"""A batch of pictures: what becomes which file, in which order, and what ends without ending the rest."""

import subprocess
import sys
import time

import pytest
from PIL import Image

from batch_job import job
from sakuga.media.batch import batch


def pictures(folder, *names):
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        Image.new("RGB", (4, 4)).save(folder / name)
    return folder


def states(results):
    return {made.source.name: made.state for made in results}


def test_results_come_in_order_and_a_second_time_they_are_skipped(tmp_path):
    folder = pictures(tmp_path / "in", "a.png", "bad.png", "c/d.webp")
    (folder / "a.mp4").write_bytes(b"film")
    made = list(batch([folder], tmp_path / "out", job))
    assert [each.source.name for each in made] == ["a.mp4", "a.png", "bad.png", "d.webp"]
    assert [each.state for each in made] == ["failed", "done", "failed", "done"]
    assert made[0].sentence.endswith("is a video; this takes pictures.")
    assert made[1].told == {"name": "a.png"}
    assert (tmp_path / "out" / "c" / "d.png").is_file()
    again = states(batch([folder], tmp_path / "out", job))
    assert again == {"a.mp4": "failed", "a.png": "skipped", "bad.png": "failed", "d.webp": "skipped"}
    assert states(batch([folder], tmp_path / "out", job, overwrite=True))["a.png"] == "done"


@pytest.mark.parametrize("names", [("in/a.png",), ("in/a.webp", "in/a.png"), ("in", "in/A.PNG")])
def test_no_source_is_written_over(names, tmp_path):
    folder = pictures(tmp_path / "in", *{name[3:] for name in names} - {""}, "a.png")
    before = (folder / "a.png").read_bytes()
    (tmp_path / "link").symlink_to(folder)
    for out in (folder, tmp_path / "link"):
        made = list(batch([tmp_path / name for name in names], out, job, overwrite=True))
        assert {each.state for each in made} == {"failed"}
        assert (folder / "a.png").read_bytes() == before


def test_a_process_that_dies_takes_no_other_picture_with_it(tmp_path):
    folder = pictures(tmp_path / "in", "bad.png", "deadly.png", "z.png")
    made = list(batch([folder], tmp_path / "out", job, workers=2))
    assert [each.source.name for each in made] == sorted(path.name for path in folder.iterdir())
    assert {name for name, state in states(made).items() if state == "failed"} == {"bad.png", "deadly.png"}
    assert "was ended" in next(each.sentence for each in made if each.source.name == "deadly.png")


CREW = """
import os, time
from sakuga.media.crew import Crew
if __name__ == "__main__":
    pool = Crew(1)
    print(pool.submit(os.getpid).result(), flush=True)
    time.sleep(60)
"""


def test_workers_do_not_outlive_their_parent(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(CREW, encoding="utf-8")
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as parent:
        worker = int(parent.stdout.readline())
        parent.kill()
    end = time.monotonic() + 20
    while alive(worker) and time.monotonic() < end:
        time.sleep(0.05)
    assert not alive(worker)


def alive(process):
    done = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False
    )
    return bool(done.stdout.strip()) and not done.stdout.startswith("Z")
