"""What became of a task: whether its file opens at all, and what went wrong as a sentence."""

from __future__ import annotations

from sakuga.errors import SakugaError
from sakuga.media.events import Result
from sakuga.media.picture import open_picture
from sakuga.media.plan import Task
from sakuga.media.video import open_video


def look(task: Task) -> bool:
    """Whether the file moves: a video or an animation. Raises InputError where it cannot be opened."""
    if task.kind == "picture":
        with open_picture(task.source) as picture:
            return picture.moving
    with open_video(task.source):
        return True


def failed(task: Task, error: Exception) -> Result:
    """The result of a task that `error` ended."""
    sentence = str(error) if isinstance(error, SakugaError) else _unexpected(task, error)
    return Result(task.source, task.destination, "failed", sentence, error=error)


def there_already(task: Task) -> Result:
    """The result of a task whose destination stands there."""
    sentence = "It is there already; --overwrite makes it again."
    return Result(task.source, task.destination, "skipped", sentence)


def _unexpected(task: Task, error: Exception) -> str:
    if isinstance(error, MemoryError):
        return f"{task.source} needs more memory than there is; a smaller --scale or --tile needs less."
    cause = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return f"{task.source} met a mistake in sakuga ({cause}); please report it."
