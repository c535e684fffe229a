"""The documents that are open in the editor, kept as lines, with what changed in them of late."""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from enum import Enum
from itertools import dropwhile
from pathlib import Path
from typing import NamedTuple, cast
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from lsprotocol import types
from pygls.workspace import TextDocument, Workspace

from ...errors import RequestError
from ...text.document import Change, Document, Edit, Position, Span, split_lines
from ...text.edits import moved_span, smallest_edit
from ..client.positions import Encoding, column, units

log = logging.getLogger(__name__)

REMEMBERED = 200
"""How many changes of a document are kept, so that a range of an older version can be moved."""


class Revision(NamedTuple):
    """One didChange: its edits in the order in which they were made, none if nothing changed.

    `removed` is the text that each of them has taken away. `is_whole_text`: the client sent the
    whole text, and the edits are what differs.
    """

    version: int
    edits: tuple[Edit, ...]
    removed: tuple[str, ...] = ()
    is_whole_text: bool = False

    @property
    def changes(self) -> list[Change]:
        """The edits, each with what it has taken away."""
        return list(map(Change, self.edits, self.removed))


class DocumentEvents:
    """Lists of listeners. Each is called right after it has happened, and must not block.

    They are called before the next message of the client is looked at, in their order; one that
    fails harms no other.
    """

    def __init__(self) -> None:
        self.on_open: list[Callable[[OpenDocument], object]] = []
        self.on_change: list[Callable[[OpenDocument, Revision], object]] = []
        self.on_save: list[Callable[[OpenDocument], object]] = []
        self.on_close: list[Callable[[OpenDocument], object]] = []

    def opened(self, document: "OpenDocument") -> None:
        _call(self.on_open, document)

    def changed(self, document: "OpenDocument", revision: Revision) -> None:
        _call(self.on_change, document, revision)

    def saved(self, document: "OpenDocument") -> None:
        _call(self.on_save, document)

    def closed(self, document: "OpenDocument") -> None:
        _call(self.on_close, document)


class OpenDocument(TextDocument):
    """A document as the editor last described it."""

    version: int
    language_id: str

    def __init__(self, item: types.TextDocumentItem, encoding: Encoding) -> None:
        language = item.language_id
        super().__init__(
            item.uri,
            version=item.version,
            language_id=language.value if isinstance(language, Enum) else language,
        )
        self.document = Document(item.text)
        self.encoding: Encoding = encoding
        self.revisions: deque[Revision] = deque(maxlen=REMEMBERED)
        self._oldest = item.version
        # The same edits with columns in the client's units: a range of an older version can only
        # be moved in these, because the line that it was in is no longer known.
        self._in_units: deque[Revision] = deque(maxlen=REMEMBERED)

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.filename or self.uri

    @property
    def source(self) -> str:
        """The whole text. Costs the whole document."""
        return self.document.text

    @property
    def lines(self) -> Sequence[str]:
        """The lines with their ends, the last one without; not to be changed."""
        return self.document.lines

    def to_position(self, position: types.Position) -> Position:
        """The nearest place that exists to a position of the client's."""
        lines = self.document.lines
        if position.line >= len(lines):
            return self.document.end
        line = self.document.line(position.line)
        return Position(position.line, column(line, position.character, self.encoding))

    def to_span(self, range_: types.Range) -> Span:
        """What a range of the client's holds; one whose ends are swapped is put right."""
        start, end = self.to_position(range_.start), self.to_position(range_.end)
        return Span(start, end) if start <= end else Span(end, start)

    def to_range(self, span: Span) -> types.Range:
        """`span` as a range in the negotiated encoding."""
        start, end = self._units(span.start), self._units(span.end)
        return types.Range(types.Position(*start), types.Position(*end))

    def range_now(self, range_: types.Range, version: int | None) -> Span | None:
        """Where the text is that `range_` held in `version`; None if that can't be known.

        Text that was typed exactly at an edge since then is outside. No version means this one.
        """
        since = self._since(version)
        if since is None:
            return None
        start = Position(range_.start.line, range_.start.character)
        end = Position(range_.end.line, range_.end.character)
        start, end = moved_span(Span(start, end), since)
        return self.to_span(types.Range(types.Position(*start), types.Position(*end)))

    def change(
        self, changes: Sequence[types.TextDocumentContentChangeEvent], version: int
    ) -> Revision:
        """Makes the changes of one didChange."""
        edits: list[Edit] = []
        removed: list[str] = []
        in_units: list[Edit] = []
        for change in changes:
            if edit := self._edit(change):
                edits.append(edit)
                removed.append(self.document.slice(edit.span))
                in_units.append(self._with_units(edit))
                self.document.apply(edit)
        if len(self.revisions) == REMEMBERED:
            self._oldest = self.revisions[0].version
        is_whole_text = any(
            isinstance(change, types.TextDocumentContentChangeWholeDocument) for change in changes
        )
        self.revisions.append(Revision(version, tuple(edits), tuple(removed), is_whole_text))
        self._in_units.append(Revision(version, tuple(in_units)))
        self.version = version
        return self.revisions[-1]

    def apply_change(self, change: types.TextDocumentContentChangeEvent) -> None:
        """pygls' way to make a change, which tells the version only afterwards."""
        self.change([change], self.version)

    def _edit(self, change: types.TextDocumentContentChangeEvent) -> Edit | None:
        if isinstance(change, types.TextDocumentContentChangePartial):
            return Edit(self.to_span(change.range), change.text)
        return smallest_edit(self.document.lines, split_lines(change.text))

    def _with_units(self, edit: Edit) -> Edit:
        span = Span(self._units(edit.span.start), self._units(edit.span.end))
        return Edit(span, _measured(edit.text, self.encoding))

    def _units(self, position: Position) -> Position:
        line, end = self.document.clamp(position)
        return Position(line, units(self.document.line(line), end, self.encoding))

    def _since(self, version: int | None) -> list[Edit] | None:
        """The edits made after `version`, in the client's units."""
        if version is None or version == self.version:
            return []
        known = list(self._in_units)
        if version != self._oldest:
            known = list(dropwhile(lambda revision: revision.version != version, known))[1:]
        return [edit for revision in known for edit in revision.edits] if known else None


