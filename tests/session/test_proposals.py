"""Whatever its user does behind a job, Discard gives the original back or leaves the file alone.

More runs of each kind and way: `PROPOSAL_RUNS=50 pytest tests/session/test_proposals.py`.
"""

import os
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import get_args

import pytest

from ..support.decider import DecidedRows, Decider
from ..support.kinds import Kind
from ..support.virtual_time import run_virtually

RUNS = int(os.environ.get("PROPOSAL_RUNS", "2"))
ALL = {"job": "1"}
Way = Callable[[Decider, random.Random], Awaitable[None]]


async def one_by_one(user: Decider, rng: random.Random) -> None:
    """The user discards each change, in any order."""
    while changes := await user.changes():
        before = user.text
        assert await user.decide("discard", rng.choice(changes))
        assert user.text != before
    assert user.text == user.before


async def undone(user: Decider, rng: random.Random) -> None:
    """The user undoes it all, and nothing is left to decide."""
    await user.undo()
    assert user.text == user.before
    await has_nothing_left(user)


async def undone_step_by_step(user: Decider, rng: random.Random) -> None:
    """The user undoes some of the editor's steps, if it has several, and discards then."""
    for _ in range(rng.randint(1, len(user.file.steps))):
        await user.undo()
    if user.text == user.before:
        await has_nothing_left(user)
    elif await user.decide("discard", ALL):
        assert user.text == user.before


async def undone_and_done_again(user: Decider, rng: random.Random) -> None:
    """The user undoes it, does it again, and wants the original after all."""
    for _ in range(rng.randint(1, 2)):
        await user.undo()
        await user.redo()
        assert user.text == user.after
    assert await user.decide("discard", ALL)
    assert user.text == user.before
    await has_nothing_left(user)


async def typed_between(user: Decider, rng: random.Random) -> None:
    """The user types rows of their own above, below, between and within the changes."""
    for number in range(rng.randint(1, 4)):
        row = rng.randrange(len(user.file.document.lines) - 1)
        await user.put_row(row, f"mine {number}", behind=rng.random() < 0.5)
    count = user.text.count("mine")
    if await user.decide("discard", ALL) and not has_stayed(user):
        assert [row for row in user.text.split("\n") if not row.startswith("mine")] == (
            user.before.split("\n")
        )
    assert user.text.count("mine") == count


async def typed_into(user: Decider, rng: random.Random) -> None:
    """The user changes a row, and undoes that or not."""
    row = rng.randrange(len(user.file.document.lines) - 1)
    await user.type_into(row, "!")
    if rng.random() < 0.5:
        await user.undo()
        assert await user.decide("discard", ALL)
        assert user.text == user.before
    else:
        if await user.decide("discard", ALL) and not has_stayed(user):
            assert user.text.replace("!", "") == user.before
        assert user.text.count("!") == 1


async def one_kept(user: Decider, rng: random.Random) -> None:
    """The user keeps a change and discards the rest: just what another one keeps who doesn't."""
    changes = await user.changes()
    kept = rng.choice(changes)
    assert await user.decide("keep", kept)
    if len(changes) == 1:
        assert user.text == user.after
    else:
        twin = await user.twin()
        assert await twin.decide("discard", kept)
        assert await user.decide("discard", ALL)
        texts = (user.text, twin.text), (user.before, user.after)
        ours, theirs = (sorted("\n".join(pair).split("\n")) for pair in texts)
        assert ours == theirs
        await twin.server.close()
    await has_nothing_left(user)


def has_stayed(user: Decider) -> bool:
    """Whether its user was told that a change stayed, because they had edited it."""
    return any("stayed" in text for _, text in user.editor.messages)


async def has_nothing_left(user: Decider) -> None:
    assert await user.changes() == []
    for name in ("keep", "discard"):
        assert not await user.decide(name, ALL)


WAYS: dict[str, tuple[Way, dict[str, str]]] = {
    "one by one": (one_by_one, {}),
    "undone": (undone, {}),
    "step by step": (undone_step_by_step, {"undo": "leave"}),
    "done again": (undone_and_done_again, {}),
    "typed between": (typed_between, {}),
    "typed into": (typed_into, {}),
    "one kept": (one_kept, {}),
}


@pytest.mark.parametrize("seed", range(RUNS))
@pytest.mark.parametrize("kind", get_args(Kind))
@pytest.mark.parametrize("way", WAYS)
def test_the_original_comes_back_or_nothing_happens(
    way: str, kind: Kind, seed: int, tmp_path: Path
) -> None:
    rng = random.Random(f"{way} {kind} {seed}")
    decide, settings = WAYS[way]

    async def scene() -> None:
        user = Decider(kind, DecidedRows.of(rng), tmp_path, **settings)
        await user.begin()
        if user.after != user.before:
            await decide(user, rng)
        await user.server.close()

    run_virtually(scene())
