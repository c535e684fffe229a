"""The way in which a reply gets into a document: as it comes, all at its end, or by a preview."""

import asyncio
from collections.abc import Iterable
from typing import Any

from lsprotocol import types

from ... import perform
from ...generation.request import JobRequest
from ...settings.options import Edits
from ...streaming.client_profile import most_cautious
from ..configuration import Configuration
from .once import Once
from .page import JobLabel, Page
from .pages import Pages
from .previewing import Previewing
from .previews import Previews


class Way:
    """A page of a reply. The rows are held from the start, the way is chosen with the settings.

    Until the client has sent those nothing is written, because they may say not to.
    """

    def __init__(
        self,
        job: JobLabel,
        request: JobRequest,
        page: Page,
        *,
        configuration: Configuration,
        pages: Pages,
        previews: Previews,
    ) -> None:
        self.preview: Previewing | None = None
        self._job, self._request, self._page = job, request, page
        self._configuration, self._pages, self._previews = configuration, pages, previews
        self._chosen: asyncio.Future[perform.Page] = asyncio.get_running_loop().create_future()
        if request.edits or configuration.is_known:
            self._choose()

    @property
    def written(self) -> Page | None:
        """The page of the file itself; None where the reply goes into a preview."""
        return None if self.preview else self._page

    @property
    def range(self) -> types.Range:
        """Where the rows are now."""
        return self.preview.preview.place.range if self.preview else self._page.range

    def extend(self, lines: Iterable[str]) -> None:
        """More lines of the reply are known."""
        self._choose().extend(lines)

    def finish(self) -> None:
        """The reply is whole."""
        self._choose().finish()

    def keep(self) -> None:
        """The reply broke off, and what is known of it stays."""
        self._choose().keep()

    def restore(self) -> None:
        """The original comes back."""
        self._choose().restore()

    async def end(self) -> perform.PageEnd:
        """How it ended, once nothing more is written."""
        held = asyncio.create_task(self._page.end())
        waiting: set[asyncio.Future[Any]] = {held, self._chosen}
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if not self._chosen.done():
            return held.result()
        held.cancel()
        return await self._chosen.result().end()

    def _choose(self) -> perform.Page:
        if not self._chosen.done():
            wished = self._request.edits or self._configuration.settings.edits
            least = self._pages.profile.edits
            self._chosen.set_result(self._made(most_cautious(wished, least)))
        return self._chosen.result()

    def _made(self, edits: Edits) -> perform.Page:
        match edits:
            case "stream":
                return self._page
            case "once":
                return Once(self._page)
            case "preview":
                self.preview = self._previewing()
                return self.preview

    def _previewing(self) -> Previewing:
        """A preview of the whole selection; the rows of the file are let go."""
        self._page.restore()
        rows = self._request.placing.rows or (0, 1)
        document = self._page.document
        first = self._page.region.start.line - rows[0]
        count = self._request.rows[1] - self._request.rows[0]
        last = min(first + count, len(document.lines))
        preview = self._previews.begin(self._job, document, first, last)
        return Previewing(self._pages, preview, *rows)
