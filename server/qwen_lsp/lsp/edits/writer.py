"""Replies on their way into documents: the region of each job, and the edits that are sent."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import NamedTuple

from lsprotocol import types

from ...perform import ReplyEnd
from ...settings.settings import Settings
from ...streaming.client_profile import ClientProfile, profile_of
from ...streaming.delivery import Delivery, VersionedEdit
from ...streaming.region import Ending, Region
from ...text.document import Span
from ...text.hunks import Hunk
from ..client.client import Answered, Editor, UndoStops
from ..documents.documents import OpenDocument, Revision

LONGEST_REASON = 200
"""Characters of an editor's reason that are shown."""
CONFLICT = (
    "You changed the lines that Qwen was writing in {name}, so it has stopped; Qwen: Discard "
    "puts back what you have not changed."
)
CHANGED = (
    "The lines that Qwen was writing in {name} were changed, so it has stopped; Qwen: Restore the "
    "original puts them back."
)
UNTOUCHED = (
    "You changed the lines of {name} that Qwen was to write to, so nothing was written; run the "
    "action again."
)
FOLDED = (
    "You changed the text while Qwen put its edits together for undo, so the reply is not in the "
    "file; see it with Qwen: Show changes, or run Qwen: Retry."
)
CLOSED = (
    "{name} was closed while an edit was on its way; check the file, and undo or run Qwen: Restore "
    "the original when it is open again."
)
UNVERIFIED = (
    "{name} is not as Qwen has asked the editor to make it, so nothing more is written; check it, "
    "and run Qwen: Restore the original to get your text back."
)
WAITING = "The editor has not taken an edit of {name} yet; Qwen waits for it (Qwen: Stop ends it)."
WAITING_AFTER = 10.0
"""Seconds without an edit that has landed after which WAITING is shown."""


class JobLabel(NamedTuple):
    """A job, for those who keep what it writes: its id, and its name in messages."""

    id: str
    title: str


class RegionHandle:
    """The rows of one document that one reply is written to.

    `pump` sends what may be sent; `folds` says whether undo is to take a reply back as one.
    """

    def __init__(
        self,
        document: OpenDocument,
        region: Region,
        *,
        pump: Callable[[], None],
        folds: Callable[[], bool],
    ) -> None:
        self.document = document
        self._region, self._pump, self._folds = region, pump, folds
        self._held_back: list[str] | None = None
        """What is known of a reply that is written at its end."""
        self._ended = asyncio.Event()
        self.on_end: Callable[[], object] | None = None
        """Called when it ends, with the document as it is then."""

    @property
    def range(self) -> types.Range:
        """Where the rows are now."""
        return self.document.to_range(self._region.span)

    @property
    def region(self) -> Span:
        """Where the rows are; once it has ended, where they were then."""
        return self._region.span

    @property
    def original(self) -> tuple[str, ...]:
        """The rows before the first edit."""
        return self._region.original

    @property
    def lines(self) -> list[str]:
        """The rows as they are; once it has ended, as they were then."""
        return self._region.lines

    @property
    def changes(self) -> tuple[Hunk, ...]:
        """What the reply has made of the original, in its rows."""
        return self._region.changes

    def extend(self, lines: Iterable[str]) -> None:
        """More lines of the reply are known."""
        if self._held_back is not None:
            self._held_back.extend(lines)
            return
        self._region.extend(lines)
        self._pump()

    def finish(self) -> None:
        """The reply is whole: what is left of the original goes."""
        self._region.extend(self._held_back or ())
        self._region.finish(folds=self._folds())
        self._pump()

    def keep(self) -> None:
        """The reply broke off, and what came of it stays."""
        if self._held_back is not None:
            self._region.extend(self._held_back)
            self._pump()
        self._region.keep()
        self._pump()

    def restore(self) -> None:
        """The original comes back."""
        self._region.restore()
        self._pump()

    def replace(self, rows: Sequence[str]) -> None:
        """All rows give way to `rows`, in one edit."""
        self._region.replace(rows)
        self._pump()

    def write_once(self) -> None:
        """All of the reply is written as one edit, when it is over and while nobody types.

        The rows are the job's meanwhile: typing into them is a conflict.
        """
        self._region.waits_for_rest = True
        self._held_back = []

    async def end(self) -> ReplyEnd:
        """How it ended, once nothing more is written."""
        await self._ended.wait()
        return self.outcome

    @property
    def outcome(self) -> ReplyEnd:
        """How it ended, if it has."""
        region, name = self._region, self.document.name
        match region.ending:
            case Ending.CONFLICT:
                return ReplyEnd("takenOver", self._conflict.format(name=name))
            case Ending.CLOSED:
                return ReplyEnd("stopped", CLOSED.format(name=name) if region.was_in_flight else "")
            case Ending.REFUSED:
                return ReplyEnd("failed", _refused(region.reason))
            case Ending.UNVERIFIED:
                return ReplyEnd("failed", UNVERIFIED.format(name=name))
            case _:
                return ReplyEnd("done")

    @property
    def _conflict(self) -> str:
        if self._region.is_folding:
            return FOLDED
        if self._region.is_suspended:
            return CHANGED
        return CONFLICT if self._region.has_written else UNTOUCHED

    @property
    def has_ended(self) -> bool:
        """Whether nothing more is written."""
        return self._region.ending is not None

    def noticed_end(self) -> bool:
        """Whether it has ended; then who waits for that goes on."""
        if self._region.ending is not None and not self._ended.is_set():
            self._ended.set()
            if self.on_end:
                self.on_end()
        return self._ended.is_set()


