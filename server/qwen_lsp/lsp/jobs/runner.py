"""A job from its start to its end: what it is to do, who answers, and what the user is told."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from ...errors import UNEXPECTED
from ...generation.model_call import Answering
from ...generation.request import Work
from ...generation.syntax_check import checked
from ...perform import NoPage, Outcome, perform
from ..client.progress import WorkProgress
from ..edits.page import Page
from ..edits.ways import Way
from ..explain.explanations import Explanation
from .job import Job

if TYPE_CHECKING:
    from ..session import Session

log = logging.getLogger(__name__)


def begin(
    session: "Session",
    work: Work,
    *,
    original: Sequence[str] | None = None,
    instead_of: Job | None = None,
) -> Job:
    """Starts the job; the rows that it writes to are held from now on.

    Where `original` is given, they turn back into that before the reply is written: a job is
    begun `instead_of` one whose reply is there.
    """
    job = session.jobs.new(work.action, work.document.uri)
    job.instead_of = instead_of
    way: Way | None = None
    if work.onto is None:
        session.retries.began(job, work)
    if place := work.place:
        session.proposals.keep_under(work.document, place)
        page = session.pages.begin(work.document, *place, original=original)
        page.on_end = partial(_written, session, job, work, page)
        way = Way(session, job, work, page)
        if not way.preview:
            session.originals.watch(job, work.document, page)
    job.way = way
    reader = work.onto or session.view.explanation(job, work.document, work.span)
    session.jobs.start(job, _run(session, job, work, way, reader))
    session.status.changed()
    session.lenses.changed()
    return job


async def _run(
    session: "Session", job: Job, work: Work, way: Way | None, reader: Explanation
) -> None:
    progress = WorkProgress(session.editor, job.token, job.title)
    try:
        outcome = await perform(
            work.request,
            work.placing,
            model=session.originals.before(job, Answering(session, job, work)),
            reader=reader,
            page=way or NoPage(),
            keeps_on_stop=lambda: session.settings.on_stop == "keep",
            says=progress.say,
        )
    except Exception as error:  # noqa: BLE001 - whatever breaks, the job has an end
        outcome = Outcome("failed", UNEXPECTED, fault=error)
    try:
        outcome = await _settled(session, job, work, way, outcome)
    except Exception:
        log.exception("What comes after job %s has failed", job.id)
    progress.end()
    _tell(session, job, outcome, way)


async def _settled(
    session: "Session", job: Job, work: Work, way: Way | None, outcome: Outcome
) -> Outcome:
    """The outcome, once it is known whether what the job has written is whole."""
    await session.originals.ended(job)
    page = way.written if way else None
    if page is None or outcome.ended != "done":
        return outcome
    return replace(outcome, message=await checked(session, job, work.document, page))


def _written(session: "Session", job: Job, work: Work, page: Page) -> None:
    """Nothing more is written to the page: what it holds is its user's to decide on."""
    session.retries.placed(job, page.region)
    session.proposals.ended(job, work.document, page)


def _tell(session: "Session", job: Job, outcome: Outcome, way: Way | None) -> None:
    """Tells the user how it ended, and the client if it wants to know."""
    log.info("Job %s (%s) has ended: %s", job.id, job.action.id, outcome.ended)
    if outcome.fault:
        log.error("Job %s failed", job.id, exc_info=outcome.fault)
    if outcome.ended == "failed":
        session.retries.failed(job)
        session.editor.say(outcome.message, types.MessageType.Error)
    elif outcome.ended == "takenOver" and outcome.message:
        session.editor.say(outcome.message)
    if way and way.preview:
        session.previews.job_ended(way.preview)
    if session.editor.announces("jobs"):
        session.editor.notify("qwen/jobEnded", _ended(job, outcome, way))
    session.jobs.running.pop(job.id, None)
    session.status.job_ended(outcome)
    session.lenses.changed()


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
