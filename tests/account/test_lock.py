"""The lock file of Qwen Code: who waits, who takes over, and what is left behind: nothing."""

import asyncio
import os
import subprocess
import sys
import time
import uuid
from contextlib import suppress
from pathlib import Path

import pytest

from qwen_lsp.account import lock as lock_module
from qwen_lsp.account.lock import LockBusy, NotWritable, locked

from .authorization import Clock


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / ".qwen" / "oauth_creds.lock"


def held_by_other(path: Path, *, seconds_ago: float = 0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("of another program", "ascii")
    then = time.time() - seconds_ago
    os.utime(path, (then, then))


def owner_of(path: Path) -> str:
    return path.read_text("ascii")


def left_in(folder: Path) -> list[str]:
    """All but the lock among our own programs, which stays."""
    return [file.name for file in folder.iterdir() if not file.name.endswith(".qwen-lsp.lock")]


async def test_the_lock_holds_a_uuid_and_goes_away(path: Path) -> None:
    async with locked(path):
        assert uuid.UUID(owner_of(path))
        assert os.name == "nt" or path.parent.stat().st_mode & 0o777 == 0o700
    assert left_in(path.parent) == []


async def test_it_goes_away_after_a_failure(path: Path) -> None:
    with pytest.raises(KeyError):
        async with locked(path):
            raise KeyError
    assert left_in(path.parent) == []


async def test_a_lock_of_qwen_code_is_waited_for_as_qwen_code_does(path: Path) -> None:
    held_by_other(path)
    slept: list[float] = []

    async def taken_anew(seconds: float) -> None:
        slept.append(seconds)
        held_by_other(path)

    with pytest.raises(LockBusy, match="Another program is using the sign-in"):
        async with locked(path, sleep=taken_anew):
            pytest.fail("two hold one lock")
    assert slept[:4] == pytest.approx([0.1, 0.15, 0.225, 0.3375])
    assert max(slept) == 2.0
    assert 40 <= sum(slept) < 43
    assert owner_of(path) == "of another program"


async def test_one_that_was_left_behind_just_now_is_waited_out(path: Path) -> None:
    held_by_other(path)
    clock = Clock()
    clock.now = time.time()
    async with locked(path, sleep=clock.sleep, clock=clock):
        assert owner_of(path) != "of another program"
    assert 35 < sum(clock.slept) < 38


async def test_one_from_before_the_clock_was_set_back_is_waited_out(path: Path) -> None:
    held_by_other(path, seconds_ago=-86400)
    clock = Clock()
    clock.now = time.time()
    async with locked(path, sleep=clock.sleep, clock=clock):
        assert owner_of(path) != "of another program"
    assert 35 < sum(clock.slept) < 38


async def test_a_waiter_gets_the_lock_once_it_is_free(path: Path) -> None:
    held_by_other(path)

    async def freed(seconds: float) -> None:
        await asyncio.to_thread(path.unlink)

    async with locked(path, sleep=freed):
        assert owner_of(path) != "of another program"


@pytest.mark.parametrize(("age", "taken"), [(30, False), (34, False), (36, True), (9999, True)])
async def test_a_lock_is_stale_after_35_seconds(path: Path, age: float, taken: bool) -> None:
    held_by_other(path, seconds_ago=age)
    got = False

    async def wait(seconds: float) -> None:
        raise InterruptedError

    with suppress(InterruptedError):
        async with locked(path, sleep=wait):
            got = True
    assert got is taken
    assert left_in(path.parent) == ([] if taken else [path.name])


async def test_a_fresh_lock_moved_aside_by_mistake_is_put_back(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held_by_other(path, seconds_ago=60)
    rename = Path.rename

    def overtaken(self: Path, target: Path) -> Path:
        held_by_other(path)
        return rename(self, target)

    async def wait(seconds: float) -> None:
        raise InterruptedError

    monkeypatch.setattr(Path, "rename", overtaken)
    with pytest.raises(InterruptedError):
        async with locked(path, sleep=wait):
            pytest.fail("the lock of another was stolen")
    assert left_in(path.parent) == [path.name]
    assert owner_of(path) == "of another program"


async def test_a_lock_that_another_took_over_is_left_to_it(path: Path) -> None:
    async with locked(path):
        held_by_other(path)
    assert owner_of(path) == "of another program"


async def test_a_folder_that_is_a_file(path: Path) -> None:
    path.parent.parent.mkdir()
    path.parent.write_text("")
    with pytest.raises(NotWritable, match="can't be kept in"):
        async with locked(path):
            pytest.fail("no lock was made")


async def test_cancelling_a_waiter_or_a_holder_leaves_no_lock(path: Path) -> None:
    held, waiting, never = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def pause(seconds: float) -> None:
        waiting.set()
        await never.wait()

    async def hold() -> None:
        async with locked(path, sleep=pause):
            held.set()
            await never.wait()

    holder = asyncio.create_task(hold())
    await held.wait()
    waiter = asyncio.create_task(hold())
    await waiting.wait()
    for task, left in ((waiter, {path.name, "oauth_creds.qwen-lsp.uuid"}), (holder, set())):
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert set(left_in(path.parent)) == left


async def test_cancelling_while_the_lock_is_being_made_leaves_none(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = lock_module._Claim.made

    def slowly(claim: lock_module._Claim) -> bool:
        time.sleep(0.05)
        return made(claim)

    monkeypatch.setattr(lock_module._Claim, "made", slowly)

    async def hold() -> None:
        async with locked(path):
            await asyncio.Event().wait()

    task = asyncio.create_task(hold())
    await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert left_in(path.parent) == []


COUNTER = """
import asyncio, pathlib, sys
from qwen_lsp.account.lock import locked

async def main(folder):
    for _ in range(10):
        async with locked(folder / "x.lock", sleep=lambda seconds: asyncio.sleep(seconds / 20)):
            count = int((folder / "count").read_text())
            await asyncio.sleep(0.002)
            (folder / "count").write_text(str(count + 1))

asyncio.run(main(pathlib.Path(sys.argv[1])))
"""


def test_three_processes_never_hold_it_at_once(tmp_path: Path) -> None:
    (tmp_path / "count").write_text("0")
    running = [subprocess.Popen([sys.executable, "-c", COUNTER, str(tmp_path)]) for _ in range(3)]
    assert [process.wait(timeout=60) for process in running] == [0, 0, 0]
    assert (tmp_path / "count").read_text() == "30"
    assert left_in(tmp_path) == ["count"]
