"""A reply on its way into a preview: streamed where the editor lets us, else written at its end."""

import asyncio
from collections.abc import Callable, Iterable

from ...perform import PageEnd
from ...text.rewrite import Rewrite
from ..documents.documents import OpenDocument
from .page import Page
from .pages import Pages
from .preview import Preview

UNWRITABLE = (
    "The preview can't be written to a file ({reason}); see that there is room in the temporary "
    "folder, or choose another way by the setting qwen.edits."
)


class Previewing:
    """A page of a reply, for rows `first` up to, not including, `last` of a preview.

    Nothing is shown before the first line is known, so that a failure leaves nothing behind.
    """

    def __init__(self, pages: Pages, preview: Preview, first: int, last: int) -> None:
        self.preview = preview
        self.can_be_kept = False
        self.is_broken_off = False
        self._pages = pages
        self._first, self._last = first, last
        self._known: list[str] = []
        self._page: Page | None = None
        self._close: Callable[[Page], None] | None = None
        self._begun, self._over = asyncio.Event(), asyncio.Event()

    def extend(self, lines: Iterable[str]) -> None:
        """More lines of the reply are known."""
        more = list(lines)
        self._known += more
        self._begun.set()
        if self._page:
            self._page.extend(more)

    def finish(self) -> None:
        """The reply is whole."""
        self._end_with(Page.finish)

    def keep(self) -> None:
        """The reply broke off, and what came of it stays in the preview."""
        self.is_broken_off = True
        self._end_with(Page.keep)

    def restore(self) -> None:
        """The preview shows again what there was at first."""
        self.is_broken_off = True
        self._end_with(Page.restore)
        if self._page is None and not self.can_be_kept:
            self.preview.drop()

    async def end(self) -> PageEnd:
        """How it ended, once nothing more is written."""
        await self._begun.wait()
        try:
            end = await self._written()
        except OSError as error:
            return PageEnd("failed", UNWRITABLE.format(reason=error.strerror))
        self.can_be_kept = bool(self._known) and (self._stays or end.ended == "takenOver")
        return end

    @property
    def _stays(self) -> bool:
        return self._close is not Page.restore and not self.preview.is_dropped

    async def _written(self) -> PageEnd:
        document = await self.preview.open() if self._known else None
        if document and (end := await self._streamed(document)):
            return end
        await self._over.wait()
        if self._known and self._stays:
            await self.preview.show(self._all())
        return PageEnd("done")

    async def _streamed(self, document: OpenDocument) -> PageEnd | None:
        """How it ended; None if that is because the preview was closed."""
        self._page = self._pages.begin(document, self._first, self._last)
        self._page.extend(self._known)
        if self._close:
            self._close(self._page)
        end = await self._page.end()
        self._page = None
        if end.ended == "takenOver":
            # What a user makes of a preview is what they want; there is nothing to say.
            return PageEnd("takenOver")
        return None if end.ended == "stopped" else end

    def _end_with(self, close: Callable[[Page], None]) -> None:
        self._close = close
        self._begun.set()
        self._over.set()
        if self._page:
            close(self._page)

    def _all(self) -> list[str]:
        """All rows of the preview, with what is known of the reply."""
        rows = self.preview.place.original
        written = Rewrite(rows[self._first : self._last])
        written.extend(self._known)
        if not self.is_broken_off:
            written.finish()
        written.land(written.step())
        return [*rows[: self._first], *written.lines, *rows[self._last :]]
