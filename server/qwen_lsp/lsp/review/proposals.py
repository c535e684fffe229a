"""What finished jobs have written, until their user keeps or discards it."""

from collections.abc import Callable, Iterator
from functools import partial

from lsprotocol import types

from ...errors import RequestError
from ...generation.request import JobRequest
from ...text.document import Span
from ..client.client import Editor
from ..documents.documents import Documents, OpenDocument, Revision
from ..edits.originals import OriginalsJournal
from ..edits.writer import RegionHandle, Writers
from ..jobs.job import Job
from .proposal import Patch, Proposal, proposal_of

NOTHING = "There is nothing of Qwen's to keep or to discard here; run an action first."
RUNNING = "It is still being written; stop it first (Qwen: Stop), or wait for its end."
CHANGED = (
    "You have changed this text since, so it is not put back by itself; undo your changes, or copy "
    "what you want from Qwen: Show changes."
)
NOT_HERE = "There is no change of Qwen's at this place."
COMING_BACK = "The original of another change is coming back right now; try it again after that."
TYPED = "You changed the text while the original came back; Qwen: Discard puts the rest back."


STAYED_ONE = "One change stayed, because you have edited it since."
STAYED = "{count} changes stayed, because you have edited them since."


class Proposals:
    """All that are neither kept nor discarded, oldest first. It hears what happens to documents.

    What its user has undone is not among them, unless they do it again.
    """

    def __init__(
        self, editor: Editor, documents: Documents, *, writers: Writers, originals: OriginalsJournal
    ) -> None:
        self._editor, self._documents = editor, documents
        self._writers, self._originals = writers, originals
        self.on_change: list[Callable[[], object]] = []
        """Something else can be decided on, or may be."""
        self.on_return: list[Callable[[Job, Span], object]] = []
        """The original of what a job has written, or some of it, is back in a region, or broke
        off there."""
        self._all: list[Proposal] = []

    def __iter__(self) -> Iterator[Proposal]:
        return (each for each in self._all if each.patches)

    def of_document(self, document: OpenDocument) -> list[Proposal]:
        """Those in a document."""
        return [each for each in self if each.document is document]

    def of_job(self, job: Job) -> Proposal | None:
        """The one that a job has left."""
        return next((each for each in self if each.job is job), None)

    def find(self, job_id: str | None, uri: str | None) -> Proposal | None:
        """The one of a job; without one the newest of the document `uri`, else the newest."""
        mine = [each for each in self if job_id in (None, each.job.id)]
        here = [each for each in mine if each.document.uri == (uri or self._documents.active_uri)]
        found = here or mine
        return found[-1] if found else None

    def job_begins(self, job: Job, request: JobRequest) -> None:
        """A job is to write to some rows: what was written there before is kept."""
        if rows := request.place:
            self._keep_under(job.document, rows)

    def job_has_written(self, job: Job, handle: RegionHandle) -> None:
        """A job writes no more: what it has changed is its user's to keep or to discard."""
        document = job.document
        is_open = self._documents.open_document(job.uri) is document
        if is_open and handle.outcome.ended != "stopped" and handle.changes:
            proposal = proposal_of(job, document, handle)
            self._all.append(proposal)
            self._changed()

    def warn(self, job: Job, warning: str) -> None:
        """Something is wrong with what a job has written."""
        if proposal := self.of_job(job):
            proposal.warning = warning
            self._changed()

    def keep(self, proposal: Proposal, span: Span | None) -> None:
        """It stays, or the changes in `span` do. Raises RequestError if there are none."""
        proposal.keep(_chosen(proposal, span))
        self._decided(proposal)

    def _keep_under(self, document: OpenDocument, rows: tuple[int, int]) -> None:
        for proposal in [each for each in self._all if each.document is document]:
            first, last = proposal.region.start.line, proposal.region.end.line
            if first < rows[1] and rows[0] <= last:
                self.drop(proposal)

    def discard(self, proposal: Proposal, span: Span | None) -> None:
        """Begins to put the original back, or that of the changes in `span`.

        Raises RequestError if that can't be; where it fails later the user is told.
        """
        patches = _chosen(proposal, span)
        if proposal.handle:
            raise RequestError(COMING_BACK)
        edited = len(patches)
        patches = list(filter(proposal.can_be_discarded, patches))
        edited -= len(patches)
        if not patches:
            raise RequestError(CHANGED)
        first, last, lines, above = proposal.without(patches)
        if self._writers.overlaps(proposal.document, first, last):
            raise RequestError(RUNNING)
        handle = self._writers.begin(proposal.document, first, last)
        handle.on_end = partial(self._put_back, proposal, handle, above)
        proposal.leave(patches, handle)
        if not proposal.patches:
            self._originals.reopened(proposal.job.id)
        self._changed()
        if edited:
            stayed = STAYED_ONE if edited == 1 else STAYED.format(count=edited)
            self._editor.say(stayed)
        handle.replace(lines)

    def drop(self, proposal: Proposal) -> None:
        """It is kept or discarded: nothing is left to decide."""
        self.give_way(proposal)
        self._originals.forget(proposal.job.id)
        self._changed()

    def give_way(self, proposal: Proposal) -> None:
        """Its rows are to turn back into the original."""
        if proposal in self._all:
            self._all.remove(proposal)

    def changed(self, document: OpenDocument, revision: Revision) -> None:
        """A document has changed. What its user has undone is no more."""
        for proposal in self._all:
            if proposal.document is document and proposal.changed(revision):
                self._changed()

    def saved(self, document: OpenDocument) -> None:
        """A document was saved. That decides nothing."""
        for proposal in self._all:
            if proposal.document is document and proposal.saved():
                self._changed()

    def closed(self, document: OpenDocument) -> None:
        """A document was closed, or opened anew: what is in it is kept."""
        for proposal in [each for each in self._all if each.document.uri == document.uri]:
            self.drop(proposal)

    def _changed(self) -> None:
        for listener in self.on_change:
            listener()

    def _decided(self, proposal: Proposal) -> None:
        """Something of it is decided on."""
        if not proposal.patches and not proposal.handle:
            self.drop(proposal)
        self._changed()

    def _put_back(self, proposal: Proposal, handle: RegionHandle, above: int) -> None:
        """The original of some changes is back, or can't be put back."""
        end = handle.outcome
        if end.ended == "stopped":
            return
        if end.ended == "done":
            proposal.came_back(above)
            self._decided(proposal)
        else:
            proposal.broke_off(above)
            self._originals.settled(proposal.job.id)
            self._changed()
            self._editor.say(end.message or TYPED, types.MessageType.Warning)
        for listener in self.on_return:
            listener(proposal.job, proposal.region)


def _chosen(proposal: Proposal, span: Span | None) -> list[Patch]:
    patches = proposal.patches if span is None else proposal.touched_by(span)
    if not patches:
        raise RequestError(NOT_HERE)
    return list(patches)
