"""What pays at a provider that takes a key, or none: the first that belongs to its origin."""

from typing import TYPE_CHECKING, Protocol

from qwen_lsp.errors import AccountError
from qwen_lsp.model.payer import Access

from .keys.command import KeyCommand
from .keys.keys import address, named_key, refusal, stored_key, takes_key
from .keys.places import Key, Known

if TYPE_CHECKING:
    from qwen_lsp.model.catalog.providers import Provider


class Sources(Protocol):
    """The places that keys come from."""

    @property
    def known(self) -> Known:
        """What the last look has found."""
        ...

    async def look(self) -> Known:
        """Looks again."""
        ...

    def command_for(self, url: str) -> KeyCommand | None:
        """qwen.keyCommand, where its key belongs to the origin of `url`."""
        ...


class Keyed:
    """The keys of one provider, at the user's `base_url` where its row names none."""

    def __init__(self, provider: "Provider", base_url: str | None, sources: Sources) -> None:
        self.provider = provider
        self._base_url = base_url
        self._sources = sources

    @property
    def address(self) -> str:
        """Where requests go. Raises AccountError."""
        return address(self.provider, self._base_url, self._sources.known)

    @property
    def is_ready(self) -> bool:
        """Whether there is a key or none is needed; a command counts that has not run yet."""
        try:
            url = self.address
            if self._command(url) is None:
                self._known(url)
        except AccountError:
            return False
        return True

    @property
    def source(self) -> str | None:
        """What a sentence calls the place of the key, by what is in memory; None without one."""
        try:
            key = self._known(self.address)
        except AccountError:
            return None
        return key.source if key else None

    async def access(self) -> Access:
        """Where a request goes and what pays for it. Raises AccountError."""
        url = self.address
        key = await self._key(url)
        return Access(url, key.value if key else None)

    async def renewed(self, refused: Access) -> Access:
        """Another access after a 401: of a key that is new since then, or that the command gives.

        Raises CredentialRefused where there is none, and AccountError.
        """
        known = await self._sources.look()
        key = await self._instead_of(refused)
        if key is None or key.value == refused.key:
            raise refusal(self.provider, refused.base_url, known, refused.key)
        return Access(refused.base_url, key.value)

    async def _instead_of(self, refused: Access) -> Key | None:
        command = self._command(refused.base_url)
        stored = stored_key(self.provider, refused.base_url, self._sources.known)
        if command is None or stored is not None or refused.key is None:
            return self._known(refused.base_url)
        return await command.instead_of(refused.key)

    async def _key(self, url: str) -> Key | None:
        stored = stored_key(self.provider, url, self._sources.known)
        command = self._command(url)
        if stored is None and command is not None:
            return await command.key()
        return stored or named_key(self.provider, url, self._sources.known)

    def _known(self, url: str) -> Key | None:
        known = self._sources.known
        return stored_key(self.provider, url, known) or named_key(self.provider, url, known)

    def _command(self, url: str) -> KeyCommand | None:
        return self._sources.command_for(url) if takes_key(self.provider) else None
