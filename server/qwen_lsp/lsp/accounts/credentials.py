"""Keeps in mind who is signed in, what keys there are and what was chosen, as it is on disk."""

import asyncio
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...account.storage.watch import Watch

if TYPE_CHECKING:
    from ..session import Session

LOOKED_WITHIN = 2.0
"""Seconds that a job waits for the first look at the keys: a keyring may ask its user first."""


class Looking:
    """Looks when it is asked to, and when another program has changed what is there."""

    def __init__(self, session: "Session") -> None:
        self._session = session
        self._watch = Watch(self._changed)
        self._watched: Collection[Path] = ()
        self._is_over = False
        self._looked = asyncio.Event()
        self._again: asyncio.Task[Any] | None = None

    async def look(self) -> None:
        """Learns it all, and from now on notices when that changes."""
        session = self._session
        while True:
            await self._watch_these(session.services.watched(session.settings))
            await session.services.load(
                session.settings, session.trusting.workspace, session.folders
            )
            if {*session.services.watched(session.settings)} <= {*self._watched}:
                break
        self._looked.set()
        session.status.changed()
        session.lenses.changed()
        session.trusting.ask()

    def again(self) -> None:
        """Looks, one look at a time, whether another program has signed in meanwhile."""
        if self._again is None or self._again.done():
            self._again = self._session.spawn(self.look())

    async def first(self) -> None:
        """Waits for the first look, but not for long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOKED_WITHIN):
                await self._looked.wait()

    async def aclose(self) -> None:
        """Notices nothing any more."""
        self._is_over = True
        await self._watch.aclose()

    async def _watch_these(self, paths: Collection[Path]) -> None:
        self._watched = paths
        if not self._is_over:
            await self._watch.watch(paths)
        if self._is_over:
            await self._watch.aclose()

    async def _changed(self, _: frozenset[Path]) -> None:
        await self.look()
