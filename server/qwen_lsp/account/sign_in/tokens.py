"""The token of one issuer: read anew for each use, and renewed by one program at a time."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from qwen_lsp.errors import AccountError, CredentialRefused, NotSignedIn

from ..issuer import Issuer
from ..storage.lock import Clock, NotWritable
from ..storage.store import Store
from ..token import Token
from .discovery import Directory
from .post import Client, post
from .refresh import refresh_form, refreshed
from .refresh import refused as refusal

log = logging.getLogger(__name__)

NEW_FOR = 300.0
"""Seconds in which a token is so new that another one would fare no better."""

# Seconds between attempts to write a token that could not be written.
_AGAIN = 15.0


@dataclass(frozen=True)
class _Unsaved:
    """A token that could not be written over what the file holds."""

    token: Token
    on_file: Token | None
    tried_at: float


class Tokens:
    """The one owner of the token in `store`; `message` says what is wrong with keeping it."""

    def __init__(
        self, issuer: Issuer, directory: Directory, store: Store, http: Client, *, clock: Clock
    ) -> None:
        self.message: str | None = None
        self._issuer = issuer
        self._directory = directory
        self._store = store
        self._http = http
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()
        self._renewal: asyncio.Task[Token] | None = None
        self._unsaved: _Unsaved | None = None
        self._fresh = Fresh(clock)
        self._refused: SecretStr | None = None
        self._saving: asyncio.Task[None] | None = None

    @property
    def file(self) -> Path:
        """Where the token is, for those who watch what other programs do with it."""
        return self._store.path

    async def known(self) -> Token | None:
        """The newest token, stale or not, of this program and all others."""
        if self._unsaved is None:
            return await self._store.token()
        on_file = await self._token_on_file()
        if self._unsaved.on_file == on_file:
            return self._unsaved.token
        self._unsaved = self.message = None
        return on_file

    async def usable(self) -> Token:
        """A token to sign a request with; renewed if need be. Raises AccountError."""
        token = self._there(await self.known())
        if token.is_stale(self._clock()):
            return await self._after(token)
        self._save_again()
        return token

    async def instead_of(self, refused: SecretStr) -> Token:
        """A token after the service refused one with 401.

        Raises FreshTokenRefused for a token that was given only just now, so that nothing goes
        round in circles, and AccountError.
        """
        token = self._there(await self.known())
        if token.access_token == refused and self._fresh.refuse(refused):
            raise FreshTokenRefused(f"The sign-in at {self._issuer.host} was refused.")
        if token.access_token == refused or token.is_stale(self._clock()):
            token = await self._after(token)
        self._fresh.give(token)
        return token

    def is_of_no_use(self, token: Token) -> bool:
        """Whether the service refused `token` for good."""
        return self._fresh.is_of_no_use(token)

    async def keep(self, token: Token) -> None:
        """Keeps a token that a sign-in gave: in the file if that can be, else in memory."""
        try:
            async with self._writing() as hindrance:
                await self._save(token, await self._token_on_file(), hindrance)
        except AccountError as error:
            self._keep_in_memory(token, await self._token_on_file(), error)
        self._fresh.give(token)

    async def forget(self) -> None:
        """Signs out: deletes the file. Raises AccountError."""
        async with self._one_at_a_time:
            if await self._store.exists():
                async with self._store.locked():
                    await self._store.delete()
            self._unsaved = self.message = None
            self._fresh.forget()

    async def aclose(self) -> None:
        """Waits for a renewal that is under way: cut short it could lose the token."""
        if under_way := {task for task in (self._renewal, self._saving) if task}:
            await asyncio.wait(under_way)

    def _there(self, token: Token | None) -> Token:
        if token is None:
            raise NotSignedIn(f"Nobody is signed in at {self._issuer.host}; run Qwen: Sign in.")
        return token

    async def _after(self, old: Token) -> Token:
        """The token after `old`, also where the renewal under way was begun for one before it."""
        token = await self._renewed(old)
        return token if token.access_token != old.access_token else await self._renewed(old)

    async def _renewed(self, old: Token) -> Token:
        """Joins the renewal that is under way, or begins one. It outlives a caller's cancellation:
        one cut short could lose the token that the server has already given in exchange.
        """
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._renew(old))
            self._renewal.add_done_callback(_look_at)
        return await asyncio.shield(self._renewal)

    async def _renew(self, old: Token) -> Token:
        """Adopts what another program renewed, else spends the refresh token just read.

        Any other that is still good will do, even for seconds: if each program were to renew what
        the one before has just been given, that would never end.
        """
        async with self._writing() as hindrance:
            on_file = await self._token_on_file()
            token = self._there(await self.known())
            if token.access_token != old.access_token and not token.is_expired(self._clock()):
                return token
            newer = await self._refreshed(token)
            await self._save(newer, on_file, hindrance)
            self._fresh.give(newer)
            log.info("renewed the sign-in at %s", self._issuer.host)
            return newer

    async def _refreshed(self, token: Token) -> Token:
        form = refresh_form(self._issuer, token)
        if token.refresh_token == self._refused:
            raise refusal(self._issuer)
        url = (await self._directory.endpoints()).token
        reply = await post(self._http, url, form, clock=self._clock)
        try:
            return refreshed(self._issuer, token, reply)
        except CredentialRefused:
            await self._drop(token)
            raise

    async def _drop(self, refused: Token) -> None:
        """Deletes the file if the refresh token in it is the one that was refused."""
        self._unsaved, self._refused = None, refused.refresh_token
        try:
            on_file = await self._store.token()
            if on_file and on_file.refresh_token == refused.refresh_token:
                await self._store.delete()
        except AccountError as error:
            log.warning("%s", error)

    async def _save(
        self, token: Token, on_file: Token | None, hindrance: AccountError | None
    ) -> None:
        try:
            if hindrance is not None:
                raise hindrance
            await self._store.write(token)
        except AccountError as error:
            self._keep_in_memory(token, on_file, error)
        else:
            self._unsaved = self.message = None

    def _keep_in_memory(self, token: Token, on_file: Token | None, error: AccountError) -> None:
        self._unsaved = _Unsaved(token, on_file, self._clock())
        self.message = f"{error} Until then the sign-in is kept in memory only."
        log.warning("%s", self.message)

    def _save_again(self) -> None:
        """Begins another attempt to write what could not be written, now and then."""
        if self._unsaved is None or abs(self._clock() - self._unsaved.tried_at) < _AGAIN:
            return
        if self._saving is None or self._saving.done():
            self._saving = asyncio.create_task(self._saved_again())
            self._saving.add_done_callback(_look_at)

    async def _saved_again(self) -> None:
        async with self._writing() as hindrance:
            await self.known()
            if self._unsaved is not None:
                await self._save(self._unsaved.token, self._unsaved.on_file, hindrance)

    async def _token_on_file(self) -> Token | None:
        try:
            return await self._store.token()
        except AccountError:
            return None

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[NotWritable | None]:
        """Keeps out the other tasks of this program and the other programs.

        A token that is in memory alone is renewed also where no lock can be made; then this gives
        the reason, and nothing is written.
        """
        hindrance = None
        async with self._one_at_a_time, AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(self._store.locked())
            except NotWritable as error:
                if self._unsaved is None:
                    raise
                hindrance = error
            yield hindrance


def _look_at(renewal: asyncio.Task[Any]) -> None:
    """Its failure is the waiters' to tell; if none is left, asyncio need not complain of that."""
    if not renewal.cancelled():
        renewal.exception()


class FreshTokenRefused(AccountError):
    """The service refused a token that was given only just now."""


class Fresh:
    """Remembers the token that was given last, and the one that is of no use for all that."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._given: tuple[SecretStr, float] | None = None
        self._of_no_use: SecretStr | None = None

    def give(self, token: Token) -> None:
        """Takes the time of `token`, given now."""
        self._given = (token.access_token, self._clock())

    def forget(self) -> None:
        """Nobody is signed in any more."""
        self._given = None

    def refuse(self, refused: SecretStr) -> bool:
        """Whether a token that the service refused is of no use for good; remembered, if so."""
        if self._is_new(refused):
            self._of_no_use = refused
        return refused == self._of_no_use

    def is_of_no_use(self, token: Token) -> bool:
        """Whether the service refused `token` for good."""
        return token.access_token == self._of_no_use

    def _is_new(self, access_token: SecretStr) -> bool:
        """A clock that was set back in the meantime tells nothing."""
        if self._given is None or self._given[0] != access_token:
            return False
        return 0 <= self._clock() - self._given[1] < NEW_FOR
