"""The sign-in of an account that waits for its user, if there is one."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from qwen_lsp.errors import AccountError, QwenError

from .device_flow import UserCode
from .sign_in import SignIn

log = logging.getLogger(__name__)


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