class DocumentWriter:
    """One document: sends the edits of its delivery, and passes on what becomes of them."""

    def __init__(self, document: OpenDocument, editor: Editor, profile: ClientProfile) -> None:
        self.document = document
        self.delivery = Delivery(document.document, document.version, profile)
        self.delivery.has_undo_stops = editor.announces("undoStops")
        self._editor = editor
        self._handles: list[RegionHandle] = []
        self._timer: asyncio.TimerHandle | None = None
        self._sending: set[asyncio.Task[None]] = set()
        self._has_said_waiting = False

    def begin(
        self, first: int, last: int, original: Sequence[str] | None, folds: Callable[[], bool]
    ) -> RegionHandle:
        """A region for a reply: rows `first` up to, not including, `last`."""
        region = self.delivery.begin(first, last, original)
        handle = RegionHandle(self.document, region, pump=self.pump, folds=folds)
        self._handles.append(handle)
        self._has_said_waiting = False
        return handle

    def changed(self, revision: Revision) -> None:
        """The document has changed."""
        self.delivery.changed(
            revision.version, revision.changes, _now(), is_whole_text=revision.is_whole_text
        )
        self.pump()

    def saved(self) -> None:
        """The document was saved."""
        self.delivery.saved()
        self.pump()

    def close(self) -> None:
        """The document is closed."""
        self.delivery.close()
        self.pump()

    def pump(self) -> None:
        """Sends what may leave now, and sees to it that it is called again when it must be."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        due = self.delivery.next(_now())
        if isinstance(due, VersionedEdit):
            task = asyncio.create_task(self._sent(due, self._apply(due)))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
            due = self.delivery.next(_now())
        due = self._with_waiting(due if isinstance(due, float) else None)
        if due is not None:
            self._timer = asyncio.get_running_loop().call_at(due, self.pump)
        self._handles = [handle for handle in self._handles if not handle.noticed_end()]

    def _with_waiting(self, due: float | None) -> float | None:
        """The time for the next look, which may be that for a word about a long wait."""
        since = self.delivery.stalled_since
        if since is None or self._has_said_waiting or not self.delivery.regions:
            return due
        late = since + WAITING_AFTER
        if _now() < late:
            return late if due is None else min(due, late)
        self._has_said_waiting = True
        self._editor.warn(WAITING.format(name=self.document.name))
        return due

    async def _sent(self, edit: VersionedEdit, answered: Awaitable[Answered]) -> None:
        answer = await answered
        self.delivery.answered(
            edit, _now(), applied=answer.applied, reason=answer.reason, is_hidden=answer.is_hidden
        )
        self.pump()

    def _apply(self, edit: VersionedEdit) -> Awaitable[Answered]:
        stops = None
        if self.delivery.has_undo_stops:
            stops = UndoStops(edit.is_first, edit.is_last, may_be_hidden=edit.may_be_hidden)
        return self._editor.apply(self._text_document_edit(edit), stops=stops)

    def _text_document_edit(self, edit: VersionedEdit) -> types.TextDocumentEdit:
        edits = [types.TextEdit(self.document.to_range(span), text) for span, text in edit.edits]
        identifier = types.OptionalVersionedTextDocumentIdentifier(self.document.uri, edit.version)
        return types.TextDocumentEdit(identifier, edits)


class Writers:
    """The writers of all the documents that are written to."""

    def __init__(self, editor: Editor) -> None:
        self.folds = True
        self._setting = "auto"
        self._editor = editor
        self._writers: dict[str, DocumentWriter] = {}

    @property
    def profile(self) -> ClientProfile:
        """How the client applies edits."""
        return profile_of(
            self._editor.client_name,
            self._editor.client_version,
            says_checked=self._editor.checks_versions,
            setting=self._setting,
        )

    def begin(
        self,
        document: OpenDocument,
        first: int,
        last: int,
        *,
        original: Sequence[str] | None = None,
    ) -> RegionHandle:
        """A region for a reply: rows `first` up to, not including, `last` of `document`.

        Where `original` is given, the rows turn back into that before the reply is written.
        """
        writer = self._writers.get(document.uri)
        is_idle = writer is not None and not writer.delivery.regions
        if writer is None or writer.document is not document or is_idle:
            writer = self._writers[document.uri] = DocumentWriter(
                document, self._editor, self.profile
            )
        return writer.begin(first, last, original, lambda: self.folds)

    def take_settings(self, settings: Settings) -> None:
        """Goes on with these settings."""
        self._setting = settings.delivery
        self.folds = settings.undo == "fold"

    def overlaps(self, document: OpenDocument, first: int, last: int) -> bool:
        """Whether a region takes up some of these rows."""
        writer = self._writers.get(document.uri)
        return writer is not None and writer.delivery.overlaps(first, last)

    def changed(self, document: OpenDocument, revision: Revision) -> None:
        """A document has changed."""
        if writer := self._writers.get(document.uri):
            writer.changed(revision)

    def saved(self, document: OpenDocument) -> None:
        """A document was saved."""
        if writer := self._writers.get(document.uri):
            writer.saved()

    def closed(self, document: OpenDocument) -> None:
        """A document was closed."""
        if writer := self._writers.pop(document.uri, None):
            writer.close()

    def close(self) -> None:
        """Nothing more is written anywhere."""
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()


def _now() -> float:
    return asyncio.get_running_loop().time()


def _refused(reason: str) -> str:
    told = reason.strip().rstrip(".")[:LONGEST_REASON]
    return (
        f"The editor refuses the edits{f' ({told})' if told else ''}; see that the file can be "
        "changed, then run the action again."
    )
