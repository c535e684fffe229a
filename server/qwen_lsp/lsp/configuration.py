"""The settings in force: asked for, waited for, and tightened for each folder that is open."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress

from lsprotocol import types

from ..errors import RequestError
from ..settings.settings import SECTION, Reading, SentSettings, Settings, read_settings
from .client.client import Editor
from .documents.documents import Documents

CONFIGURED_WITHIN = 5.0
"""Seconds that a job waits for settings that the client was asked for."""
NO_SETTINGS = (
    "The editor was asked for the settings of qwen and has not answered, so nothing is sent; run "
    "this again, or start the editor again."
)


class Configuration:
    """What the client has sent as settings, and what it makes of them."""

    def __init__(
        self, editor: Editor, documents: Documents, command_line: Mapping[str, str]
    ) -> None:
        self._editor, self._documents = editor, documents
        self.listeners: list[Callable[[Settings], object]] = []
        """Called with the settings each time the client has sent some."""
        self.settings = Settings()
        self.sent = SentSettings(command_line)
        self._of_folders: Mapping[str, Settings] = {}
        self._configured = asyncio.Event()
        self._asked = 0
        self._warnings: tuple[str, ...] = ()
        self._warned: set[str] = set()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is wrong with the settings, in sentences."""
        return self._warnings

    @property
    def is_known(self) -> bool:
        """Whether the client has sent the settings that it was asked for."""
        return self._configured.is_set() or not self._editor.has_settings

    def at(self, uri: str) -> Settings:
        """The settings for a document: those of its folder, the innermost one, tighten them."""
        around = [folder for folder in self._of_folders if _is_in(uri, folder)]
        if not around:
            return self.settings
        return self.settings.tightened(self._of_folders[max(around, key=len)])

    def take(self, reading: Reading) -> None:
        """Goes on with these settings, and tells the user once what is wrong with them."""
        self.settings, self._warnings = reading
        for warning in self._warnings:
            if warning not in self._warned:
                self._warned.add(warning)
                self._editor.say(warning, types.MessageType.Warning)
        for listener in self.listeners:
            listener(self.settings)

    async def in_force(self) -> None:
        """Waits until the client has sent the settings.

        Raises RequestError if it does not: they may forbid what the defaults allow.
        """
        if not self._editor.has_settings:
            return
        try:
            async with asyncio.timeout(CONFIGURED_WITHIN):
                await self._configured.wait()
        except TimeoutError:
            raise RequestError(NO_SETTINGS) from None

    async def ask(self) -> bool:
        """Takes the client's settings; of several answers the one that was asked for last.

        Whether this was it.
        """
        self._configured.clear()
        self._asked += 1
        mine = self._asked
        folders = self._folders()
        with suppress(TimeoutError):
            sent, *of_folders = await self._editor.configuration(SECTION, folders)
            if mine == self._asked:
                self._take_folders(dict(zip(folders, of_folders, strict=True)))
                self.take(self.sent.update(sent))
                self._configured.set()
                return True
        return False

    def _folders(self) -> list[str]:
        """Those that may have settings of their own: where there is one, it has those of all."""
        folders = [folder.uri for folder in self._documents.folders.values()]
        return folders if len(folders) > 1 else []

    def _take_folders(self, sent: Mapping[str, object]) -> None:
        """A folder that sends nothing of its own has what holds for all."""
        self._of_folders = {
            uri: read_settings(section).settings for uri, section in sent.items() if section
        }


def _is_in(uri: str, folder: str) -> bool:
    return uri == folder or uri.startswith(folder.rstrip("/") + "/")
