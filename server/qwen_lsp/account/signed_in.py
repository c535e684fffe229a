"""What pays at a provider that one signs in to: the one owner of its credential."""

import asyncio
import functools
import logging
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from qwen_lsp.errors import AccountError, CredentialRefused, NotSignedIn
from qwen_lsp.model.address import authority_of, origin_of
from qwen_lsp.model.payer import Access

from .issuer import QWEN, Issuer, like_qwen
from .keys.keys import address, normalised, refusal
from .keys.places import Known
from .sign_in.device_flow import UserCode
from .sign_in.discovery import Directory
from .sign_in.post import Client
from .sign_in.sign_in import Pending, SignIn, ticking
from .sign_in.tokens import FreshTokenRefused, Tokens
from .storage.lock import Clock, Sleep
from .storage.shielded import finished
from .storage.store import Store
from .storage.token_paths import token_file
from .token import Token, base_url_of_resource

if TYPE_CHECKING:
    from qwen_lsp.model.catalog.providers import Provider

log = logging.getLogger(__name__)

# A command that signs in answers within 8 s, so a renewal may take this many of them.
_PATIENCE = 2.5

_NO_KEYS = Known(())

State = Literal["signedIn", "signedOut", "pending"]


class SignedIn:
    """The sign-in at `provider`; `base_url` and `issuer` are the user's, for rows without them."""

    def __init__(
        self,
        provider: "Provider",
        *,
        http: Client,
        environ: Mapping[str, str],
        base_url: str | None = None,
        issuer: Issuer | None = None,
        clock: Clock = time.time,
        ticks: Clock = ticking,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.provider = provider
        self._http = http
        self._environ = environ
        self._base_url = base_url
        self.other_issuer = issuer
        self._clock = clock
        self._ticks = ticks
        self._sleep = sleep
        self._asking = asyncio.Lock()
        self._pending = Pending()
        self._signed_in = False

    @property
    def state(self) -> State:
        """From memory alone: `look` brings it up to date."""
        if self._pending.code is not None:
            return "pending"
        return "signedIn" if self._signed_in else "signedOut"

    @property
    def is_ready(self) -> bool:
        """Whether somebody is signed in, by what is in memory."""
        return self.state == "signedIn"

    @property
    def message(self) -> str | None:
        """What is wrong with keeping the sign-in, as a sentence, else None."""
        return self._tokens.message if "_tokens" in self.__dict__ else None

    @property
    def file(self) -> Path | None:
        """What to watch for other programs that sign in or out; None where there is nothing."""
        try:
            return self._tokens.file
        except AccountError:
            return None

    @property
    def address(self) -> str:
        """Where requests go, but for those of Qwen: its token says that. Raises AccountError."""
        return address(self.provider, self._base_url, _NO_KEYS)

    async def look(self) -> State:
        """The state after a look at the file, where other programs may have signed in or out."""
        try:
            self._signed_in = await self._tokens.known() is not None
        except AccountError as error:
            log.warning("%s", error)
            self._signed_in = False
        return self.state

    async def access(self) -> Access:
        """Where a request goes and what pays for it. Raises AccountError."""
        try:
            return self._access(await self._tokens.usable())
        except (NotSignedIn, CredentialRefused):
            self._signed_in = False
            raise

    async def renewed(self, refused: Access) -> Access:
        """Another access after a 401. Raises CredentialRefused where another would fare no better,
        so that nobody asks for ever, and AccountError.
        """
        if refused.key is None:
            raise refusal(self.provider, refused.base_url, _NO_KEYS, None)
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
        async with self._asking:
            if (code := self._pending.code) is not None:
                return code
            if await self._is_signed_in():
                return None
            flow = self._new_sign_in()
            await flow.ask_for_code()
            return self._pending.begin(flow, self._wait_for(flow))

    async def until_signed_in(self) -> None:
        """Waits for the end of the sign-in that `sign_in` began.

        Raises SignInDenied, SignInExpired or AccountError; AccountError too if it was cancelled.
        """
        await self._pending.ended()

    def cancel_sign_in(self) -> None:
        """Ends the pending sign-in, if there is one."""
        self._pending.cancel()

    async def sign_out(self) -> None:
        """Forgets the sign-in here and in the file. Raises AccountError."""
        await self._pending.aclose()
        await self._tokens.forget()
        self._signed_in = False

    async def aclose(self) -> None:
        """Ends a pending sign-in and waits for a renewal that is under way."""
        await self._pending.aclose()
        if "_tokens" in self.__dict__:
            await self._tokens.aclose()

    @functools.cached_property
    def _issuer(self) -> Issuer:
        if self.other_issuer is not None:
            return self.other_issuer
        return QWEN if self.provider.base_url is not None else like_qwen(origin_of(self.address))

    @functools.cached_property
    def _directory(self) -> Directory:
        return Directory(self._issuer, self._http, clock=self._clock)

    @functools.cached_property
    def _tokens(self) -> Tokens:
        store = Store(token_file(self._issuer, self._environ), sleep=self._sleep)
        return Tokens(self._issuer, self._directory, store, self._http, clock=self._clock)

    def _access(self, token: Token) -> Access:
        self._signed_in = True
        if self._issuer != QWEN:
            return Access(self.address, token.access_token)
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

    def _new_sign_in(self) -> SignIn:
        return SignIn(
            self._issuer, self._directory, self._http,
            clock=self._clock, ticks=self._ticks, sleep=self._sleep,
        )  # fmt: skip

    async def _wait_for(self, flow: SignIn) -> None:
        token = await flow.wait(until=self._others_have_signed_in)
        if token is not None:
            await finished(self._tokens.keep(token))
        self._signed_in = True

    async def _others_have_signed_in(self) -> bool:
        """Whether another program has signed in while this one waits for its user."""
        try:
            token = await self._tokens.known()
        except AccountError:
            return False
        if token is None or token.is_stale(self._clock()):
            return False
        return not self._tokens.is_of_no_use(token)

    def _no_longer_served(self, refused: Access) -> CredentialRefused:
        host = authority_of(refused.base_url)
        if self._issuer == QWEN and self._environ.get("QWEN_API_BASE"):
            return CredentialRefused(
                f"{host}, which QWEN_API_BASE names, does not accept the sign-in; unset "
                "QWEN_API_BASE, or use a key with another qwen.provider."
            )
        if self._issuer == QWEN:
            advice = self.provider.advice
            return CredentialRefused(f"Qwen signs you in but no longer answers: {advice}.")
        if self._issuer.api:
            return CredentialRefused(
                f"{host} does not accept what {self._issuer.host} gave only just now; check "
                "qwen.oauth.baseUrl, qwen.oauth.clientId and qwen.oauth.scope."
            )
        return CredentialRefused(
            f"{host} does not accept a sign-in that it gave only just now; use another "
            "qwen.provider."
        )
