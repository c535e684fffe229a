"""A wait ends in its time, and at once after a sleep of the machine, which a test's clock plays."""

import asyncio

import pytest

from qwen_lsp.model.transport import suspend
from qwen_lsp.model.transport.suspend import Slept, Within
from qwen_lsp.model.transport.timeouts import Timeouts, patience_at


class Clock:
    """A clock that counts sleep; its machine sleeps when the test says so."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(suspend, "clock", clock)
    monkeypatch.setattr(suspend, "TICK", 0.01)
    return clock


async def test_it_ends_in_its_time(clock: Clock) -> None:
    with pytest.raises(TimeoutError) as raised:
        async with Within(0.03):
            await asyncio.Event().wait()
    assert not isinstance(raised.value, Slept)


async def sleep_in(clock: Clock, seconds: float) -> None:
    await asyncio.sleep(0.02)
    clock.now += seconds


async def test_a_sleep_ends_it_at_once(clock: Clock) -> None:
    sleeping = asyncio.create_task(sleep_in(clock, 60))
    async with asyncio.timeout(1):
        with pytest.raises(Slept):
            async with Within(30):
                await asyncio.Event().wait()
    await sleeping


@pytest.mark.parametrize(("seconds", "outlasts"), [(5, False), (3600, True)])
async def test_what_does_not_end_it(clock: Clock, seconds: float, outlasts: bool) -> None:
    """A machine that is busy for a while, and what runs on this machine and slept along."""
    sleeping = asyncio.create_task(sleep_in(clock, seconds))
    async with Within(30, outlasts_sleep=outlasts):
        await asyncio.sleep(0.08)
    await sleeping


async def test_who_is_cancelled_is_cancelled_and_nothing_ticks_on(clock: Clock) -> None:
    async def wait() -> None:
        async with Within(30):
            await asyncio.Event().wait()

    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0.02)
    waiting.cancel()
    clock.now += 60
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_an_error_within_is_the_one_that_comes_out(clock: Clock) -> None:
    with pytest.raises(ZeroDivisionError):
        async with Within(30):
            raise ZeroDivisionError


def test_who_runs_here_may_take_long_to_load_its_model() -> None:
    assert patience_at("127.0.0.1", Timeouts()).first == 300
    assert patience_at("api.example.com", Timeouts()).first == 120
    mine = patience_at("localhost", Timeouts(connect=1, first_token=2, idle=3))
    assert (mine.connect, mine.first, mine.idle) == (1, 2, 3)
    assert mine.outlasts_sleep
    assert not patience_at("api.example.com", Timeouts()).outlasts_sleep
