"""Who hears what becomes of jobs."""

from typing import TYPE_CHECKING

from ...generation.request import JobRequest
from ...perform import Outcome
from ..edits.writer import RegionHandle
from .job import Job

if TYPE_CHECKING:
    from collections.abc import Callable


class JobEvents:
    """Lists of listeners. Each is called right after it has happened, and must not block."""

    def __init__(self) -> None:
        self.on_begin: list[Callable[[Job, JobRequest], object]] = []
        """A job is about to take up its rows."""
        self.on_start: list[Callable[[Job], object]] = []
        """A job is running."""
        self.on_written: list[Callable[[Job, RegionHandle], object]] = []
        """A job writes no more to its region; it may still be running."""
        self.on_warning: list[Callable[[Job, str], object]] = []
        """Something is wrong with what a job has written."""
        self.on_end: list[Callable[[Job, Outcome], object]] = []
        """A job is over."""

    def begin(self, job: Job, request: JobRequest) -> None:
        for listener in self.on_begin:
            listener(job, request)

    def start(self, job: Job) -> None:
        for listener in self.on_start:
            listener(job)

    def written(self, job: Job, handle: RegionHandle) -> None:
        for listener in self.on_written:
            listener(job, handle)

    def warn(self, job: Job, warning: str) -> None:
        for listener in self.on_warning:
            listener(job, warning)

    def end(self, job: Job, outcome: Outcome) -> None:
        for listener in self.on_end:
            listener(job, outcome)
