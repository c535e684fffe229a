"""The jobs that are running: what each does, and how it is stopped."""

import asyncio
import itertools
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from ...actions.action import Action
from ..documents.documents import OpenDocument
from ..edits.reply_sink import ReplySink
from ..edits.writer import JobLabel, RegionHandle


@dataclass(eq=False)
class Job:
    """A running action."""

    id: str
    action: Action
    document: OpenDocument
    task: asyncio.Task[None] | None = None
    sink: ReplySink | None = None
    """How it writes; None where its reply is only shown."""

    @property
    def uri(self) -> str:
        """The URI of its document."""
        return self.document.uri

    @property
    def token(self) -> str:
        """The token of its work-done progress."""
        return f"qwen-lsp/job/{self.id}"

    @property
    def title(self) -> str:
        """Its name in progress and messages."""
        return f"Qwen: {self.action.title}"

    @property
    def label(self) -> JobLabel:
        """What those know of it who keep what it writes."""
        return JobLabel(self.id, self.title)


class Jobs:
    """All that are running, oldest first."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self.running: dict[str, Job] = {}

    def new(self, action: Action, document: OpenDocument) -> Job:
        """A job that isn't running yet."""
        return Job(str(next(self._numbers)), action, document)

    def writing(self, document: OpenDocument | None = None) -> list[tuple[Job, RegionHandle]]:
        """The jobs that write to `document`, or to any, and where; not to a preview."""
        return [
            (job, handle)
            for job in self.running.values()
            if (handle := job.sink.written if job.sink else None)
            and (document is None or job.uri == document.uri)
            and not handle.has_ended
        ]

    def start(self, job: Job, work: Coroutine[Any, Any, None]) -> None:
        """Lets it run in the background."""
        self.running[job.id] = job
        job.task = asyncio.create_task(work, name=f"job {job.id}")
        job.task.add_done_callback(lambda _: self.running.pop(job.id, None))

    def stop(self, job_id: str | None) -> int:
        """Stops one job, or all; how many were told to. They end in their own time."""
        chosen = [job for job in self.running.values() if job_id in (None, job.id)]
        for job in chosen:
            if job.task:
                # A task that is cancelled before its first step never takes it, and what the job
                # holds would be held for ever: so the step comes first.
                asyncio.get_running_loop().call_soon(job.task.cancel)
        return len(chosen)

    def stop_in(self, uri: str) -> None:
        """Stops the jobs of one document."""
        for job in [job for job in self.running.values() if job.uri == uri]:
            self.stop(job.id)

    def stop_by_token(self, token: object) -> None:
        """The user has cancelled a progress."""
        for job in list(self.running.values()):
            if job.token == token:
                self.stop(job.id)

    async def ended(self, seconds: float) -> None:
        """Waits until none is running, for `seconds` at most."""
        tasks = [job.task for job in self.running.values() if job.task]
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
