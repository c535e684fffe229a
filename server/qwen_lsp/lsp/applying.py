"""What a preview holds gets into the user's file: at once, or when the editor's user agrees."""

from typing import TYPE_CHECKING

from lsprotocol import types

from ..errors import RequestError
from .preview import Preview
from .writing import Writing

if TYPE_CHECKING:
    from .session import Session

MADE_WITHIN = 2.0
"""Seconds in which an edit that the user has agreed to is seen in the document."""
CHANGED = (
    "The lines that the preview is of have changed in {name}, so it was not put in; put them back "
    "(undo), or copy what you want from the preview."
)
BUSY = "Qwen is writing to these lines of {name}; stop that first (Qwen: Stop), or wait."
MOVED_ON = "{name} has changed while you were asked, so nothing was put in; run Qwen: Keep again."
UNANSWERED = (
    "The editor has not said whether the preview of {name} is to be put in; run Qwen: Keep again."
)


def check(session: "Session", preview: Preview) -> None:
    """Raises RequestError if what the preview holds can't be put into the file."""
    place = preview.place
    if not place.is_as_it_was:
        raise RequestError(CHANGED.format(name=preview.of))
    if session.pages.overlaps(place.document, *place.rows):
        raise RequestError(BUSY.format(name=preview.of))


async def apply(session: "Session", preview: Preview) -> None:
    """Puts what the preview holds into the file, unless its user is asked and refuses that.

    Raises RequestError if it can't be done.
    """
    rows = preview.rows
    if session.editor.confirms_edits and tuple(rows) != preview.place.original:
        has_agreed = await _agreed(session, preview, rows)
        if not has_agreed or await preview.place.has_come(within=MADE_WITHIN):
            return
        if preview.is_dropped:
            return
        check(session, preview)
    page = session.pages.begin(preview.place.document, *preview.place.rows)
    page.finish(rows)
    end = await page.end()
    if end.ended != "done":
        raise RequestError(end.message or CHANGED.format(name=preview.of))


async def _agreed(session: "Session", preview: Preview, rows: list[str]) -> bool:
    """Whether the user agreed, so that the editor says that it made the edit."""
    document = preview.place.document
    version = document.version
    identifier = types.OptionalVersionedTextDocumentIdentifier(document.uri, version)
    preview.place.expect(rows)
    try:
        has_agreed = await session.editor.confirm(
            identifier, _edits(preview, rows), preview.job.title
        )
    except TimeoutError:
        raise RequestError(UNANSWERED.format(name=preview.of)) from None
    if not has_agreed and document.version != version:
        raise RequestError(MOVED_ON.format(name=preview.of))
    return has_agreed


def _edits(preview: Preview, rows: list[str]) -> list[types.TextEdit]:
    document = preview.place.document
    writing = Writing(document.document, *preview.place.rows)
    writing.extend(rows)
    writing.finish()
    return [
        types.TextEdit(document.to_range(span), text)
        for span, text in writing.whole_edits(writing.rewrite.step())
    ]
