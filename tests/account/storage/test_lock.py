"""The lock file of Qwen Code: who waits, who takes over, and what is left behind: nothing."""

import asyncio
import errno
import os
import subprocess
import sys
import time
import uuid
from contextlib import suppress
from pathlib import Path

import filelock
import pytest

from qwen_lsp.account.storage import lock as lock_module
from qwen_lsp.account.storage.lock import LockBusy, NotWritable, locked

from ..authorization import Clock


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / ".qwen" / "oauth_creds.lock"


def held_by_other(path: Path, *, seconds_ago: float = 0, owner: str = "of another program") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(owner, "ascii")
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


def held_by_a_dead_one_of_ours(path: Path, *, recorded: str) -> None:
    held_by_other(path)
    path.with_name("oauth_creds.qwen-lsp.uuid").write_text(recorded, "ascii")


async def never(seconds: float) -> None:
    raise InterruptedError


async def test_the_lock_of_a_server_that_was_killed_is_broken_at_once(path: Path) -> None:
    held_by_a_dead_one_of_ours(path, recorded="of another program")
    async with locked(path, sleep=never):
        assert owner_of(path) != "of another program"
        assert path.with_name("oauth_creds.qwen-lsp.uuid").read_text() == owner_of(path)
    assert left_in(path.parent) == []


@pytest.mark.parametrize("recorded", ["", "of some other", "of another program\n"])
async def test_a_lock_that_was_not_recorded_is_not_broken(path: Path, recorded: str) -> None:
    held_by_a_dead_one_of_ours(path, recorded=recorded)
    with pytest.raises(InterruptedError):
        async with locked(path, sleep=never):
            pytest.fail("the lock of another was stolen")
    assert owner_of(path) == "of another program"


async def test_an_empty_lock_that_is_just_being_made_is_not_broken(path: Path) -> None:
    held_by_a_dead_one_of_ours(path, recorded="")
    held_by_other(path, owner="")
    with pytest.raises(InterruptedError):
        async with locked(path, sleep=never):
            pytest.fail("the lock of another was stolen")


async def test_a_living_server_of_ours_is_waited_for(path: Path) -> None:
    slept = []

    async def pause(seconds: float) -> None:
        slept.append(seconds)

    async with locked(path):
        owner = owner_of(path)
        with pytest.raises(LockBusy, match="Another qwen-lsp is busy with the sign-in; try again"):
            async with locked(path, sleep=pause):
                pytest.fail("two hold one lock")
        assert owner_of(path) == owner
    assert 40 <= sum(slept) < 41


@pytest.mark.parametrize("error", [OSError(errno.ENOLCK, "No locks"), NotImplementedError()])
async def test_where_there_are_no_locks_of_the_system_there_is_that_of_qwen_code(
    path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def none(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(filelock.FileLock, "acquire", none)
    async with locked(path, sleep=never):
        assert uuid.UUID(owner_of(path))
        assert left_in(path.parent) == [path.name]
    assert left_in(path.parent) == []
    held_by_a_dead_one_of_ours(path, recorded="of another program")
    with pytest.raises(InterruptedError):
        async with locked(path, sleep=never):
            pytest.fail("a lock was broken that may be a living one's")


async def test_where_there_are_no_hard_links(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(self: Path, target: Path) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", none)
    async with locked(path, sleep=never):
        assert uuid.UUID(owner_of(path))
    assert left_in(path.parent) == []
    held_by_a_dead_one_of_ours(path, recorded="of another program")
    async with locked(path, sleep=never):
        assert owner_of(path) != "of another program"


async def test_the_lock_is_as_young_as_its_making(path: Path) -> None:
    """It is a link of the record, which is older."""

    async def pause(seconds: float) -> None:
        os.utime(path.with_name("oauth_creds.qwen-lsp.uuid"), (5, 5))
        await asyncio.to_thread(path.unlink)

    held_by_other(path)
    async with locked(path, sleep=pause):
        (modified,) = [each.stat().st_mtime for each in path.parent.glob(path.name)]
        assert time.time() - modified < 30


async def test_a_lock_that_is_a_symbolic_link_is_not_followed(path: Path) -> None:
    path.parent.mkdir(parents=True)
    target = path.with_name("target")
    target.write_text("")
    for name in (path.name, "oauth_creds.qwen-lsp.uuid"):
        path.with_name(name).symlink_to(target)
    with pytest.raises(InterruptedError):
        async with locked(path, sleep=never):
            pytest.fail("a link was taken for a lock")
    assert target.read_text() == ""


@pytest.mark.parametrize(
    ("modified", "now", "watched", "stale"),
    [
        (1000, 1000, 0, False),
        (1000, 1034, 34, False),
        (1000, 1036, 0, True),
        (1000, 0, 0, False),
        (1000, 0, 34, False),
        (1000, 0, 36, True),
    ],
)
def test_when_a_lock_is_stale(modified: float, now: float, watched: float, stale: bool) -> None:
    assert lock_module.is_stale(modified, now=now, watched=watched) is stale


COUNTER = """
import asyncio, pathlib, sys
from qwen_lsp.account.storage.lock import locked

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
