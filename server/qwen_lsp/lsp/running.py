"""A job from its start to its end: what it is to do, who answers, and what the user is told."""

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from ..actions.action import Action
from ..actions.placing import Placing, placing_of
from ..actions.prompt import prompt
from ..actions.selection import Selection
from ..errors import UNEXPECTED, RequestError
from ..model.chat import Message, Piece, Request
from ..perform import NoPage, Outcome, perform
from ..text.document import Position, Span
from ..text.surroundings import Rows, block_around, is_bare, whole_lines
from .arguments import RunArguments
from .checking import checked
from .documents import OpenDocument
from .jobs import Job
from .progress import WorkProgress
from .settings import Edits, Settings
from .ways import Way

if TYPE_CHECKING:
    from .session import Session

log = logging.getLogger(__name__)

OVERLAP = "Qwen is writing here already; stop that first (Qwen: Stop), or wait for its end."
MOVED_ON = "The text has changed since it was selected; select it again."
NO_EDITS = "This editor takes no edits from a language server; use an action that explains."
NO_SELECTION = "Select the code first."
SWITCHED_OFF = "Qwen is switched off by the setting qwen.enabled."


@dataclass(frozen=True)
class Work:
    """What a job is to do."""

    action: Action
    document: OpenDocument
    rows: Rows
    messages: tuple[Message, ...]
    placing: Placing
    model: str | None
    edits: Edits | None

    @property
    def span(self) -> Span:
        """The selected rows, the last one's end not included."""
        first, last = self.rows
        return Span(
            Position(first, 0), Position(last - 1, len(self.document.document.line(last - 1)))
        )


def work_of(session: "Session", asked: RunArguments) -> Work:
    """What `qwen.run` asks for. Raises RequestError if that can't be done as asked."""
    if not session.settings.enabled:
        raise RequestError(SWITCHED_OFF)
    action = session.action(asked.action)
    document = session.document(asked.uri)
    span = document.range_now(asked.range.range, asked.version)
    if span is None:
        raise RequestError(MOVED_ON)
    if action.edits and not session.editor.takes_edits:
        raise RequestError(NO_EDITS)
    rows = _rows(action, document, span)
    selection = Selection.of_rows(
        document.document,
        rows,
        path=session.path_of(document),
        language=document.language_id,
        diagnostics=tuple(
            f"line {each.range.start.line + 1}: {each.message}" for each in asked.diagnostics
        ),
        instruction=asked.instruction,
    )
    placing = placing_of(action, selection)
    if placing.rows and session.pages.overlaps(document, *rows):
        raise RequestError(OVERLAP)
    return Work(
        action, document, rows, prompt(action, selection), placing, asked.model, asked.edits
    )


def _rows(action: Action, document: OpenDocument, span: Span) -> Rows:
    if not is_bare(document.document, span):
        return whole_lines(document.document, span)
    if action.needs == "selection":
        raise RequestError(NO_SELECTION)
    return block_around(document.document, span.start.line)


def begin(session: "Session", work: Work) -> Job:
    """Starts the job; the rows that it writes to are held from now on."""
    job = session.jobs.new(work.action, work.document.uri)
    way: Way | None = None
    if work.placing.rows:
        first = work.rows[0]
        page = session.pages.begin(
            work.document, first + work.placing.rows.first, first + work.placing.rows.last
        )
        way = Way(session, job, work, page)
        if not way.preview:
            session.originals.watch(job, work.document, page)
    session.jobs.start(job, _run(session, job, work, way))
    session.status.changed()
    return job


async def _run(session: "Session", job: Job, work: Work, way: Way | None) -> None:
    progress = WorkProgress(session.editor, job.token, job.title)
    try:
        outcome = await perform(
            Request(work.messages, model=work.model or ""),
            work.placing,
            model=session.originals.before(job, _Answering(session, work)),
            reader=session.view.explanation(job, work.document, work.span),
            page=way or NoPage(),
            keeps_on_stop=lambda: session.settings.on_stop == "keep",
        )
    except Exception as error:  # noqa: BLE001 - whatever breaks, the job has an end
        outcome = Outcome("failed", UNEXPECTED, fault=error)
    await session.originals.ended(job)
    progress.end()
    if outcome.ended == "done" and way and way.written:
        told = await checked(session, job, work.document, way.written)
        outcome = replace(outcome, message=told)
    _tell(session, job, outcome, way)


class _Answering:
    """Whatever model the settings name by the time that the job really starts."""

    def __init__(self, session: "Session", work: Work) -> None:
        self._session, self._work = session, work

    async def stream(self, request: Request) -> AsyncGenerator[Piece]:
        settings = await self._session.settings_in_force()
        if not settings.enabled:
            raise RequestError(SWITCHED_OFF)
        chosen = self._session.services.chosen(settings)
        asked = self._with(request, settings, chosen.default_model)
        async with aclosing(chosen.model.stream(asked)) as pieces:
            async for piece in pieces:
                yield piece

    def _with(self, request: Request, settings: Settings, default_model: str) -> Request:
        action = self._work.action
        temperature = settings.temperature
        return replace(
            request,
            model=request.model or settings.model or action.model or default_model,
            thinking=settings.thinking == "auto",
            temperature=action.temperature if temperature is None else temperature,
            max_tokens=settings.max_tokens,
        )


def _tell(session: "Session", job: Job, outcome: Outcome, way: Way | None) -> None:
    """Tells the user how it ended, and the client if it wants to know."""
    log.info("Job %s (%s) has ended: %s", job.id, job.action.id, outcome.ended)
    if outcome.fault:
        log.error("Job %s failed", job.id, exc_info=outcome.fault)
    if outcome.ended == "failed":
        session.editor.say(outcome.message, types.MessageType.Error)
    if way and way.preview:
        session.previews.job_ended(way.preview)
    if session.editor.announces("jobs"):
        session.editor.notify("qwen/jobEnded", _ended(job, outcome, way))
    session.jobs.running.pop(job.id, None)
    session.status.job_ended(outcome)


def _ended(job: Job, outcome: Outcome, way: Way | None) -> dict[str, Any]:
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
    if way:
        start, end = way.range.start, way.range.end
        ended["range"] = {
            "start": {"line": start.line, "character": start.character},
            "end": {"line": end.line, "character": end.character},
        }
        if way.preview and way.preview.can_be_kept:
            ended["preview"] = way.preview.preview.uri
    return ended
