"""Drives the device flow: asks for a code, then polls until the user has decided; one at a time."""

import asyncio
import logging
import os
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from typing import Any

from qwen_lsp.errors import AccountError, QwenError

from ..issuer import Issuer
from ..storage.lock import Clock, Sleep
from ..token import Token
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
from .post import Client, post

log = logging.getLogger(__name__)

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


class Pending:
    """At most one sign-in, whose end goes on in a task of its own."""

    def __init__(self) -> None:
        self._flow: SignIn | None = None
        self._end: asyncio.Task[None] | None = None

    @property
    def code(self) -> UserCode | None:
        """What to show the user again, with the time that is left; None where none waits."""
        if self._flow is None or self._end is None or self._end.done():
            return None
        return self._flow.user_code

    def begin(self, flow: SignIn, end: Coroutine[Any, Any, None]) -> UserCode:
        """Lets `end` wait for the user of `flow`; gives what to show."""
        self._flow = flow
        self._end = asyncio.create_task(end)
        self._end.add_done_callback(_logged)
        return flow.user_code

    async def ended(self) -> None:
        """Waits for the end. Raises SignInDenied, SignInExpired or AccountError, also where it was
        cancelled.
        """
        if self._end is None:
            return
        await asyncio.wait({self._end})
        if self._end.cancelled():
            raise AccountError("The sign-in was cancelled; sign in again if that was a mistake.")
        self._end.result()

    def cancel(self) -> None:
        """Gives it up."""
        if self._end is not None:
            self._end.cancel()

    async def aclose(self) -> None:
        """Gives it up, and comes back when nothing goes on any more."""
        self.cancel()
        if self._end is not None:
            await asyncio.wait({self._end})


def _logged(end: asyncio.Task[None]) -> None:
    """The end of a sign-in that nobody may be waiting for."""
    if end.cancelled():
        log.info("the sign-in was cancelled")
    elif isinstance(error := end.exception(), QwenError):
        log.info("the sign-in ended: %s", error)
    elif error is not None:
        log.error("the sign-in failed", exc_info=error)
