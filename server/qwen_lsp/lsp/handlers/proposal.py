"""`qwen.keep`, `qwen.discard`, `qwen.retry`, `qwen.compare`: what becomes of what was written.

And `qwen.nextChange`, `qwen.previousChange`, which go from one of its changes to another.
"""

from typing import Any

from ...errors import RequestError
from ...text.document import Span
from ..arguments import ChangeArguments, RetryArguments, checked
from ..edits.preview import Preview
from ..review.proposal import Proposal
from ..review.proposals import NOTHING, RUNNING
from ..rpc.protocol import CommandCall
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
    return {"job": session.diffs.show(checked(ChangeArguments, call)).id}


async def next_change(session: Session, call: CommandCall) -> None:
    """Goes to the change below, or from the last one to the first."""
    await _go(session, checked(ChangeArguments, call), step=1)


async def previous_change(session: Session, call: CommandCall) -> None:
    """Goes to the change above, or from the first one to the last."""
    await _go(session, checked(ChangeArguments, call), step=-1)


async def _go(session: Session, asked: ChangeArguments, *, step: int) -> None:
    proposal = _proposal(session, asked)
    document = proposal.document
    places = sorted(patch.span.start for patch in proposal.patches)[::step]
    here = asked.range.start.line if asked.range else -step * len(document.lines)
    place = next((each for each in places if (each.line - here) * step > 0), places[0])
    range_ = document.to_range(Span(place, place))
    if not await session.editor.show_document(document.uri, selection=range_):
        session.editor.say(f"The change is at line {place.line + 1}.")


def _found(session: Session, asked: ChangeArguments) -> Proposal | Preview:
    """What was asked for: of a proposal and a preview the one that is here, or the newer one."""
    uri = asked.uri or session.active_uri
    proposal = session.proposals.find(asked.job, uri)
    preview = session.previews.find(asked.job, uri)
    if preview and proposal:
        is_here = preview.is_about(uri), proposal.document.uri == uri
        if is_here[0] != is_here[1]:
            return preview if is_here[0] else proposal
        return preview if int(preview.job.id) > int(proposal.job.id) else proposal
    return preview or _proposal(session, asked)


def _proposal(session: Session, asked: ChangeArguments) -> Proposal:
    proposal = session.proposals.find(asked.job, asked.uri)
    if proposal is None:
        raise RequestError(RUNNING if asked.job in session.jobs.running else NOTHING)
    return proposal


def _span(proposal: Proposal, asked: ChangeArguments) -> Span | None:
    return proposal.document.to_span(asked.range.range) if asked.range else None
