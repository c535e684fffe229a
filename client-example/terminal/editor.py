"""A small editor that takes edits as VS Code does: one for an older version is refused."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from rpc import Server

_SECONDS_AN_EDIT_TAKES = 0.012
"""About what VS Code takes; whatever is typed meanwhile makes the edit out of date."""


class Change(NamedTuple):
    """What was put into the document, at which line, counted from 0."""

    line: int
    text: str
    is_typed: bool


@dataclass
class Tally:
    """What the server's edits of a document came to."""

    made: int = 0
    refused: int = 0
    characters: int = 0


class Editor:
    """One open document. `changed` hears each change after it was made."""

    def __init__(
        self, server: Server, uri: str, text: str, changed: Callable[[Change], None]
    ) -> None:
        self._server = server
        self._changed = changed
        self.uri = uri
        self.text = text
        self.version = 1
        self.tally = Tally()
        self.was_edited = asyncio.Event()

    def open(self, language: str) -> None:
        """Tells the server of the document."""
        document = {"uri": self.uri, "languageId": language, "version": 1, "text": self.text}
        self._server.notify("textDocument/didOpen", {"textDocument": document})

    def type(self, offset: int, text: str) -> None:
        """The user's own typing."""
        place = self._position(offset)
        span = {"start": place, "end": place}
        self._change([{"range": span, "newText": text}], is_typed=True)

    async def apply(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Answers `workspace/applyEdit`."""
        await asyncio.sleep(_SECONDS_AN_EDIT_TAKES)
        (change,) = params["edit"]["documentChanges"]
        document = change["textDocument"]
        if (document["uri"], document["version"]) != (self.uri, self.version):
            self.tally.refused += 1
            return {"applied": False}
        self.tally.made += 1
        self.was_edited.set()
        self.tally.characters += sum(len(edit["newText"]) for edit in change["edits"])
        self._change(sorted(change["edits"], key=_start, reverse=True), is_typed=False)
        return {"applied": True}

    def range_of(self, first: str, last: str) -> dict[str, Any]:
        """The range from the beginning of the text `first` to the end of `last` after it."""
        start = self.text.index(first)
        end = self.text.index(last, start) + len(last)
        return {"start": self._position(start), "end": self._position(end)}

    def _change(self, edits: Sequence[Mapping[str, Any]], *, is_typed: bool) -> None:
        """Makes edits, the last in the document first, as one change of one version."""
        for edit in edits:
            start, end = (self._offset(edit["range"][name]) for name in ("start", "end"))
            self.text = self.text[:start] + edit["newText"] + self.text[end:]
        self.version += 1
        changes = [{"range": edit["range"], "text": edit["newText"]} for edit in edits]
        document = {"uri": self.uri, "version": self.version}
        self._server.notify(
            "textDocument/didChange", {"textDocument": document, "contentChanges": changes}
        )
        for edit in edits:
            self._changed(Change(edit["range"]["start"]["line"], edit["newText"], is_typed))

    def _offset(self, position: Mapping[str, int]) -> int:
        """Counts code points: the client asks for UTF-32 positions."""
        lines = self.text.split("\n")
        line = position["line"]
        if line >= len(lines):
            return len(self.text)
        before = sum(len(each) + 1 for each in lines[:line])
        return before + min(position["character"], len(lines[line]))

    def _position(self, offset: int) -> dict[str, int]:
        before = self.text[:offset]
        return {"line": before.count("\n"), "character": len(before) - before.rfind("\n") - 1}


def _start(edit: Mapping[str, Any]) -> tuple[int, int]:
    start = edit["range"]["start"]
    return start["line"], start["character"]
