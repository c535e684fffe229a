"""A job once more: with another model, other words, or more to read."""

from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ...errors import RequestError
from ...generation.request import OVERLAP, SWITCHED_OFF, Work, again, others, selected_again
from ...settings.options import Edits
from ...text.document import Span
from ...text.edits import moved_span
from ...text.enclosing import Rows
from ...text.standing import standing
from ..arguments import RetryArguments
from ..documents.documents import OpenDocument, Revision
from ..jobs.job import Job
from ..jobs.runner import begin
from .proposal import Proposal, share_rows
from .proposals import CHANGED, RUNNING

if TYPE_CHECKING:
    from ..session import Session

REMEMBERED = 20
"""How many jobs of a session can be run once more."""
ONCE_MORE = "That was not what I want. Once more, with other words:"
NOTHING = "There is nothing to run once more here; run an action first."


@dataclass(eq=False)
class Past:
    """A job that was begun, and where its selection is by now."""

    job: Job
    work: Work
    span: Span
    has_failed: bool = False

    def follow(self, revision: Revision) -> None:
        """The document has changed; what was selected may be back, because it was undone."""
        self.span = moved_span(self.span, revision.edits)
        document = self.work.document.document
        self.span = standing(document, self.span, self.work.selection.lines) or self.span


class Retries:
    """The jobs begun last, oldest first. It hears what happens to the documents."""

    def __init__(self, session: "Session") -> None:
        self._session = session
        self._past: deque[Past] = deque(maxlen=REMEMBERED)

    def began(self, job: Job, work: Work) -> None:
        """A job begins."""
        self._past.append(Past(job, work, work.span))

    def failed(self, job: Job) -> None:
        """A job has ended without a whole reply, and its user is offered to run it once more."""
        if past := self.of(job.id):
            past.has_failed = True

    def offered_at(self, document: OpenDocument, span: Span) -> Job | None:
        """The job to run once more at `span`, because it failed as the last one there."""
        here = [
            past
            for past in self._past
            if past.work.document is document and share_rows(past.span, span)
        ]
        return here[-1].job if here and here[-1].has_failed else None

    def placed(self, job: Job, region: Span) -> None:
        """What a job has written is at `region`, or was and has given way to the original."""
        for past in self._past:
            if past.job is job and past.work.is_replaced:
                past.span = region

    def changed(self, document: OpenDocument, revision: Revision) -> None:
        """A document has changed."""
        for past in self._past:
            if past.work.document is document:
                past.follow(revision)

    def closed(self, document: OpenDocument) -> None:
        """A document was closed."""
        left = [past for past in self._past if past.work.document.uri != document.uri]
        self._past = deque(left, maxlen=REMEMBERED)

    def retry(self, asked: RetryArguments) -> Job:
        """Begins a job once more. Raises RequestError if that can't be."""
        past = self._find(asked)
        session = self._session
        if not session.configuration.at(past.work.document.uri).enabled:
            raise RequestError(SWITCHED_OFF)
        if past.job.id in session.jobs.running:
            raise RequestError(RUNNING)
        session.previews.drop_of(past.job)
        proposal = session.proposals.of_job(past.job)
        if proposal and not proposal.is_taken_over:
            return self._from_original(past, proposal, asked)
        return self._from_now(past, asked)

    def of(self, job: str) -> Past | None:
        """A job that was begun; None where it is no longer remembered."""
        return next((past for past in self._past if past.job.id == job), None)

    def _find(self, asked: RetryArguments) -> Past:
        mine = [past for past in self._past if asked.job in (None, past.job.id)]
        uri = asked.uri or self._session.active_uri
        here = [past for past in mine if past.work.document.uri == uri]
        if not mine:
            raise RequestError(NOTHING)
        return (here or mine)[-1]

    def _from_original(self, past: Past, proposal: Proposal, asked: RetryArguments) -> Job:
        """What was written turns back into the original, and then into the new reply."""
        if not proposal.is_as_written:
            raise RequestError(CHANGED)
        work, place = past.work, past.work.place or past.work.rows
        over = (proposal.region.start.line, proposal.region.end.line + 1)
        rows = (over[0] - (place[0] - work.rows[0]), over[1] + work.rows[1] - place[1])
        new = again(work, rows, self._with(work, asked).selection, asked.model)
        new = self._gone_on_with(new, past, asked)
        self._free(new, over)
        self._session.proposals.give_way(proposal)
        return begin(
            self._session,
            replace(new, over=over, edits=_in_file(new.edits or self._session.settings.edits)),
            original=proposal.original,
            instead_of=past.job,
        )

    def _from_now(self, past: Past, asked: RetryArguments) -> Job:
        """What stands there by now is selected once more."""
        rows, selection = selected_again(self._session, self._with(past.work, asked), past.span)
        new = self._gone_on_with(again(past.work, rows, selection, asked.model), past, asked)
        self._free(new, rows)
        return begin(self._session, new)

    def _free(self, work: Work, rows: Rows) -> None:
        if work.place and self._session.pages.overlaps(work.document, *rows):
            raise RequestError(OVERLAP)

    def _gone_on_with(self, new: Work, past: Past, asked: RetryArguments) -> Work:
        """Other words are said in the conversation that there was, so that it is known to all."""
        said = self._session.conversations.of(past.job.id) if asked.instruction else None
        once_more = f"{ONCE_MORE}\n\n{new.messages[-1].content}"
        return replace(new, conversation=said and said.followed_by(once_more))

    def _with(self, work: Work, asked: RetryArguments) -> Work:
        """The work with the words and the other files that are asked for."""
        selection = work.selection
        if asked.instruction is not None:
            selection = replace(selection, instruction=asked.instruction)
        if asked.context is not None:
            selection = replace(selection, others=others(self._session, asked.context))
        return replace(work, selection=selection)


def _in_file(edits: Edits) -> Edits:
    """How a reply is written where the one before is in the file already."""
    return "once" if edits == "preview" else edits
