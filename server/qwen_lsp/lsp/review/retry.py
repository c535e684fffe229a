"""A job once more: with another model, other words, or more to read."""

from collections import deque
from dataclasses import dataclass, replace

from ...errors import RequestError
from ...generation.conversations import Conversations
from ...generation.request import SWITCHED_OFF, JobRequest, rerun_request, selected_again
from ...perform import Outcome
from ...settings.options import Edits
from ...text.document import Span
from ...text.edits import moved_span
from ...text.standing import standing
from ..arguments import RetryArguments
from ..configuration import Configuration
from ..documents.documents import Documents, OpenDocument, Revision
from ..edits.previews import Previews
from ..edits.writer import RegionHandle
from ..jobs.job import Job, Jobs
from ..jobs.runner import JobRunner
from ..jobs.source_files import other_files, source_file
from .proposal import Proposal, share_rows
from .proposals import CHANGED, RUNNING, Proposals

REMEMBERED = 20
"""How many jobs of a session can be run once more."""
ONCE_MORE = "That was not what I want. Once more, with other words:"
NOTHING = "There is nothing to run once more here; run an action first."


@dataclass(eq=False)
class Past:
    """A job that was begun, and where its selection is now."""

    job: Job
    request: JobRequest
    span: Span
    has_failed: bool = False

    def follow(self, revision: Revision) -> None:
        """The document has changed; what was selected may be back, because it was undone."""
        self.span = moved_span(self.span, revision.edits)
        text, lines = self.request.file.text, self.request.selection.lines
        self.span = standing(text, self.span, lines) or self.span


class PastJobs:
    """The jobs begun last, oldest first. It hears what happens to the documents."""

    def __init__(self) -> None:
        self._past: deque[Past] = deque(maxlen=REMEMBERED)

    def job_begins(self, job: Job, request: JobRequest) -> None:
        """A job begins; one that goes on with another's conversation is not run once more."""
        if request.continues is None:
            self._past.append(Past(job, request, request.span))

    def job_has_written(self, job: Job, handle: RegionHandle) -> None:
        """A job writes no more: what it was to replace is where its region is."""
        self.placed(job, handle.region)

    def job_ends(self, job: Job, outcome: Outcome) -> None:
        """A job has ended; where it failed, its user is offered to run it once more."""
        if outcome.ended == "failed" and (past := self.of(job.id)):
            past.has_failed = True

    def offered_at(self, document: OpenDocument, span: Span) -> Job | None:
        """The job to run once more at `span`, because it failed as the last one there."""
        here = [
            past
            for past in self._past
            if past.job.document is document and share_rows(past.span, span)
        ]
        return here[-1].job if here and here[-1].has_failed else None

    def placed(self, job: Job, region: Span) -> None:
        """What a job has written is at `region`, or was and has given way to the original."""
        for past in self._past:
            if past.job is job and past.request.is_replaced:
                past.span = region

    def changed(self, document: OpenDocument, revision: Revision) -> None:
        """A document has changed."""
        for past in self._past:
            if past.job.document is document:
                past.follow(revision)

    def closed(self, document: OpenDocument) -> None:
        """A document was closed."""
        left = [past for past in self._past if past.job.uri != document.uri]
        self._past = deque(left, maxlen=REMEMBERED)

    def of(self, job: str) -> Past | None:
        """A job that was begun; None where it is no longer remembered."""
        return next((past for past in self._past if past.job.id == job), None)

    def request_of(self, job: str) -> JobRequest | None:
        """What a job was to do; None where it is no longer remembered."""
        past = self.of(job)
        return past.request if past else None

    def find(self, job: str | None, uri: str) -> Past:
        """A job by its id; without one the newest of the document `uri`, else the newest.

        Raises RequestError if there is none.
        """
        mine = [past for past in self._past if job in (None, past.job.id)]
        here = [past for past in mine if past.job.uri == uri]
        if not mine:
            raise RequestError(NOTHING)
        return (here or mine)[-1]


class Retries:
    """Runs jobs once more."""

    def __init__(
        self,
        configuration: Configuration,
        documents: Documents,
        *,
        past: PastJobs,
        jobs: Jobs,
        previews: Previews,
        proposals: Proposals,
        conversations: Conversations,
        runner: JobRunner,
    ) -> None:
        self._configuration, self._documents = configuration, documents
        self._past, self._jobs, self._previews, self._proposals = past, jobs, previews, proposals
        self._conversations, self._runner = conversations, runner

    def retry(self, asked: RetryArguments) -> Job:
        """Begins a job once more. Raises RequestError if that can't be."""
        past = self._past.find(asked.job, asked.uri or self._documents.active_uri)
        if not self._configuration.at(past.job.uri).enabled:
            raise RequestError(SWITCHED_OFF)
        if past.job.id in self._jobs.running:
            raise RequestError(RUNNING)
        self._previews.drop_of(past.job.id)
        proposal = self._proposals.of_job(past.job)
        if proposal and not proposal.is_taken_over:
            return self._from_original(past, proposal, asked)
        return self._from_now(past, asked)

    def _from_original(self, past: Past, proposal: Proposal, asked: RetryArguments) -> Job:
        """What was written turns back into the original, and then into the new reply."""
        if not proposal.is_as_written:
            raise RequestError(CHANGED)
        request, place = past.request, past.request.place or past.request.rows
        over = (proposal.region.start.line, proposal.region.end.line + 1)
        rows = (over[0] - (place[0] - request.rows[0]), over[1] + request.rows[1] - place[1])
        new = rerun_request(request, rows, self._with(request, asked).selection, asked.model)
        new = self._gone_on_with(new, past, asked)
        document = past.job.document
        self._runner.check_is_free(document, new, over)
        self._proposals.give_way(proposal)
        edits = _in_file(new.edits or self._configuration.settings.edits)
        return self._runner.start(
            document,
            replace(new, over=over, edits=edits),
            original=proposal.original,
            instead_of=past.job,
        )

    def _from_now(self, past: Past, asked: RetryArguments) -> Job:
        """What stands there now is selected once more."""
        document, tokens = past.job.document, self._configuration.at(past.job.uri).context_tokens
        file = source_file(self._documents, document)
        request = self._with(past.request, asked)
        rows, selection = selected_again(request, file, past.span, tokens=tokens)
        new = self._gone_on_with(
            rerun_request(past.request, rows, selection, asked.model), past, asked
        )
        self._runner.check_is_free(document, new, rows)
        return self._runner.start(document, new)

    def _gone_on_with(self, new: JobRequest, past: Past, asked: RetryArguments) -> JobRequest:
        """Other words are said in the conversation that there was, so that it is known to all."""
        said = self._conversations.of(past.job.id) if asked.instruction else None
        once_more = f"{ONCE_MORE}\n\n{new.messages[-1].content}"
        return replace(new, conversation=said and said.followed_by(once_more))

    def _with(self, request: JobRequest, asked: RetryArguments) -> JobRequest:
        """The request with the words and the other files that are asked for."""
        selection = request.selection
        if asked.instruction is not None:
            selection = replace(selection, instruction=asked.instruction)
        if asked.context is not None:
            selection = replace(selection, others=other_files(self._documents, asked.context))
        return replace(request, selection=selection)


def _in_file(edits: Edits) -> Edits:
    """How a reply is written where the one before is in the file already."""
    return "once" if edits == "preview" else edits
