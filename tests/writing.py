"""Write a video as the journey does, in one segment."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from types import SimpleNamespace

from sakuga.media.assembly import assemble, check_destination
from sakuga.media.encoder import SegmentWriter


@contextlib.contextmanager
def create_video(path, source, width, height, encoding):
    """Yields what takes `write(pixels, frame)`, and afterwards `dropped` and `notes`."""
    check_destination(path, source.path, encoding)
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = SimpleNamespace()
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        stretch = Path(folder) / "segment"
        with SegmentWriter(stretch, 0, source.info, (width, height), encoding, path) as segment:
            writer.write = segment.write
            yield writer
        told = assemble(path, source, (width, height), encoding, [stretch], Path(folder))
    writer.notes = [sentence for sentence in told if "is stored as" in sentence]
    writer.dropped = [sentence for sentence in told if sentence not in writer.notes]
