"""A job from its start to its end: its rows, who answers, and what the user reads of its end."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from lsprotocol import types

from ...errors import UNEXPECTED, RequestError
from ...generation.request import JobRequest
from ...perform import Model, NoTarget, Outcome, Reader, perform
from ...text.enclosing import Rows
from ..client.client import Editor
from ..client.progress import WorkProgress
from ..configuration import Configuration
from ..documents.documents import OpenDocument
from ..edits.originals import OriginalsJournal
from ..edits.previews import Previews
from ..edits.reply_sink import ReplySink
from ..edits.writer import RegionHandle, Writers
from .events import JobEvents
from .job import Job, Jobs
from .syntax_warning import SyntaxWarnings

log = logging.getLogger(__name__)

RESTING = 0.5
"""Seconds without a change after which the user is said to rest."""
LONGEST_TYPING = 10.0
"""Seconds of typing after which a message is shown all the same."""

OVERLAP = "Qwen is writing here already; stop that first (Qwen: Stop), or wait for its end."


class JobRunner:
    """Starts jobs, and sees each to its end.

    `model` answers a job, `sink` is where its reply goes, `reader` shows what is only said.
    """

    def __init__(
        self,
        editor: Editor,
        configuration: Configuration,
        jobs: Jobs,
        events: JobEvents,
        *,
        writers: Writers,
        previews: Previews,
        originals: OriginalsJournal,
        warnings: SyntaxWarnings,
        model: Callable[[Job, JobRequest], Model],
        sink: Callable[[Job, JobRequest, RegionHandle], ReplySink],
        reader: Callable[[Job, JobRequest], Reader],
    ) -> None:
        self._editor, self._configuration = editor, configuration
        self._jobs, self._events = jobs, events
        self._writers, self._previews, self._originals = writers, previews, originals
        self._warnings = warnings
        self._model, self._sink, self._reader = model, sink, reader

    def check_is_free(self, document: OpenDocument, request: JobRequest, rows: Rows) -> None:
        """Raises RequestError if the new job writes, and another is writing to some of `rows`."""
        if request.place and self._writers.overlaps(document, *rows):
            raise RequestError(OVERLAP)

    def start(
        self,
        document: OpenDocument,
        request: JobRequest,
        *,
        reader: Reader | None = None,
        original: Sequence[str] | None = None,
        instead_of: Job | None = None,
    ) -> Job:
        """Starts a job in `document`; the rows that it writes to are its own from now on.

        Prose goes to `reader`, where one is given. Where `original` is given, the rows turn back
        into that before the reply is written: a job is begun `instead_of` one whose reply is there.
        """
        job = self._jobs.new(request.action, document)
        self._events.begin(job, request)
        sink: ReplySink | None = None
        if place := request.place:
            handle = self._writers.begin(document, *place, original=original)
            handle.on_end = partial(self._events.written, job, handle)
            sink = self._sink(job, request, handle)
            if not sink.preview:
                replaced = instead_of.id if instead_of else None
                self._originals.watch(job.label, document, handle, instead_of=replaced)
        job.sink = sink
        reader = reader or self._reader(job, request)
        self._jobs.start(job, self._run(job, request, sink, reader))
        self._events.start(job)
        return job

    async def _run(
        self, job: Job, request: JobRequest, sink: ReplySink | None, reader: Reader
    ) -> None:
        progress = WorkProgress(self._editor, job.token, job.title)
        try:
            outcome = await perform(
                request.model_request,
                request.placing,
                model=self._originals.before(job.id, self._model(job, request)),
                reader=reader,
                target=sink or NoTarget(),
                keeps_on_stop=lambda: self._configuration.settings.on_stop == "keep",
                says=progress.say,
            )
        except Exception as error:  # noqa: BLE001 - whatever breaks, the job has an end
            outcome = Outcome("failed", UNEXPECTED, fault=error)
        try:
            outcome = await self._settled(job, sink, outcome)
        except Exception:
            log.exception("What comes after job %s has failed", job.id)
        progress.end()
        self._tell(job, outcome, sink)
        if outcome.ended == "takenOver" and outcome.message:
            await _rest(job.document)
            self._editor.say(outcome.message)

    async def _settled(self, job: Job, sink: ReplySink | None, outcome: Outcome) -> Outcome:
        """The outcome, once it is known whether what the job has written is whole."""
        await self._originals.ended(job.id)
        handle = sink.written if sink else None
        if handle is None or outcome.ended != "done":
            return outcome
        return replace(outcome, message=await self._warnings.after(job, handle))

    def _tell(self, job: Job, outcome: Outcome, sink: ReplySink | None) -> None:
        """Tells the user how it ended, and the client if it wants to know."""
        log.info("Job %s (%s) has ended: %s", job.id, job.action.id, outcome.ended)
        if outcome.fault:
            log.error("Job %s failed", job.id, exc_info=outcome.fault)
        if outcome.ended == "failed":
            self._editor.say(outcome.message, types.MessageType.Error)
        elif outcome.ended == "stopped" and outcome.message:
            self._editor.warn(outcome.message)
        if sink and sink.preview:
            self._previews.job_ended(sink.preview)
        if self._editor.announces("jobs"):
            self._editor.notify("qwen/jobEnded", _ended(job, outcome, sink))
        self._jobs.running.pop(job.id, None)
        self._events.end(job, outcome)


async def _rest(document: OpenDocument) -> None:
    """Waits until its user rests: Helix shows a message only up to the next key."""
    for _ in range(int(LONGEST_TYPING / RESTING)):
        version = document.version
        await asyncio.sleep(RESTING)
        if document.version == version:
            return


def _ended(job: Job, outcome: Outcome, sink: ReplySink | None) -> dict[str, Any]:
    ended: dict[str, Any] = {
        "job": job.id,
        "action": job.action.id,
        "uri": job.uri,
        "outcome": outcome.ended,
    }
    if outcome.message:
        ended["message"] = outcome.message
    if outcome.usage:
        usage = outcome.usage
        ended["usage"] = {
            "promptTokens": usage.prompt_tokens,
            "cachedTokens": usage.cached_tokens,
            "completionTokens": usage.completion_tokens,
            "reasoningTokens": usage.reasoning_tokens,
        }
    if sink:
        start, end = sink.range.start, sink.range.end
        ended["range"] = {
            "start": {"line": start.line, "character": start.character},
            "end": {"line": end.line, "character": end.character},
        }
        if sink.preview and sink.preview.can_be_kept:
            ended["preview"] = sink.preview.preview.uri
    return ended
