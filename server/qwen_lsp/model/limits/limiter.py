"""The requests of one account to one provider: counted, and held back before they are refused.

It knows what this process sends; the service counts what all of the user's programs do.
"""

import asyncio
import math
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from qwen_lsp.model.chat import Piece, Waiting

if TYPE_CHECKING:
    from pydantic import SecretStr

SECOND, MINUTE, DAY = 1.0, 60.0, 86_400.0
WAITING, ASKED = "waiting for a slot", "waiting for the reply"

Clock = Callable[[], float]


@dataclass(frozen=True)
class Limits:
    """The most requests of an account; None where there is no limit, or none is known."""

    per_minute: int | None = None
    per_second: int | None = None
    at_once: int | None = None

    def overridden(self, other: "Limits") -> "Limits":
        """These, where `other` does not say something else."""
        return Limits(
            self.per_minute if other.per_minute is None else other.per_minute,
            self.per_second if other.per_second is None else other.per_second,
            self.at_once if other.at_once is None else other.at_once,
        )

    def by_second(self) -> "Limits":
        """These, a second allowing no more than its part of a minute (qwen-services, 5.3)."""
        if self.per_minute is None or self.per_second is not None:
            return self
        return replace(self, per_second=max(self.per_minute // 60, 1))


class Counts(NamedTuple):
    """Requests of the last minute, and of the last 24 hours."""

    minute: int = 0
    day: int = 0


def ticking() -> float:
    """Seconds on a clock that nobody sets."""
    return asyncio.get_running_loop().time()


class Limiter:
    """One account's requests: who waits is let through in the order of coming."""

    def __init__(self, limits: Limits, clock: Clock = ticking) -> None:
        self._limits, self._clock = limits, clock
        self._sent: deque[float] = deque()
        self._running = 0
        self._rests_until = -math.inf
        self._queue: deque[asyncio.Event] = deque()

    @property
    def counts(self) -> Counts:
        """What was sent."""
        ages = [self._clock() - time for time in self._sent]
        return Counts(sum(age < MINUTE for age in ages), sum(age < DAY for age in ages))

    def hold_to(self, limits: Limits) -> None:
        """From now on these limits are kept."""
        self._limits = limits
        self._wake()

    def rest(self, seconds: float) -> None:
        """The service has asked for a pause: nothing is sent in these seconds."""
        self._rests_until = max(self._rests_until, self._clock() + seconds)

    @property
    def must_wait(self) -> bool:
        """Whether another request would not be sent at once."""
        return bool(self._queue) or self.pause > 0

    @asynccontextmanager
    async def slot(self) -> AsyncGenerator[None, None]:
        """`async with` waits until a request may be sent, and holds its slot to the end of it.

        Cancelling it while it waits gives its place in the queue up.
        """
        await self._come()
        try:
            yield
        finally:
            self._running -= 1
            self._wake()

    @property
    def pause(self) -> float:
        """Seconds until another may be sent; infinite where one has to end first."""
        limits = self._limits
        if limits.at_once is not None and self._running >= limits.at_once:
            return math.inf
        due = max(
            self._rests_until,
            self._due(limits.per_second, SECOND),
            self._due(limits.per_minute, MINUTE),
        )
        return max(due - self._clock(), 0.0)

    def _due(self, most: int | None, seconds: float) -> float:
        if most is None or len(self._sent) < most:
            return -math.inf
        return self._sent[-most] + seconds

    async def _come(self) -> None:
        woken = asyncio.Event()
        self._queue.append(woken)
        try:
            while not (is_next := self._queue[0] is woken) or self.pause > 0:
                await _within(self.pause if is_next else math.inf, woken)
            self._count()
        finally:
            self._queue.remove(woken)
            self._wake()

    def _count(self) -> None:
        now = self._clock()
        while self._sent and now - self._sent[0] >= DAY:
            self._sent.popleft()
        self._sent.append(now)
        self._running += 1

    def _wake(self) -> None:
        """Who is next looks again whether it may go."""
        if self._queue:
            self._queue[0].set()


async def _within(seconds: float, woken: asyncio.Event) -> None:
    woken.clear()
    with suppress(TimeoutError):
        async with asyncio.timeout(None if math.isinf(seconds) else seconds):
            await woken.wait()


async def in_turn(
    limiter: Limiter, attempt: Callable[[], AsyncGenerator[Piece, None]]
) -> AsyncGenerator[Piece, None]:
    """The pieces of `attempt`, which begins when it may. Wrap it in `contextlib.aclosing`."""
    had_to_wait = limiter.must_wait
    if had_to_wait:
        yield Waiting(WAITING)
    async with limiter.slot(), aclosing(attempt()) as pieces:
        if had_to_wait:
            yield Waiting(ASKED)
        async for piece in pieces:
            yield piece


class Limiters:
    """The limiters of one provider, by the key that pays; a sign-in is one account (`is_one`)."""

    def __init__(
        self, limits: Limits | None = None, *, is_one: bool = True, clock: Clock = ticking
    ) -> None:
        self._limits, self._is_one, self._clock = limits or Limits(), is_one, clock
        self._known: dict[SecretStr | None, Limiter] = {}
        self._latest: Limiter | None = None

    @property
    def counts(self) -> Counts:
        """Those of the account that has paid last."""
        return self._latest.counts if self._latest else Counts()

    def hold_to(self, limits: Limits) -> None:
        """From now on each account keeps these limits."""
        if limits != self._limits:
            self._limits = limits
            for limiter in self._known.values():
                limiter.hold_to(limits)

    def rest(self, seconds: float) -> None:
        """The account that has paid last needs a pause."""
        if self._latest:
            self._latest.rest(seconds)

    def of(self, key: "SecretStr | None") -> Limiter:
        """The account that pays with `key`."""
        account = None if self._is_one else key
        if account not in self._known:
            self._known[account] = Limiter(self._limits, self._clock)
        self._latest = self._known[account]
        return self._latest
