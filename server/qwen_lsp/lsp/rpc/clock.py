"""The clock of an event loop, which stands still while this program does.

Ctrl-Z in an editor stops its servers too. Who goes on finds every timer due, before the answers
have been read that lie there already: an edit would count as never made, a stream as silent.
"""

import asyncio

TICK = 1.0
STOOD_STILL = 3.0
"""Seconds from which on nothing else explains that no tick has come."""


class SteadyClock:
    """Gives the seconds of `loop` without those in which nothing ran."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop, self._time = loop, loop.time
        self._seen = self._time()
        self._lost = 0.0

    def __call__(self) -> float:
        """The time; the loop asks for it whenever it wakes."""
        now = self._time()
        gap, self._seen = now - self._seen, now
        if gap > STOOD_STILL:
            self._lost += gap
        return now - self._lost

    def tick(self) -> None:
        """Sees to it that it is asked all the time."""
        self._loop.call_later(TICK, self.tick)


def keep_steady(loop: asyncio.AbstractEventLoop) -> None:
    """From now on the clock of `loop` is a steady one."""
    clock = SteadyClock(loop)
    loop.time = clock  # type: ignore[method-assign]
    clock.tick()
