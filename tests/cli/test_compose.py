"""`sakuga compose` as a user runs it."""

import studio
from command import sakuga, sentence


def test_stills_and_sentences(tmp_path):
    drawings = studio.written(tmp_path / "drawings")
    out = tmp_path / "out"
    done = sakuga("compose", drawings, "--out", out, "--count", 2, "--size", "128x72", "--split", "val")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == f"2 in {out}; 0 failed."
    assert "val_" in (out / "CREDITS").read_text(encoding="utf-8")
    refused = sakuga("compose", drawings, "--out", tmp_path / "test", "--split", "test")
    assert refused.returncode == 2
    assert "--allow-test" in sentence(refused)
    assert not (tmp_path / "test").exists()
    assert "1280x720" in sentence(sakuga("compose", drawings, "--size", "720p"))
    asked = ("compose", drawings, "--split", "test", "--allow-test", "--size", "96x64", "--count", 1)
    assert sakuga(*asked, "--out", tmp_path / "final").returncode == 0
