"""A limit in time for one wait, which also ends as soon as this machine has slept meanwhile.

A connection seldom outlives a sleep, and the clock that time-outs are kept by may stand still in
it (`CLOCK_MONOTONIC`, Linux and macOS), so that a dead stream would be waited for once more.
"""

import asyncio
import time
from functools import partial
from types import TracebackType
from typing import Self

TICK = 1.0
SLEPT_SECONDS = 10.0
"""What is missed between two ticks is a sleep from here on, and not a machine that is busy."""

# Linux has a clock that counts sleep and that nobody sets.
_BOOT_TIME = getattr(time, "CLOCK_BOOTTIME", None)
clock = time.time if _BOOT_TIME is None else partial(time.clock_gettime, _BOOT_TIME)


class Slept(TimeoutError):
    """The wait has ended because the machine has slept."""


class Within:
    """`async with Within(seconds)`: raises TimeoutError after them, or Slept after a sleep."""

    def __init__(self, seconds: float, *, outlasts_sleep: bool = False) -> None:
        self._timeout = asyncio.timeout(seconds)
        self._ticks = not outlasts_sleep
        self._has_slept = False
        self._next: asyncio.TimerHandle | None = None
        self._seen = 0.0

    async def __aenter__(self) -> Self:
        await self._timeout.__aenter__()
        if self._ticks:
            self._tick_later()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._next:
            self._next.cancel()
        try:
            await self._timeout.__aexit__(kind, error, trace)
        except TimeoutError:
            if self._has_slept:
                raise Slept from None
            raise

    def _tick_later(self) -> None:
        self._seen = clock()
        self._next = asyncio.get_running_loop().call_later(TICK, self._tick)

    def _tick(self) -> None:
        if clock() - self._seen > TICK + SLEPT_SECONDS:
            self._has_slept = True
            if not self._timeout.expired():
                self._timeout.reschedule(asyncio.get_running_loop().time())
            return
        self._tick_later()
