"""What the protocol needs of whoever keeps the open documents."""

from collections.abc import Sequence
from typing import Protocol

from lsprotocol import types
from pygls.workspace import Workspace


class TextSync(Protocol):
    """Keeps the documents as the client describes them. Is called in the order of the messages.

    No call may block. One about a document that is not open raises RequestError.
    """

    def begin(
        self,
        root: str | None,
        folders: Sequence[types.WorkspaceFolder] | None,
        encoding: types.PositionEncodingKind,
    ) -> Workspace:
        """A client has said what it has open, and in which units it counts columns."""
        ...

    def did_open(self, params: types.DidOpenTextDocumentParams) -> None: ...

    def did_change(self, params: types.DidChangeTextDocumentParams) -> None: ...

    def did_save(self, params: types.DidSaveTextDocumentParams) -> None: ...

    def did_close(self, params: types.DidCloseTextDocumentParams) -> None: ...
