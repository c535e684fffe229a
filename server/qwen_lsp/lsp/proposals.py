"""What finished jobs have written, until their user keeps or discards it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types

from ..errors import RequestError
from ..perform import Outcome
from ..text.document import Span
from ..text.edits import moved_span
from .documents import OpenDocument, Revision
from .jobs import Job
from .page import Page
from .patches import Patch, patches_of, without

if TYPE_CHECKING:
    from .session import Session

NOTHING = "There is nothing of Qwen's to keep or to discard here; run an action first."
RUNNING = "It is still being written; stop it first (Qwen: Stop), or wait for its end."
CHANGED = (
    "You have changed this text since, so it is not put back by itself; undo your changes, or copy "
    "what you want from Qwen: Show changes."
)
NOT_HERE = "There is no change of Qwen's at this place."
TYPED = "You changed the text while the original came back; see what is left with Qwen: Discard."


@dataclass(eq=False)
class Proposal:
    """What one job has made of some rows of a document."""

    job: Job
    document: OpenDocument
    region: Span
    original: tuple[str, ...]
    lines: tuple[str, ...]
    patches: list[Patch]
    is_taken_over: bool = False
    warning: str = ""

    def touched_by(self, span: Span) -> list[Patch]:
        """The changes whose rows `span` touches, from the top down."""
        return [patch for patch in self.patches if patch.is_within(span)]

    def is_at(self, span: Span) -> bool:
        """Whether `span` touches its rows."""
        first, last = self.region.start.line, self.region.end.line
        return first <= span.end.line and span.start.line <= last

    @property
    def is_as_written(self) -> bool:
        """Whether nobody has changed any of it since."""
        document = self.document.document
        return all(patch.is_as_written(document) for patch in self.patches)


class Proposals:
    """All that are neither kept nor discarded, oldest first. It hears what happens to documents."""

    def __init__(self, session: "Session") -> None:
        self._session = session
        self._all: list[Proposal] = []
        self._saves_itself: set[OpenDocument] = set()

    def of_document(self, document: OpenDocument) -> list[Proposal]:
        """Those in a document."""
        return [each for each in self._all if each.document is document]

    def of_job(self, job: Job) -> Proposal | None:
        """The one that a job has left."""
        return next((each for each in self._all if each.job is job), None)

    def find(self, job_id: str | None, uri: str | None) -> Proposal | None:
        """The one of a job; without one the newest of the document `uri`, else the newest."""
        mine = [each for each in self._all if job_id in (None, each.job.id)]
        here = [each for each in mine if each.document.uri == (uri or self._session.active_uri)]
        found = here or mine
        return found[-1] if found else None

    def ended(self, job: Job, document: OpenDocument, page: Page, outcome: Outcome) -> None:
        """A job has ended: what it has changed is its user's to keep or to discard."""
        changes = page.changes
        if not changes or self._session.documents.open_document(job.uri) is not document:
            return
        is_taken_over = outcome.ended == "takenOver"
        lines = tuple(page.lines)
        if is_taken_over:
            patches = [Patch(page.region, page.original, lines, takes_all=True)]
        else:
            patches = patches_of(changes, page.original, page.region)
        self._all.append(
            Proposal(job, document, page.region, page.original, lines, patches, is_taken_over)
        )
        self._session.lenses.changed()

    def warn(self, job: Job, warning: str) -> None:
        """Something is wrong with what a job has written."""
        if proposal := self.of_job(job):
            proposal.warning = warning
            self._session.lenses.changed()

    def keep(self, proposal: Proposal, span: Span | None) -> None:
        """It stays, or the changes in `span` do. Raises RequestError if there are none."""
        self._take(proposal, self._chosen(proposal, span))

    def keep_under(self, document: OpenDocument, rows: tuple[int, int]) -> None:
        """A new job is to write to these rows: what is there is kept."""
        for proposal in self.of_document(document):
            first, last = proposal.region.start.line, proposal.region.end.line
            if first < rows[1] and rows[0] <= last:
                self.drop(proposal)

    def discard(self, proposal: Proposal, span: Span | None) -> None:
        """Begins to put the original back, or that of the changes in `span`.

        Raises RequestError if that can't be; where it fails later the user is told.
        """
        patches = self._chosen(proposal, span)
        document = proposal.document
        if not all(patch.is_as_written(document.document) for patch in patches):
            raise RequestError(CHANGED)
        first, last, lines = without(document.document, patches)
        if self._session.pages.overlaps(document, first, last):
            raise RequestError(RUNNING)
        page = self._session.pages.begin(document, first, last)
        self._session.spawn(self._put_back(proposal, patches, page, lines))

    def drop(self, proposal: Proposal) -> None:
        """It is kept or discarded: nothing is left to decide."""
        if proposal in self._all:
            self._all.remove(proposal)
            self._session.originals.forget(proposal.job)
            self._session.lenses.changed()

    def give_way(self, proposal: Proposal) -> None:
        """Its rows are to turn back into the original, and then into another reply."""
        self._all.remove(proposal)

    def changed(self, document: OpenDocument, revision: Revision) -> None:
        """A document has changed. What its user has undone is no more."""
        by_save = self._session.pages.is_saving(document)
        for proposal in self.of_document(document):
            proposal.region = moved_span(proposal.region, revision.edits)
            touched = [
                patch
                for patch in proposal.patches
                if patch.follow(document.document, revision.edits, by_save=by_save)
            ]
            undone = [patch for patch in touched if patch.is_undone(document.document)]
            if undone:
                self._take(proposal, undone)

    def will_save(self, document: OpenDocument, reason: types.TextDocumentSaveReason) -> None:
        """A document is about to be saved: by hand, and what is in it is kept."""
        if reason == types.TextDocumentSaveReason.Manual:
            self.closed(document)
        else:
            self._saves_itself.add(document)

    def saved(self, document: OpenDocument) -> None:
        """A document was saved; an editor that does not say why has done so by hand."""
        if document not in self._saves_itself:
            self.closed(document)
        self._saves_itself.discard(document)

    def closed(self, document: OpenDocument) -> None:
        """A document was closed: what is in it is kept."""
        for proposal in self.of_document(document):
            self.drop(proposal)

    def _chosen(self, proposal: Proposal, span: Span | None) -> list[Patch]:
        patches = proposal.patches if span is None else proposal.touched_by(span)
        if not patches:
            raise RequestError(NOT_HERE)
        return list(patches)

    def _take(self, proposal: Proposal, patches: Sequence[Patch]) -> None:
        """These changes are decided on."""
        proposal.patches = [patch for patch in proposal.patches if patch not in patches]
        if not proposal.patches:
            self.drop(proposal)
        self._session.lenses.changed()

    async def _put_back(
        self, proposal: Proposal, patches: list[Patch], page: Page, lines: list[str]
    ) -> None:
        left = [patch for patch in proposal.patches if patch not in patches]
        proposal.patches = left
        page.finish(lines)
        end = await page.end()
        if end.ended == "done":
            self._take(proposal, patches)
            return
        proposal.patches = [*left, *patches]
        if end.ended != "stopped":
            self._session.editor.say(end.message or TYPED, types.MessageType.Warning)
