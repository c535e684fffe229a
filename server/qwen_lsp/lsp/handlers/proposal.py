"""`qwen.keep`, `qwen.discard`, `qwen.retry`, `qwen.compare`: what becomes of what was written.

And `qwen.nextChange`, `qwen.previousChange`, which go from one of its changes to another.
"""

from typing import Any

from ...errors import RequestError
from ...text.document import Span
from ..arguments import ChangeArguments, RetryArguments, checked
from ..comparing import compare as begin_to_compare
from ..preview import Preview
from ..proposals import NOTHING, RUNNING, Proposal
from ..protocol import CommandCall
from ..session import Session


def keep(session: Session, call: CommandCall) -> dict[str, Any]:
    """What was written stays, or what a preview shows gets into the file."""
    asked = checked(ChangeArguments, call)
    found = _found(session, asked)
    if isinstance(found, Preview):
        session.previews.keep(found)
    else:
        session.proposals.keep(found, _span(found, asked))
    return {"job": found.job.id}


def discard(session: Session, call: CommandCall) -> dict[str, Any]:
    """The original comes back, or a preview is dropped."""
    asked = checked(ChangeArguments, call)
    found = _found(session, asked)
    if isinstance(found, Preview):
        session.previews.discard(found)
    else:
        session.proposals.discard(found, _span(found, asked))
    return {"job": found.job.id}


def retry(session: Session, call: CommandCall) -> dict[str, Any]:
    """A job once more."""
    return {"job": session.retries.retry(checked(RetryArguments, call)).id}


def compare(session: Session, call: CommandCall) -> dict[str, Any]:
    """Shows what was changed as a document of its own."""
    asked = checked(ChangeArguments, call)
    return {"job": begin_to_compare(session, asked.job, asked.uri).id}


async def next_change(session: Session, call: CommandCall) -> None:
    """Goes to the change below, or from the last one to the first."""
    await _go(session, checked(ChangeArguments, call), step=1)


async def previous_change(session: Session, call: CommandCall) -> None:
    """Goes to the change above, or from the first one to the last."""
    await _go(session, checked(ChangeArguments, call), step=-1)


async def _go(session: Session, asked: ChangeArguments, *, step: int) -> None:
    proposal = _proposal(session, asked)
    document = proposal.document
    rows = sorted(patch.span.start.line for patch in proposal.patches)
    here = asked.range.start.line if asked.range else None
    if here is None:
        row = rows[0] if step > 0 else rows[-1]
    elif step > 0:
        row = next((each for each in rows if each > here), rows[0])
    else:
        row = next((each for each in reversed(rows) if each < here), rows[-1])
    place = next(patch.span.start for patch in proposal.patches if patch.span.start.line == row)
    range_ = document.to_range(Span(place, place))
    if not await session.editor.show_document(document.uri, selection=range_):
        session.editor.say(f"The change is at line {row + 1}.")


def _found(session: Session, asked: ChangeArguments) -> Proposal | Preview:
    """What was asked for: of a proposal and a preview the newer one."""
    proposal = session.proposals.find(asked.job, asked.uri)
    preview = session.previews.find(asked.job)
    if preview and (proposal is None or int(preview.job.id) > int(proposal.job.id)):
        return preview
    return _proposal(session, asked)


def _proposal(session: Session, asked: ChangeArguments) -> Proposal:
    if asked.job in session.jobs.running:
        raise RequestError(RUNNING)
    proposal = session.proposals.find(asked.job, asked.uri)
    if proposal is None:
        raise RequestError(NOTHING)
    return proposal


def _span(proposal: Proposal, asked: ChangeArguments) -> Span | None:
    return proposal.document.to_span(asked.range.range) if asked.range else None
