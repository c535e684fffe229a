"""One sign-in, eight programs of ours and Qwen Code, and a service that lets no token serve twice.

`QWEN_SOAK=1` plays two hundred rounds, and `QWEN_SOAK_SEED` says with which random numbers.
"""

import asyncio
import json
import os
import random
import time
from pathlib import Path

import pytest

from .crowd import Crowd, Process, crowd
from .rotation import LIFETIME, Rotation

IS_SOAK = os.environ.get("QWEN_SOAK") == "1"
SEED = os.environ["QWEN_SOAK_SEED"]
ROUNDS = 200 if IS_SOAK else 6
SERVERS = 8
MOMENTS = 0.25
"""Seconds in which eight programs come to a new token."""
AT_ONCE = 10.0
"""Seconds that nobody waits for less than a lock that is not stale yet, on a slow machine."""
LOST = "The sign-in at chat.qwen.ai has ended; sign in again."


class Killer:
    """Kills some of `servers`, but none between the service's rotation and its own write."""

    def __init__(self, rotation: Rotation, servers: list[Process], rng: random.Random) -> None:
        self.kills = 0
        self._rotation, self._servers, self._rng = rotation, servers, rng

    async def anyone(self) -> None:
        """At any moment."""
        await asyncio.sleep(self._rng.uniform(0, MOMENTS))
        await self._kill(self._rng.choice(self._servers).pid)

    async def who_asks(self, process: int) -> None:
        """While it holds all locks and waits for the service."""
        await asyncio.sleep(self._rng.uniform(0, 0.01))
        await self._kill(process)
        self._rotation.asked = _wait

    async def who_has_written(self, process: int) -> None:
        """As soon as the token is in the file."""
        await self._kill(process)

    async def _kill(self, process: int) -> None:
        while self._rotation.is_between(process):  # noqa: ASYNC110
            await asyncio.sleep(0)
        for server in self._servers:
            if server.pid == process and process not in self._rotation.killed:
                self._rotation.killed.add(process)
                server.kill()
                self.kills += 1


async def _wait(process: int) -> None:
    await asyncio.sleep(0.01)


class Round:
    """All ask for an access at once, when the token that they know is stale."""

    def __init__(self, rotation: Rotation, crowd: Crowd, rng: random.Random) -> None:
        self.servers: list[Process] = []
        self.killer = Killer(rotation, self.servers, rng)
        self._rotation, self._crowd, self._rng = rotation, crowd, rng

    async def play(self, qwen_code: Process, now: float) -> None:
        while len(self.servers) < SERVERS:
            self.servers.append(await self._crowd.process())
        before = self._rotation.generation
        self._rotation.asked, self._rotation.renewed = _wait, _nothing
        killing = asyncio.create_task(self._begun_kill())
        asked = {server.pid: server.access(now) for server in self.servers}
        asked[qwen_code.pid] = qwen_code.access(now)
        async with asyncio.timeout(AT_ONCE * 3):
            answers = dict(zip(asked, await asyncio.gather(*asked.values()), strict=True))
            await killing
        killed = self._rotation.killed
        assert self._rotation.reused == 0
        assert self._rotation.generation == before + 1
        expected = {f"access-{before + 1}.", *([None] if killed & {*answers} else [])}
        assert {*answers.values()} <= expected
        assert all(answers[pid] for pid in answers if pid not in killed)
        self.servers[:] = [each for each in self.servers if each.pid not in killed]

    async def _begun_kill(self) -> None:
        kind = self._rng.randrange(4)
        if kind == 0:
            self._rotation.asked = self.killer.who_asks
        elif kind == 1:
            self._rotation.renewed = self.killer.who_has_written
        await asyncio.gather(*(self.killer.anyone() for _ in range(self._rng.randrange(3))))


async def _nothing(process: int) -> None:
    pass


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".qwen").mkdir()
    return tmp_path / ".qwen"


@pytest.mark.parametrize("seed", [SEED])
async def test_no_sign_in_is_lost_and_no_token_renewed_twice(folder: Path, seed: str) -> None:
    now = time.time()
    file = folder / "oauth_creds.json"
    rotation, rng = Rotation(file), random.Random(seed)
    rotation.begins(now, note="kept")
    async with crowd(rotation, folder) as processes:
        qwen_code = await processes.process("qwen-code")
        game = Round(rotation, processes, rng)
        longest = 0.0
        for _ in range(ROUNDS):
            began, now = time.monotonic(), now + LIFETIME
            await game.play(qwen_code, now)
            longest = max(longest, time.monotonic() - began)
    held = json.loads(file.read_text())
    assert held["refresh_token"] == f"refresh-{rotation.generation}."
    assert held["note"] == "kept"
    assert rotation.generation == ROUNDS + 2
    assert game.killer.kills >= ROUNDS // 4
    told = f"{ROUNDS} rounds, {game.killer.kills} kills, the longest took {longest:.1f} s"
    print(f"{told} (seed {seed})")  # noqa: T201


async def test_wherever_a_server_is_killed_the_next_one_goes_on_at_once(folder: Path) -> None:
    now = time.time()
    rotation = Rotation(folder / "oauth_creds.json")
    lost = survived = steps = 0
    async with crowd(rotation, folder) as processes:
        second = await processes.process()
        while not survived:
            steps, now = steps + 1, now + 2 * LIFETIME
            rotation.begins(now)
            first, second = second, await processes.process()
            survived += await first.access(now + LIFETIME, steps=steps) is not None
            is_between = rotation.is_between(first.pid)
            began = time.monotonic()
            answer = await second.access(now + LIFETIME)
            assert time.monotonic() - began < AT_ONCE
            assert answer == (LOST if is_between else f"access-{rotation.generation}.")
            assert rotation.reused == is_between
            lost += is_between
    assert 1 <= lost < steps / 2
    assert steps > 15
    assert left_in(folder) == ["oauth_creds.json", "oauth_creds.qwen-lsp.lock"]
