"""A page whose reply is held back until all of it is known, so that it is written as one edit."""

from collections.abc import Iterable

from ...perform import PageEnd
from .page import Page


class Once:
    """Writes to a page of rows that are held meanwhile: who types into them takes over."""

    def __init__(self, page: Page) -> None:
        self._page = page
        page.wait_for_rest()
        self._lines: list[str] = []

    def extend(self, lines: Iterable[str]) -> None:
        """More lines of the reply are known."""
        self._lines.extend(lines)

    def finish(self) -> None:
        """The reply is whole, and all of it is written."""
        self._page.finish(self._lines)

    def keep(self) -> None:
        """The reply broke off, and what is known of it is written."""
        self._page.extend(self._lines)
        self._page.keep()

    def restore(self) -> None:
        """Nothing is written."""
        self._page.restore()

    async def end(self) -> PageEnd:
        """How it ended, once nothing more is written."""
        return await self._page.end()
