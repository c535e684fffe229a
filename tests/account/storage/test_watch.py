"""What other programs do to a sign-in, to keys and to choices is noticed within a second."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from qwen_lsp.account.storage import watch as watch_module
from qwen_lsp.account.storage.watch import EVERY, Look, Watch, changed, looks_at

from ..authorization import ACCESS_1, ACCESS_2, REFRESH_1, REFRESH_2, AuthorizationServer, used
from ..conftest import Home, Made

LOOK, OTHER = Look(1, 2, 3), Look(1, 2, 4)


class Listener:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[frozenset[Path]] = []
        self.trouble: Exception | None = None
        self._new = asyncio.Event()

    async def __call__(self, paths: frozenset[Path]) -> None:
        self.told.append(paths)
        self._new.set()
        if self.trouble:
            raise self.trouble

    async def next(self) -> frozenset[Path]:
        async with asyncio.timeout(10):
            await self._new.wait()
        self._new.clear()
        return self.told[-1]


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
async def watch(listener: Listener) -> AsyncIterator[Watch]:
    watch = Watch(listener, every=0.01)
    yield watch
    await watch.aclose()


@pytest.mark.parametrize(
    ("before", "now", "is_changed"),
    [
        ({}, {}, False),
        ({}, {"a": LOOK}, False),
        ({"a": LOOK}, {}, False),
        ({"a": LOOK}, {"a": LOOK}, False),
        ({"a": LOOK}, {"a": OTHER}, True),
        ({"a": LOOK}, {"a": None}, True),
        ({"a": None}, {"a": LOOK}, True),
        ({"a": None}, {"a": None}, False),
        ({"a": LOOK, "b": LOOK}, {"a": OTHER, "b": LOOK}, True),
    ],
)
def test_what_has_changed(before: dict[str, Look], now: dict[str, Look], is_changed: bool) -> None:
    paths = changed(
        {Path(name): look for name, look in before.items()},
        {Path(name): look for name, look in now.items()},
    )
    assert paths == (frozenset({Path("a")}) if is_changed else frozenset())


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
async def test_what_a_link_leads_to_is_watched(
    tmp_path: Path, watch: Watch, listener: Listener
) -> None:
    """As where ~/.env lies in a folder of dotfiles."""
    link, target = tmp_path / ".env", tmp_path / "dotfiles.env"
    link.symlink_to(target)
    await watch.watch([link])
    target.write_text("A=1")
    assert await listener.next() == {link}
    target.write_text("A=12")
    assert await listener.next() == {link}
    other = tmp_path / "other.env"
    other.write_text("A=12")
    os.utime(other, ns=(target.stat().st_atime_ns, target.stat().st_mtime_ns))
    link.unlink()
    link.symlink_to(other)
    assert await listener.next() == {link}


def test_a_file_of_the_same_size_and_time_in_its_place_looks_different(tmp_path: Path) -> None:
    path, other = tmp_path / "a", tmp_path / "b"
    path.write_text("one")
    other.write_text("two")
    for each in (path, other):
        os.utime(each, (5, 5))
    before = looks_at([path])
    other.replace(path)
    assert changed(before, looks_at([path])) == {path}


async def test_made_written_over_replaced_and_deleted(
    watch: Watch, listener: Listener, tmp_path: Path
) -> None:
    path, still = tmp_path / "folder" / "file", tmp_path / "still"
    still.write_text("")
    await watch.watch([path, still])
    path.parent.mkdir()
    path.write_text("1")
    assert await listener.next() == {path}
    with path.open("a") as file:
        file.write("2")
    assert await listener.next() == {path}
    beside = path.with_name("beside")
    beside.write_text("12")
    beside.replace(path)
    assert await listener.next() == {path}
    path.unlink()
    assert await listener.next() == {path}
    assert len(listener.told) == 4


async def test_other_files_can_be_watched_instead(
    watch: Watch, listener: Listener, tmp_path: Path
) -> None:
    first, second, both = (tmp_path / name for name in ("first", "second", "both"))
    await watch.watch([first, both])
    both.write_text("")
    await watch.watch([second, both])
    assert await listener.next() == {both}
    first.write_text("")
    second.write_text("")
    assert await listener.next() == {second}
    await watch.watch([])
    second.write_text("more")
    await asyncio.sleep(0.1)
    assert len(listener.told) == 2


async def test_a_listener_that_fails_is_told_of_the_next_change(
    watch: Watch, listener: Listener, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "file"
    await watch.watch([path])
    listener.trouble = KeyError("whatever")
    path.write_text("1")
    await listener.next()
    path.write_text("12")
    assert await listener.next() == {path}
    assert "could not be taken in" in caplog.text


async def test_a_disk_that_hangs_holds_up_nobody(
    watch: Watch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await watch.watch([tmp_path / "file"])
    hangs = asyncio.Event()
    loop = asyncio.get_running_loop()

    def hang(path: Path) -> None:
        loop.call_soon_threadsafe(hangs.set)
        time.sleep(0.5)

    monkeypatch.setattr(watch_module, "_look_at", hang)
    await hangs.wait()
    began = time.monotonic()
    await asyncio.sleep(0)
    await watch.aclose()
    assert time.monotonic() - began < 0.3


SIGN_IN = """
import asyncio, pathlib, sys, time
from qwen_lsp.account.storage.store import Store
from qwen_lsp.account.token import Token
from pydantic import SecretStr

async def main(path, expiry):
    store = Store(pathlib.Path(path), sleep=asyncio.sleep)
    async with store.locked():
        if expiry == "0":
            await store.delete()
        else:
            await store.write(Token(SecretStr(sys.argv[3]), SecretStr(sys.argv[4]), int(expiry)))
        print(time.time())

asyncio.run(main(*sys.argv[1:3]))
"""


async def by_another_process(*arguments: str) -> float:
    """When it was done, in seconds since the epoch."""
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", SIGN_IN, *arguments],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return float(done.stdout)


async def test_a_running_server_notices_who_signs_in_and_out_elsewhere(
    account: Made, home: Home
) -> None:
    mine = account(AuthorizationServer())
    noticed: asyncio.Queue[tuple[str, float]] = asyncio.Queue()

    async def look(paths: frozenset[Path]) -> None:
        noticed.put_nowait((await mine.look(), time.time()))

    assert mine.file == home.file
    watch = Watch(look)
    await watch.watch([home.file])
    assert await mine.look() == "signedOut"
    for expiry, access, refresh, state in [
        ("9000000000000", ACCESS_1, REFRESH_1, "signedIn"),
        ("9000000000000", ACCESS_2, REFRESH_2, "signedIn"),
        ("0", "", "", "signedOut"),
    ]:
        done = await by_another_process(str(home.file), expiry, access, refresh)
        seen, when = await asyncio.wait_for(noticed.get(), 10)
        assert seen == state
        assert when - done < 2 * EVERY
        if access:
            assert used(await mine.access())[1] == access
    await watch.aclose()
