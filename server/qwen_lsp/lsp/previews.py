"""The previews that can still be kept, and those that are being written."""

from typing import TYPE_CHECKING
from urllib.parse import unquote

from lsprotocol import types

from ..errors import RequestError
from .applying import apply, check
from .documents import OpenDocument, Revision
from .jobs import Job
from .place import Place
from .preview import Preview

if TYPE_CHECKING:
    from .session import Session

ASKED = "The editor has already asked whether to put this preview in; answer there."


class Previews:
    """All of them, oldest first. It hears what happens to the documents."""

    def __init__(self, session: "Session") -> None:
        self._session = session
        self._all: list[Preview] = []
        self._asked: set[Preview] = set()

    def begin(self, job: Job, document: OpenDocument, first: int, last: int) -> Preview:
        """A preview of what `job` would make of rows `first` up to, not including, `last`."""
        preview = Preview(self._session, job, Place(document, first, last))
        self._all.append(preview)
        return preview

    def keep(self, preview: Preview) -> None:
        """Begins to put what it holds into the file.

        Raises RequestError if that can't be. Where it fails later the user is told.
        """
        if preview in self._asked:
            raise RequestError(ASKED)
        check(self._session, preview)
        self._asked.add(preview)
        self._session.spawn(self._keep(preview))

    def discard(self, preview: Preview) -> None:
        """Drops it; the file is as it was."""
        preview.drop()
        self._all = [each for each in self._all if each is not preview]

    def opened(self, document: OpenDocument) -> None:
        """A document was opened."""
        for preview in self._all:
            if preview.uri and _same(preview.uri, document.uri):
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
                self.discard(preview)
            elif preview.uri and _same(preview.uri, document.uri):
                preview.closed()

    def close(self) -> None:
        """Drops all."""
        for preview in list(self._all):
            self.discard(preview)

    async def _keep(self, preview: Preview) -> None:
        try:
            await apply(self._session, preview)
        except RequestError as error:
            self._session.editor.say(str(error), types.MessageType.Error)
        else:
            self.discard(preview)
        finally:
            self._asked.discard(preview)


def _same(uri: str, other: str) -> bool:
    """Whether both name one file, however they are written."""
    return unquote(uri).casefold() == unquote(other).casefold()
