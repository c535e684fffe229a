"""Who is signed in, what keys there are and what was chosen: known as it is on disk."""

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import Any

from ...account.signed_in import SignedIn
from ...account.storage.watch import Watch
from ...services.services import Services
from ...settings.settings import Settings
from ..client.tasks import Tasks
from ..configuration import Configuration
from ..documents.documents import Documents
from .workspace_trust import WorkspaceTrust

LOOKED_WITHIN = 2.0
"""Seconds that a job waits for the first look at the keys: a keyring may ask its user first."""


class CredentialWatcher:
    """Looks when it is asked to, and when another program has changed what is there."""

    def __init__(
        self,
        configuration: Configuration,
        documents: Documents,
        services: Services,
        trust: WorkspaceTrust,
        tasks: Tasks,
    ) -> None:
        self._configuration, self._documents = configuration, documents
        self._services, self._trust, self._tasks = services, trust, tasks
        self.listeners: list[Callable[[], object]] = []
        """Called each time it has looked."""
        self._watch = Watch(self._changed)
        self._watched: Collection[Path] = ()
        self._is_over = False
        self._looked = asyncio.Event()
        self._again: asyncio.Task[Any] | None = None

    async def look(self) -> None:
        """Learns it all, and from now on notices when that changes."""
        services, configuration = self._services, self._configuration
        while True:
            await self._watch_these(services.watched(configuration.settings))
            folders = self._documents.local_folders
            await services.load(configuration.settings, self._trust.workspace, folders)
            if {*services.watched(configuration.settings)} <= {*self._watched}:
                break
        self._looked.set()
        for listener in self.listeners:
            listener()
        self._trust.ask(then=self.look)

    def again(self) -> None:
        """Looks, one look at a time, whether another program has signed in meanwhile."""
        if self._again is None or self._again.done():
            self._again = self._tasks.spawn(self.look())

    async def settings_in_force(self, uri: str | None = None) -> Settings:
        """The settings, for a document if one is named, once they and the keys are known.

        Raises RequestError if the client does not send what it was asked for.
        """
        await self._configuration.in_force()
        await self._first()
        return self._configuration.settings if uri is None else self._configuration.at(uri)

    async def account(self, provider_id: str | None) -> SignedIn:
        """The sign-in of a provider, else of the one that is set. Raises RequestError.

        Waits for the settings: with the defaults it could be one of another service.
        """
        return self._services.account(provider_id, await self.settings_in_force())

    async def _first(self) -> None:
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
