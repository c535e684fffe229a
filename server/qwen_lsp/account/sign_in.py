"""Drives the device flow: asks for a code, then polls until the user has decided."""

import asyncio
import os
import time
from collections.abc import Callable

from .device_flow import DeviceCode, Pkce, UserCode, device_code, device_form, pkce, wait_for_token
from .exchange import Issuer
from .lock import Clock, Sleep
from .post import Client, post
from .token import Token

# A user waits for the code, and the command that asks for it answers within 8 s.
_WAITED_FOR = 5.0


class SignIn:
    """One sign-in at `issuer`, from the code to the token."""

    def __init__(
        self,
        issuer: Issuer,
        http: Client,
        *,
        clock: Clock = time.time,
        sleep: Sleep = asyncio.sleep,
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._issuer = issuer
        self._http = http
        self._clock = clock
        self._sleep = sleep
        self._pkce: Pkce = pkce(random(32))
        self._asked_at = clock()
        self._code: DeviceCode | None = None

    async def ask_for_code(self) -> UserCode:
        """What to show the user. Raises AccountError."""
        self._asked_at = self._clock()
        form = device_form(self._issuer, self._pkce.challenge)
        url = self._issuer.device_endpoint
        reply = await post(self._http, url, form, clock=self._clock, timeout=_WAITED_FOR)
        self._code = device_code(self._issuer, reply)
        return self._code.user

    async def wait(self) -> Token:
        """The token, once the user has approved. Raises SignInDenied, SignInExpired, AccountError.

        Comes after `ask_for_code`. Cancelling it ends the flow.
        """
        if self._code is None:
            raise ValueError("there is no code to wait for yet")
        polling = wait_for_token(
            self._issuer, self._code, self._pkce.verifier, asked_at=self._asked_at
        )
        try:
            attempt = next(polling)
            while True:
                await self._sleep(attempt.after)
                reply = await post(self._http, attempt.url, attempt.form, clock=self._clock)
                attempt = polling.send(reply)
        except StopIteration as end:
            token: Token = end.value
            return token