class Documents(Workspace):
    """The workspace of pygls, holding open documents only: nothing is read from disk."""

    _text_documents: dict[str, OpenDocument]  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__(None)
        self.events = DocumentEvents()
        self.active_uri = ""
        """The document that the user was in last; '' where that is not known."""

    def begin(
        self,
        root: str | None,
        folders: Sequence[types.WorkspaceFolder] | None,
        encoding: types.PositionEncodingKind,
    ) -> "Documents":
        """A client has said what it has open, and in which units it counts columns."""
        super().__init__(root, types.TextDocumentSyncKind.Incremental, folders, encoding.value)
        return self

    @property
    def local_folders(self) -> list[Path]:
        """The folders of the workspace that lie on this machine."""
        paths = map(local_path, self.folders.values())
        return [path for path in paths if path]

    def path_of(self, document: OpenDocument) -> str:
        """The document's path within the workspace, else its name."""
        for folder in self.folders.values():
            root = folder.uri.rstrip("/") + "/"
            if document.uri.startswith(root):
                return unquote(document.uri.removeprefix(root))
        return document.name

    def open_document(self, uri: str) -> OpenDocument | None:
        """The document, if the editor has it open."""
        return self._text_documents.get(unquote(uri))

    def get_text_document(self, doc_uri: str) -> OpenDocument:
        """The document. Raises RequestError if the editor doesn't have it open."""
        if document := self.open_document(doc_uri):
            return document
        raise RequestError("The file is not open in the editor; open it and try again.")

    def put_text_document(
        self, text_document: types.TextDocumentItem, notebook_uri: str | None = None
    ) -> None:
        """Keeps a document that was opened; a second opening replaces the first."""
        encoding = cast("Encoding", self.position_encoding)
        key = unquote(text_document.uri)
        self._text_documents[key] = OpenDocument(text_document, encoding)
        if notebook_uri:
            self._cell_in_notebook[key] = unquote(notebook_uri)

    def did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        """Keeps the document."""
        self.put_text_document(params.text_document)
        document = self.get_text_document(params.text_document.uri)
        self.events.opened(document)

    def did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        """Makes the changes, at a cost that follows what they change."""
        document = self.get_text_document(params.text_document.uri)
        revision = document.change(params.content_changes, params.text_document.version)
        self.active_uri = document.uri
        self.events.changed(document, revision)

    def did_save(self, params: types.DidSaveTextDocumentParams) -> None:
        """Passes on that the document was saved."""
        document = self.get_text_document(params.text_document.uri)
        self.events.saved(document)

    def did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        """Forgets the document."""
        document = self.get_text_document(params.text_document.uri)
        self.remove_text_document(document.uri)
        self.events.closed(document)


def _call(listeners: Sequence[Callable[..., object]], *event: object) -> None:
    for listener in listeners:
        try:
            listener(*event)
        except Exception:
            log.exception("A change of a document was not taken up")


def local_path(folder: types.WorkspaceFolder) -> Path | None:
    """Where a folder lies, if that is on this machine."""
    parts = urlsplit(folder.uri)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        return None
    return Path(url2pathname(parts.path))


def _measured(text: str, encoding: Encoding) -> str:
    """A text with as many lines and, in its last line, as many characters as `text` has units."""
    if encoding == "utf-32" or text.isascii():
        return text
    *_, last = lines = split_lines(text)
    return "\n" * (len(lines) - 1) + " " * units(last, len(last), encoding)
