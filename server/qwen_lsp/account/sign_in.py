"""Drives the device flow: asks for a code, then polls until the user has decided."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

from .device_flow import (
    DeviceCode,
    Pkce,
    Polled,
    UserCode,
    device_code,
    device_form,
    pkce,
    wait_for_token,
)
from .discovery import Directory
from .exchange import Issuer
from .lock import Clock, Sleep
from .post import Client, post
from .token import Token

# A user waits for the code, and the command that asks for it answers within 8 s.
_WAITED_FOR = 5.0


def ticking() -> float:
    """Seconds on a clock that nobody sets."""
    return asyncio.get_running_loop().time()


class SignIn:
    """One sign-in at `issuer`, from the code to the token."""

    def __init__(
        self,
        issuer: Issuer,
        directory: Directory,
        http: Client,
        *,
        clock: Clock = time.time,
        ticks: Clock = ticking,
        sleep: Sleep = asyncio.sleep,
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._issuer = issuer
        self._directory = directory
        self._http = http
        self._clock = clock
        self._ticks = ticks
        self._sleep = sleep
        self._pkce: Pkce = pkce(random(32))
        self._asked_at = 0.0
        self._code: DeviceCode | None = None

    @property
    def user_code(self) -> UserCode:
        """What to show the user, with the time that is left for it."""
        shown = self._there().user
        return replace(shown, expires_in=max(0.0, shown.expires_in - self._elapsed()))

    async def ask_for_code(self) -> None:
        """Raises AccountError."""
        url = (await self._directory.endpoints()).device
        self._asked_at = self._ticks()
        form = device_form(self._issuer, self._pkce.challenge)
        reply = await post(self._http, url, form, clock=self._clock, timeout=_WAITED_FOR)
        self._code = device_code(self._issuer, reply)

    async def wait(self, *, until: Callable[[], Awaitable[bool]]) -> Token | None:
        """The token, once the user has approved; None where `until` says that none is needed.

        Raises SignInDenied, SignInExpired or AccountError. Comes after `ask_for_code`. Cancelling
        it ends the flow.
        """
        polling = wait_for_token(self._issuer, self._there(), self._pkce.verifier)
        url = (await self._directory.endpoints()).token
        try:
            attempt = next(polling)
            while True:
                await self._sleep(attempt.after)
                if await until():
                    return None
                reply = await post(self._http, url, attempt.form, clock=self._clock)
                attempt = polling.send(Polled(reply, self._elapsed()))
        except StopIteration as end:
            token: Token = end.value
            return token

    def _there(self) -> DeviceCode:
        if self._code is None:
            raise ValueError("there is no code yet")
        return self._code

    def _elapsed(self) -> float:
        return self._ticks() - self._asked_at
