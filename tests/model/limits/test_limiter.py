"""One limiter for an account: what it holds back, in which order, and what it counts."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from qwen_lsp.errors import ServiceRefused
from qwen_lsp.model.chat import Piece, Text, Waiting
from qwen_lsp.model.limits.limiter import Limiter, Limiters, Limits, in_turn
from tests.support.virtual_time import run_virtually


async def sent(limits: Limits, lasting: list[float]) -> list[tuple[float, float]]:
    """When each request began and ended; all are asked for at once."""
    limiter, times = Limiter(limits), [(0.0, 0.0)] * len(lasting)
    clock = asyncio.get_running_loop().time

    async def ask(number: int) -> None:
        async with limiter.slot():
            begun = clock()
            await asyncio.sleep(lasting[number])
            times[number] = begun, clock()

    await asyncio.gather(*(ask(number) for number in range(len(lasting))))
    return times


@pytest.mark.parametrize(
    ("limits", "lasting", "begins"),
    [
        (Limits(), [5, 5, 5], [0, 0, 0]),
        (Limits(at_once=1), [5, 2, 1], [0, 5, 7]),
        (Limits(at_once=2), [5, 2, 1], [0, 0, 2]),
        (Limits(per_second=1), [0, 9, 0], [0, 1, 2]),
        (Limits(per_second=2), [0, 0, 0, 0, 0], [0, 0, 1, 1, 2]),
        (Limits(per_minute=2), [0, 0, 0, 0, 0], [0, 0, 60, 60, 120]),
        (Limits(per_minute=3, per_second=1), [0, 0, 0, 0, 0], [0, 1, 2, 60, 61]),
        (Limits(at_once=1, per_second=1), [5, 0.5, 0], [0, 5, 6]),
    ],
)
def test_what_is_held_back(limits: Limits, lasting: list[float], begins: list[float]) -> None:
    assert [begun for begun, _ in run_virtually(sent(limits, lasting))] == begins


@given(
    st.builds(
        Limits,
        per_minute=st.none() | st.integers(1, 5),
        per_second=st.none() | st.integers(1, 3),
        at_once=st.none() | st.integers(1, 3),
    ),
    st.lists(st.sampled_from([0.0, 0.25, 1.0, 40.0]), max_size=12),
)
def test_no_limit_is_ever_broken_and_all_have_their_turn(
    limits: Limits, lasting: list[float]
) -> None:
    times = run_virtually(sent(limits, lasting))
    begins = [begun for begun, _ in times]
    assert begins == sorted(begins)
    for begun in begins:
        within = [begun - other for other in begins if other <= begun]
        if limits.per_minute:
            assert sum(age < 60 for age in within) <= limits.per_minute
        if limits.per_second:
            assert sum(age < 1 for age in within) <= limits.per_second
        if limits.at_once:
            assert sum(start <= begun < end for start, end in times) <= limits.at_once


def test_who_is_stopped_while_waiting_leaves_the_queue_to_the_others() -> None:
    async def scene() -> None:
        limiter = Limiter(Limits(at_once=1))
        order: list[str] = []

        async def ask(name: str) -> None:
            async with limiter.slot():
                order.append(name)
                await asyncio.sleep(1)

        first, second, third = (asyncio.create_task(ask(name)) for name in "abc")
        await asyncio.sleep(0)
        second.cancel()
        with suppress(asyncio.CancelledError):
            await second
        await asyncio.gather(first, third)
        assert order == ["a", "c"]
        assert limiter.counts == (2, 2)
        assert not limiter.must_wait

    run_virtually(scene())


def test_a_pause_that_the_service_asked_for_holds_all_back() -> None:
    async def scene() -> None:
        limiter = Limiter(Limits())
        limiter.rest(5)
        limiter.rest(2)
        assert limiter.must_wait
        async with limiter.slot():
            assert asyncio.get_running_loop().time() == 5

    run_virtually(scene())


def test_a_limit_that_is_raised_lets_go_at_once() -> None:
    async def scene() -> None:
        limiters = Limiters(Limits(at_once=1))
        limiter = limiters.of(None)
        async with limiter.slot():
            waiting = asyncio.create_task(limiter.slot().__aenter__())
            await asyncio.sleep(1)
            assert not waiting.done()
            limiters.hold_to(Limits(at_once=2))
            await asyncio.sleep(0.1)
            assert waiting.done()

    run_virtually(scene())


def test_the_wait_is_said_and_the_slot_is_free_after_a_failure_and_a_stop() -> None:
    async def scene() -> None:
        limiter = Limiter(Limits(at_once=1))

        async def fail() -> AsyncGenerator[Piece, None]:
            yield Text("a")
            raise ServiceRefused("no.")

        with pytest.raises(ServiceRefused):
            assert [piece async for piece in in_turn(limiter, fail)]
        async with aclosing(in_turn(limiter, fail)) as stopped:
            assert await anext(stopped) == Text("a")
            async with aclosing(in_turn(limiter, fail)) as waiting:
                assert await anext(waiting) == Waiting("waiting for a slot")
        assert not limiter.must_wait
        assert limiter.counts.minute == 2

    run_virtually(scene())


def test_the_users_numbers_go_before_those_of_the_provider() -> None:
    known = Limits(per_minute=60, per_second=1)
    assert known.overridden(Limits(per_second=5, at_once=2)) == Limits(60, 5, 2)
    assert known.overridden(Limits()) == known


@pytest.mark.parametrize(
    ("limits", "per_second"),
    [
        # 5.3: what a minute allows is enforced by the second too.
        (Limits(per_minute=600), 10),
        (Limits(per_minute=60), 1),
        (Limits(per_minute=7), 1),
        (Limits(per_minute=600, per_second=3), 3),
        (Limits(at_once=2), None),
    ],
)
def test_a_second_allows_its_part_of_a_minute(limits: Limits, per_second: int | None) -> None:
    assert limits.by_second() == replace(limits, per_second=per_second)


class World:
    def __init__(self, *, is_one: bool) -> None:
        self.now = 1000.0
        self.limiters = Limiters(is_one=is_one, clock=lambda: self.now)

    async def send(self, key: str | None) -> None:
        async with self.limiters.of(SecretStr(key) if key else None).slot():
            pass


async def test_a_minute_and_a_day() -> None:
    world = World(is_one=False)
    assert world.limiters.counts == (0, 0)
    for _ in range(3):
        await world.send("sk-1")
        world.now += 25
    assert world.limiters.counts == (2, 3)
    world.now += 60
    assert world.limiters.counts == (0, 3)
    world.now += 86_400
    assert world.limiters.counts == (0, 0)
    await world.send("sk-1")
    assert world.limiters.counts == (1, 1)


async def test_each_key_is_an_account_of_its_own() -> None:
    world = World(is_one=False)
    for key, count in (("sk-1", 1), ("sk-2", 1), ("sk-2", 2), ("sk-1", 2), (None, 1)):
        await world.send(key)
        assert world.limiters.counts == (count, count)


async def test_a_sign_in_is_one_account_however_often_it_is_renewed() -> None:
    world = World(is_one=True)
    for key in ("token-1", "token-2"):
        await world.send(key)
    assert world.limiters.counts == (2, 2)
