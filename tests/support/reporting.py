"""How an editor of one kind tells the server what has changed in its files."""

import asyncio
from collections.abc import Callable, Sequence

from qwen_lsp.text.document import Document, Edit, Position, Span

from .kinds import Kind, Telling, delay, next_version
from .open_file import Json, OpenFile, ReportedChange
from .units import column_at, units


class Reporter:
    """Makes changes and sends `didChange` through `notify` when this kind of editor would."""

    encoding = "utf-16"

    def __init__(self, kind: Kind, notify: Callable[[str, Json], None], telling: Telling) -> None:
        self._kind, self._notify, self._telling = kind, notify, telling

    def change(self, file: OpenFile, edits: Sequence[Edit], *, by_server: bool) -> list[Edit]:
        """Makes edits one after the other; gives what takes them back.

        Where that is to be reported at once, this is left to `flush_if_due`.
        """
        if self._tells_each:
            return [back for edit in edits for back in self._change_alone(file, edit)][::-1]
        events: list[Json] = []
        back: list[Edit] = []
        for edit in edits:
            events.append(self._event(file.document, edit))
            back.insert(0, file.make(edit))
        self._noted(file, events, by_server=by_server)
        return back

    def _change_alone(self, file: OpenFile, edit: Edit) -> list[Edit]:
        """Makes an edit of a request, which is told at once if nothing was told of late."""
        back = file.make(edit)
        before, told = file.sum_up()
        self._noted(file, [self._event(before, told)] if told else [], by_server=False)
        self.flush_if_due(file)
        return [back]

    def _noted(self, file: OpenFile, events: list[Json], *, by_server: bool) -> None:
        file.version = next_version(self._kind, file.version)
        file.unreported.append(ReportedChange(file.version, events))
        loop = asyncio.get_running_loop()
        seconds = delay(self._kind, file, loop.time(), by_server=by_server)
        file.stop_timer()
        if seconds:
            file.timer = loop.call_later(seconds, self.flush, file)

    def flush_if_due(self, file: OpenFile) -> None:
        """Reports what can't wait."""
        if file.timer is None:
            self.flush(file)

    def flush(self, file: OpenFile) -> None:
        """Reports what was not reported yet."""
        file.stop_timer()
        changes, file.unreported = file.unreported, []
        if not changes:
            return
        file.reports += 1
        file.reported_at = asyncio.get_running_loop().time()
        for version, events in self._told(file, changes):
            identifier = {"uri": file.uri, "version": version}
            params = {"textDocument": identifier, "contentChanges": events}
            self._notify("textDocument/didChange", params)

    def range_in(self, document: Document, span: Span) -> Json:
        """`span` as an LSP range."""
        return {
            name: {
                "line": place.line,
                "character": units(document.line(place.line), place.column, self.encoding),
            }
            for name, place in (("start", span.start), ("end", span.end))
        }

    def edit_in(self, file: OpenFile, edit: Json) -> Edit:
        """A text edit of the server's. A place that isn't there is a mistake.

        It is none where the user has changed the file unseen.
        """
        start, end = (self._place(file, edit["range"][name]) for name in ("start", "end"))
        return Edit(Span(start, end), edit["newText"])

    def _place(self, file: OpenFile, place: Json) -> Position:
        if place["line"] < len(file.document.lines):
            line = file.document.line(place["line"])
            column = column_at(line, place["character"], self.encoding)
            if column is not None:
                return Position(place["line"], column)
        assert file.unreported, f"there is no place {place}"
        return file.document.clamp(Position(place["line"], place["character"]))

    def _told(self, file: OpenFile, changes: list[ReportedChange]) -> list[ReportedChange]:
        """What `didChange` is to say, once or several times."""
        if self._telling == "whole":
            return [ReportedChange(file.version, [{"text": file.document.text}])]
        if self._kind == "eglot" or self._tells_each:
            return [
                ReportedChange(file.version, [event for each in changes for event in each.events])
            ]
        if self._kind == "neovim":
            before, edit = file.sum_up()
            return [ReportedChange(file.version, [self._event(before, edit)] if edit else [])]
        return changes

    @property
    def _tells_each(self) -> bool:
        return self._kind == "neovim" and self._telling == "usual"

    def _event(self, before: Document, edit: Edit) -> Json:
        return {"range": self.range_in(before, edit.span), "text": edit.text}
