"""All the places that keys come from: looked at off the event loop, and remembered.

The order is that of the settings: what `qwen-lsp login` keeps, qwen.keyCommand, the environment,
the .env file that counts, the settings of Qwen Code.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import SecretStr

from qwen_lsp.errors import AccountError

from ..storage.files import content
from .command import KeyCommand
from .env_files import env_place, qwen_home_of, users_env_files
from .folder import ENV_FILES, SETTINGS, Offer, offer_of
from .places import ADDRESS, Choice, KeyPlace, Known, belongs
from .qwen_code_settings import read_settings
from .trust import Trust, trust_file
from .vault import Vault, vault_file

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Workspace:
    """The folder that is open; `is_trusted` is what the editor says of it, if it says anything.

    Of several folders there is none: a key of one is not for the code of the others.
    """

    folder: Path | None = None
    is_trusted: bool | None = None


@dataclass(frozen=True)
class CommandFor:
    """qwen.keyCommand, and the address whose origin its key belongs to."""

    words: tuple[str, ...]
    home: str


class KeySources:
    """What is known of keys by the last look, for all the accounts of a process."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.known = Known.of_environment(environ)
        self.asks: Offer | None = None
        """What the workspace folder holds that would count, if its user was not asked yet."""
        self._environ = environ
        self._workspace = Workspace()
        self._command: tuple[CommandFor, KeyCommand] | None = None
        self._one_at_a_time = asyncio.Lock()
        self._vault: Vault | None = None

    async def look(self, workspace: Workspace | None = None) -> Known:
        """Looks at all of them again; at another workspace, if one is given."""
        async with self._one_at_a_time:
            self._workspace = await asyncio.to_thread(_without_links, workspace or self._workspace)
            self.known, self.asks = await asyncio.to_thread(self._found, self._workspace)
        return self.known

    def take_command(self, command: CommandFor | None) -> None:
        """From now on this is qwen.keyCommand. A new one has not said anything yet."""
        if command is None:
            self._command = None
        elif self._command is None or self._command[0] != command:
            self._command = command, KeyCommand(command.words, self._environ)

    def command_for(self, url: str) -> KeyCommand | None:
        """The command whose key belongs to the origin of `url`."""
        if self._command and belongs(url, self._command[0].home):
            return self._command[1]
        return None

    async def decide(self, offer: Offer, *, trusted: bool) -> None:
        """Remembers what the user says of a folder. Raises AccountError."""
        await asyncio.to_thread(Trust(trust_file()).decide, offer, trusted=trusted)

    def watched(self) -> tuple[Path, ...]:
        """The files whose change may change the keys, there or not; from memory alone."""
        files = list(users_env_files(self._environ))
        if home := qwen_home_of(self._environ):
            files.append(home / "settings.json")
        for path in (vault_file, trust_file):
            try:
                files.append(path())
            except AccountError:
                continue
        if folder := self._workspace.folder:
            files += [above / name for above in (folder, *folder.parents) for name in ENV_FILES]
            files.append(folder / SETTINGS)
        return tuple(dict.fromkeys(files))

    def _found(self, workspace: Workspace) -> tuple[Known, Offer | None]:
        """Blocks, for as long as a keyring takes."""
        offer = offer_of(workspace.folder) if workspace.folder else None
        users, choice = users_settings(self._environ)
        places: Sequence[KeyPlace | None] = (
            KeyPlace("", self._environ),
            env_place(workspace.folder, self._environ, self._is_trusted),
            offer.settings_place() if offer and self._is_trusted(offer) else None,
            users,
        )
        known = Known(tuple(place for place in places if place), self._stored(), choice)
        return known, self._undecided(offer, known)

    def _stored(self) -> Mapping[str, SecretStr]:
        try:
            self._vault = self._vault or Vault(vault_file())
        except AccountError:
            return {}
        return self._vault.keys()

    def _is_trusted(self, offer: Offer) -> bool:
        if offer.folder == self._workspace.folder and self._workspace.is_trusted is not None:
            return self._workspace.is_trusted
        return self._decision(offer) is True

    def _undecided(self, offer: Offer | None, known: Known) -> Offer | None:
        if offer is None or self._workspace.is_trusted is not None:
            return None
        named = offer.names_of(variables_read(known))
        return offer if named and self._decision(offer) is None else None

    def _decision(self, offer: Offer) -> bool | None:
        try:
            return Trust(trust_file()).decision(offer)
        except AccountError:
            return None


def users_settings(environ: Mapping[str, str]) -> tuple[KeyPlace | None, Choice]:
    """What the user's own settings of Qwen Code say. Blocks."""
    home = qwen_home_of(environ)
    text = content(home / "settings.json") if home else None
    if home is None or text is None:
        return None, Choice()
    return read_settings(text, str(home / "settings.json"), environ, is_users=True)


def _without_links(workspace: Workspace) -> Workspace:
    """The same by its real path, so that nothing is trusted under two names."""
    try:
        folder = workspace.folder.resolve() if workspace.folder else None
    except (OSError, RuntimeError):
        folder = None
    return replace(workspace, folder=folder)


def variables_read(known: Known) -> frozenset[str]:
    """The variables of an .env file that count for anything."""
    from qwen_lsp.model.catalog.providers import providers

    names = {ADDRESS, *(name for each in providers().values() for name in each.key_env)}
    return frozenset(names | {each.variable for place in known.places for each in place.services})
