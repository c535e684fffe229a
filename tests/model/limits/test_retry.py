"""What is sent again by itself: for which failures, how often, how soon, and never after text."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_lsp.errors import Meaning, ModelError, ServiceRefused
from qwen_lsp.model.chat import Piece, Text, Thought, Waiting
from qwen_lsp.model.limits.retry import LONGEST_PAUSE, PAUSES, Tries, persistently
from tests.support.virtual_time import run_virtually

MEANINGS: tuple[Meaning, ...] = get_args(Meaning)

# Section 5.3 of the facts: the class of each failure, and how often it is worth another try.
TRIES: dict[Meaning, int] = {
    "rate": 5,
    "quota": 2,
    "trouble": 3,
    "cut": 2,
    "loading": 61,
    "used up": 0,
    "billing": 0,
    "plan": 0,
    "permission": 0,
    "account": 0,
    "filter": 0,
    "too long": 0,
    "tokens": 0,
    "model": 0,
    "address": 0,
    "proxy": 0,
    "page": 0,
    "silent": 0,
    "limit": 0,
    "empty": 0,
    "too much": 0,
    "other": 0,
}


class Played:
    """A service that fails as it is told to, and then answers."""

    def __init__(self, *failures: ModelError, before: Sequence[Piece] = ()) -> None:
        self.failures, self.before = list(failures), before
        self.times: list[float] = []
        self.rests: list[float] = []

    async def attempt(self) -> AsyncGenerator[Piece, None]:
        self.times.append(asyncio.get_running_loop().time())
        for piece in self.before:
            yield piece
        if self.failures:
            raise self.failures.pop(0)
        yield Text("Hello")

    async def pieces(self) -> list[Piece]:
        async with aclosing(persistently(self.attempt, rest=self.rests.append)) as stream:
            return [piece async for piece in stream]


def failure(
    meaning: Meaning, after: float | None = None, *, is_final: bool = False
) -> ServiceRefused:
    return ServiceRefused(f"It is {meaning}.", meaning=meaning, after=after, is_final=is_final)


@pytest.mark.parametrize("meaning", MEANINGS)
def test_how_often(meaning: Meaning) -> None:
    played = Played(*(failure(meaning) for _ in range(200)))
    with pytest.raises(ServiceRefused, match=f"It is {meaning}."):
        run_virtually(played.pieces())
    assert len(played.times) == 1 + TRIES[meaning]
    assert played.times[-1] <= (400 if meaning == "loading" else 120)


@given(st.lists(st.sampled_from(MEANINGS), max_size=300))
def test_no_mixture_of_failures_is_a_loop(meanings: list[Meaning]) -> None:
    tries = Tries()
    worth = [meaning for meaning in meanings if tries.pause(failure(meaning)) is not None]
    assert len(worth) <= sum(TRIES.values())


def test_the_reply_after_a_failure_and_what_is_said_meanwhile() -> None:
    played = Played(failure("rate", after=3))
    pieces = run_virtually(played.pieces())
    said = [piece.why for piece in pieces if isinstance(piece, Waiting)]
    assert said[-3:] == [f"too many requests; retrying in {left} s" for left in (3, 2, 1)]
    assert pieces[-1] == Text("Hello")
    assert played.rests
    assert 3 <= played.times[1] <= 3.75


@pytest.mark.parametrize("before", [(Thought("Hm."),), (Waiting("waiting for a slot"),)])
def test_what_is_no_text_may_come_again(before: tuple[Piece, ...]) -> None:
    played = Played(failure("trouble"), before=before)
    assert run_virtually(played.pieces())[-1] == Text("Hello")


@pytest.mark.parametrize("meaning", PAUSES)
def test_after_text_nothing_is_sent_again(meaning: Meaning) -> None:
    played = Played(failure(meaning), before=(Text("He"),))
    with pytest.raises(ServiceRefused):
        run_virtually(played.pieces())
    assert len(played.times) == 1


def test_who_asks_for_too_long_a_pause_is_not_waited_for() -> None:
    played = Played(failure("rate", after=LONGEST_PAUSE + 1))
    with pytest.raises(ServiceRefused):
        run_virtually(played.pieces())
    assert played.times == [0]


@pytest.mark.parametrize("meaning", PAUSES)
def test_who_says_that_asking_again_is_of_no_use_is_believed(meaning: Meaning) -> None:
    """Section 7: `x-should-retry: false`."""
    played = Played(failure(meaning, is_final=True))
    with pytest.raises(ServiceRefused):
        run_virtually(played.pieces())
    assert played.times == [0]


@given(st.sampled_from(sorted(PAUSES)), st.floats(0, 1), st.none() | st.floats(0, 120))
def test_the_jitter_never_shortens_a_pause(
    meaning: Meaning, jitter: float, after: float | None
) -> None:
    pause = Tries(lambda: jitter).pause(failure(meaning, after))
    least = PAUSES[meaning][0] if after is None else max(after, 0.5)
    assert pause is not None
    assert least <= pause <= least * 1.25


def test_a_stop_ends_the_countdown_at_once() -> None:
    async def scene() -> None:
        played = Played(failure("quota"))
        stream = persistently(played.attempt)
        assert isinstance(await anext(stream), Waiting)
        waiting = asyncio.create_task(anext(stream))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await stream.aclose()
        assert asyncio.get_running_loop().time() < 1
        assert len(played.times) == 1

    run_virtually(scene())
