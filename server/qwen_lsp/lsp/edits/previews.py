"""The previews that are being written, and those that can still be kept."""

from collections.abc import Callable, Iterator

from lsprotocol import types

from ...errors import RequestError
from ...text.document import Span
from ..client.client import Editor
from ..client.private_files import PrivateFiles
from ..client.tasks import Tasks
from ..documents.documents import Documents, OpenDocument, Revision
from ..documents.tracked_rows import TrackedRange
from .apply_preview import PreviewApplier
from .originals import OriginalsJournal
from .preview import Preview, PreviewSink
from .writer import JobLabel, Writers

INCOMPLETE = (
    "The preview of {name} is incomplete: below the new lines it holds the original ones that were "
    "not replaced; Keep puts it in as it is."
)
DROPPED = "The preview of {name} is incomplete and was dropped; the file is as it was."
DECLINED = (
    "Nothing was put into {name}, and its preview stays: Qwen: Keep asks again (tick the change "
    "there), Qwen: Discard drops it."
)
ASKED = "The editor has already asked whether to put this preview in; answer there."


class Previews:
    """All of them, oldest first. It hears what happens to the documents."""

    def __init__(
        self,
        editor: Editor,
        documents: Documents,
        *,
        writers: Writers,
        originals: OriginalsJournal,
        private_files: PrivateFiles,
        tasks: Tasks,
    ) -> None:
        self._editor, self._documents, self._tasks = editor, documents, tasks
        self._originals, self._private_files = originals, private_files
        self._applier = PreviewApplier(editor, writers, originals)
        self.on_change: list[Callable[[], object]] = []
        """There is another preview, or one less, or one that can be kept."""
        self._all: list[Preview] = []
        self._asked: set[Preview] = set()

    def __iter__(self) -> Iterator[Preview]:
        return iter(self._all)

    def begin(self, job: JobLabel, document: OpenDocument, first: int, last: int) -> Preview:
        """A preview of what `job` would make of rows `first` up to, not including, `last`."""
        preview = Preview(
            job,
            TrackedRange(document, first, last),
            editor=self._editor,
            private_files=self._private_files,
            tasks=self._tasks,
        )
        self._all.append(preview)
        self._changed()
        return preview

    def job_ended(self, written: PreviewSink) -> None:
        """What a job wrote to a preview stays to be kept, or is dropped; the user is told."""
        preview = written.preview
        if preview not in self._all:
            return
        if written.can_be_kept:
            preview.can_be_kept = True
            self._changed()
        else:
            self._drop(preview)
        if preview.uri and written.is_broken_off:
            sentence = INCOMPLETE if written.can_be_kept else DROPPED
            self._editor.say(sentence.format(name=preview.of))

    def find(self, job: str | None, uri: str | None = None) -> Preview | None:
        """The one of `job`; without one the newest of the document `uri`, else the newest.

        Of those that can be kept.
        """
        mine = [each for each in self._all if each.can_be_kept and job in (None, each.job.id)]
        here = [each for each in mine if each.is_about(uri or self._documents.active_uri)]
        found = here or mine
        return found[-1] if found else None

    def of_job(self, job_id: str) -> Preview | None:
        """The one of a job, which may be writing it."""
        return next((each for each in self._all if each.job.id == job_id), None)

    def of_document(self, document: OpenDocument) -> list[Preview]:
        """Those that `document` shows, or that are of its text."""
        return [each for each in self._all if each.is_about(document.uri)]

    def drop_of(self, job_id: str) -> None:
        """The preview of a job, if there is one, is not wanted any more."""
        if preview := self.of_job(job_id):
            self._drop(preview)

    def at(self, document: OpenDocument, span: Span) -> Preview | None:
        """The newest one that `document` shows, or that is of text which `span` touches."""
        for preview in reversed(self._all):
            start, end = preview.place.region
            is_there = preview.place.document is document and start <= span.end
            if preview.is_shown_by(document) or (is_there and span.start <= end):
                return preview
        return None

    def keep(self, preview: Preview) -> None:
        """Begins to put what it holds into the file.

        Raises RequestError if that can't be. Where it fails later the user is told.
        """
        if preview in self._asked:
            raise RequestError(ASKED)
        self._applier.check(preview)
        self._asked.add(preview)
        self._tasks.spawn(self._keep(preview))

    def discard(self, preview: Preview) -> None:
        """Drops it; the file is as it was. Raises RequestError if its user was asked already."""
        if preview in self._asked:
            raise RequestError(ASKED)
        self._originals.forget(preview.job.id)
        self._drop(preview)

    def opened(self, document: OpenDocument) -> None:
        """A document was opened."""
        for preview in self._all:
            if preview.is_shown_by(document):
                preview.opened(document)

    def changed(self, document: OpenDocument, revision: Revision) -> None:
        """A document has changed."""
        for preview in self._all:
            if preview.place.document is document:
                preview.place.changed(revision)

    def closed(self, document: OpenDocument) -> None:
        """A document was closed: what was to be put into it can't be any more."""
        for preview in list(self._all):
            if preview.place.document.uri == document.uri:
                self._drop(preview)
            elif preview.is_shown_by(document):
                preview.closed()

    def close(self) -> None:
        """Drops all."""
        for preview in list(self._all):
            self._drop(preview)

    async def _keep(self, preview: Preview) -> None:
        try:
            is_in = await self._applier.apply(preview)
        except RequestError as error:
            self._editor.say(str(error), types.MessageType.Error)
        else:
            self._kept(preview, is_in=is_in)
        finally:
            self._asked.discard(preview)

    def _kept(self, preview: Preview, *, is_in: bool) -> None:
        if is_in:
            self._drop(preview)
        elif not preview.is_dropped:
            self._editor.say(DECLINED.format(name=preview.of))

    def _drop(self, preview: Preview) -> None:
        preview.drop()
        self._all = [each for each in self._all if each is not preview]
        self._changed()

    def _changed(self) -> None:
        for listener in self.on_change:
            listener()
