"""Who pays for one provider's requests: the one owner of its sign-in or key."""

import asyncio
import functools
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from qwen_lsp.errors import AccountError, CredentialRefused, NotSignedIn, QwenError
from qwen_lsp.model.address import authority_of, origin_of
from qwen_lsp.model.qwen import Access

from .device_flow import UserCode
from .exchange import QWEN, Issuer
from .keys import address, key_for, no_sign_in, normalised, refusal
from .lock import Clock, Sleep
from .places import token_file
from .post import Client
from .sign_in import SignIn
from .store import Store
from .token import Token, base_url_of_resource
from .tokens import FreshTokenRefused, Tokens
from .waiting import finished

if TYPE_CHECKING:
    from qwen_lsp.model.providers import Provider

log = logging.getLogger(__name__)

# A command that signs in answers within 8 s, so a renewal may take this many of them.
_PATIENCE = 2.5

State = Literal["signedIn", "signedOut", "pending", "keyed"]


@dataclass(frozen=True)
class _Pending:
    """A sign-in that waits for its user."""

    code: UserCode
    end: asyncio.Task[None]


class Account:
    """The account at `provider`; `base_url` is the user's setting, for the rows that have none."""

    def __init__(
        self,
        provider: "Provider",
        *,
        http: Client,
        environ: Mapping[str, str],
        base_url: str | None = None,
        clock: Clock = time.time,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.provider = provider
        self._http = http
        self._environ = environ
        self._base_url = base_url
        self._clock = clock
        self._sleep = sleep
        self._asking = asyncio.Lock()
        self._pending: _Pending | None = None
        self._signed_in = False

    @property
    def state(self) -> State:
        """From memory alone: `look` brings it up to date. `keyed` is also who needs no key."""
        if self._pending is not None and not self._pending.end.done():
            return "pending"
        if self.provider.sign_in:
            return "signedIn" if self._signed_in else "signedOut"
        try:
            self._keyed_access()
        except AccountError:
            return "signedOut"
        return "keyed"

    @property
    def message(self) -> str | None:
        """What is wrong with keeping the sign-in, as a sentence, else None."""
        return self._tokens.message if "_tokens" in self.__dict__ else None

    async def look(self) -> State:
        """The state after a look at the file, where other programs may have signed in or out."""
        if self.provider.sign_in:
            try:
                self._signed_in = await self._tokens.known() is not None
            except AccountError as error:
                log.warning("%s", error)
                self._signed_in = False
        return self.state

    async def access(self) -> Access:
        """Where a request goes and what pays for it. Raises AccountError."""
        if not self.provider.sign_in:
            return self._keyed_access()
        try:
            return self._access(await self._tokens.usable())
        except (NotSignedIn, CredentialRefused):
            self._signed_in = False
            raise

    async def renewed(self, refused: Access) -> Access:
        """Another access after a 401. Raises CredentialRefused where another would fare no better,
        so that nobody asks for ever, and AccountError.
        """
        if not self.provider.sign_in or refused.key is None:
            raise refusal(self.provider, refused.base_url, self._environ, refused.key)
        try:
            return self._access(await self._tokens.instead_of(refused.key))
        except FreshTokenRefused:
            raise self._no_longer_served(refused) from None
        except (NotSignedIn, CredentialRefused):
            self._signed_in = False
            raise

    async def sign_in(self) -> UserCode | None:
        """Begins a sign-in: the code to show, the same one while it is pending.

        None where someone is signed in already. Raises AccountError.
        """
        if not self.provider.sign_in:
            raise no_sign_in(self.provider)
        async with self._asking:
            if self._pending is not None and not self._pending.end.done():
                return self._pending.code
            if await self._is_signed_in():
                return None
            flow = SignIn(self._issuer, self._http, clock=self._clock, sleep=self._sleep)
            code = await flow.ask_for_code()
            end = asyncio.create_task(self._wait_for(flow))
            end.add_done_callback(_logged)
            self._pending = _Pending(code, end)
            return code

    async def until_signed_in(self) -> None:
        """Waits for the end of the sign-in that `sign_in` began.

        Raises SignInDenied, SignInExpired or AccountError; AccountError too if it was cancelled.
        """
        if self._pending is None:
            return
        end = self._pending.end
        await asyncio.wait({end})
        if end.cancelled():
            raise AccountError("The sign-in was cancelled.")
        end.result()

    def cancel_sign_in(self) -> None:
        """Ends the pending sign-in, if there is one."""
        if self._pending is not None:
            self._pending.end.cancel()

    async def sign_out(self) -> None:
        """Forgets the sign-in here and in the file. Raises AccountError."""
        if not self.provider.sign_in:
            raise no_sign_in(self.provider)
        await self._end_pending()
        await self._tokens.forget()
        self._signed_in = False

    async def aclose(self) -> None:
        """Ends a pending sign-in and waits for a renewal that is under way."""
        await self._end_pending()
        if "_tokens" in self.__dict__:
            await self._tokens.aclose()

    @functools.cached_property
    def _issuer(self) -> Issuer:
        if self.provider.base_url is not None:
            return QWEN
        return Issuer(origin_of(self._address()), QWEN.client_id, QWEN.scope)

    @functools.cached_property
    def _tokens(self) -> Tokens:
        store = Store(token_file(self._issuer, self._environ), sleep=self._sleep)
        return Tokens(self._issuer, store, self._http, clock=self._clock)

    def _address(self) -> str:
        return address(self.provider, self._base_url, self._environ)

    def _keyed_access(self) -> Access:
        url = self._address()
        key = key_for(self.provider, url, self._environ)
        return Access(url, key.value if key else None)

    def _access(self, token: Token) -> Access:
        self._signed_in = True
        if self._issuer != QWEN:
            return Access(self._address(), token.access_token)
        override = self._environ.get("QWEN_API_BASE")
        url = normalised(override) if override else base_url_of_resource(token.resource_url)
        return Access(url, token.access_token)

    async def _is_signed_in(self) -> bool:
        try:
            async with asyncio.timeout(_PATIENCE):
                token = await self._tokens.usable()
        except (NotSignedIn, CredentialRefused, TimeoutError):
            self._signed_in = False
        else:
            self._signed_in = not self._tokens.is_of_no_use(token)
        return self._signed_in

    async def _wait_for(self, flow: SignIn) -> None:
        token = await flow.wait()
        await finished(self._tokens.keep(token))
        self._signed_in = True

    async def _end_pending(self) -> None:
        self.cancel_sign_in()
        if self._pending is not None:
            await asyncio.wait({self._pending.end})

    def _no_longer_served(self, refused: Access) -> CredentialRefused:
        host = authority_of(refused.base_url)
        if self._issuer == QWEN and self._environ.get("QWEN_API_BASE"):
            return CredentialRefused(
                f"{host}, which QWEN_API_BASE names, does not accept the sign-in; unset "
                "QWEN_API_BASE, or use a key with another qwen.provider."
            )
        if self._issuer == QWEN:
            return CredentialRefused(
                "Qwen signs you in but no longer answers: the free tier for sign-ins ended on "
                "2026-04-15; set DASHSCOPE_API_KEY and qwen.provider to dashscope-intl, or use "
                "a local model with qwen.provider set to ollama."
            )
        return CredentialRefused(
            f"{host} does not accept a sign-in that it gave only just now; use another "
            "qwen.provider."
        )


def _logged(end: asyncio.Task[None]) -> None:
    """The end of a sign-in that nobody may be waiting for."""
    if end.cancelled():
        log.info("the sign-in was cancelled")
    elif isinstance(error := end.exception(), QwenError):
        log.info("the sign-in ended: %s", error)
    elif error is not None:
        log.error("the sign-in failed", exc_info=error)
