"""The lock file of Qwen Code, as its programs take it: the only one that they can see."""

import asyncio
import logging
import os
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from qwen_lsp.errors import AccountError

from .waiting import in_thread

log = logging.getLogger(__name__)

ATTEMPTS = 20
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 2.0
STALE_AFTER = 35.0

Sleep = Callable[[float], Awaitable[None]]
Clock = Callable[[], float]


class LockBusy(AccountError):
    """Another program held the lock all the time."""


class NotWritable(AccountError):
    """No lock can be made, so nothing can be written beside it either."""


@asynccontextmanager
async def locked(
    path: Path, *, sleep: Sleep = asyncio.sleep, clock: Clock = time.time
) -> AsyncIterator[None]:
    """Holds the lock file at `path`, and makes its folder. Never leaves it behind when cancelled.

    Raises LockBusy after about 28 s, and NotWritable where no file can be made.
    """
    owner = str(uuid.uuid4())
    try:
        await _acquired(path, owner, sleep, clock)
        yield
    finally:
        await in_thread(_release, path, owner)


async def _acquired(path: Path, owner: str, sleep: Sleep, clock: Clock) -> None:
    pause = FIRST_PAUSE
    for _ in range(ATTEMPTS):
        if await in_thread(_created, path, owner):
            return
        if await in_thread(_stale_removed, path, clock()):
            log.info("removed the stale lock %s", path)
            continue
        await sleep(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE)
    raise LockBusy(
        f"Another program is using the sign-in; try again, and if no Qwen program runs, "
        f"delete {path}."
    )


def _created(path: Path, owner: str) -> bool:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _written(path, owner)
    except OSError as error:
        # Windows says so of a file whose deletion is under way.
        if os.name == "nt" and isinstance(error, PermissionError):
            return False
        why = error.strerror or type(error).__name__
        raise NotWritable(f"The sign-in can't be kept in {path.parent} ({why}).") from error


def _written(path: Path, owner: str) -> bool:
    try:
        lock = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return False
    try:
        with os.fdopen(lock, "w", encoding="ascii") as file:
            file.write(owner)
    except OSError:
        path.unlink(missing_ok=True)
        raise
    return True


def _stale_removed(path: Path, now: float) -> bool:
    """Whether the lock was left behind by a program that died, and is out of the way now."""
    aside = path.with_name(f"{path.name}.stale.{uuid.uuid4()}")
    try:
        if now - path.lstat().st_mtime <= STALE_AFTER:
            return False
        path.rename(aside)
    except OSError:
        return False
    if now - aside.lstat().st_mtime <= STALE_AFTER:
        _put_back(aside, path)
        return False
    aside.unlink(missing_ok=True)
    return True


def _put_back(aside: Path, path: Path) -> None:
    """Another program replaced the stale lock by its own just before ours was moved aside."""
    with suppress(OSError):
        path.hardlink_to(aside)
    aside.unlink(missing_ok=True)


def _release(path: Path, owner: str) -> None:
    """Removes the lock if it is still ours: one that grew stale may be another's by now."""
    try:
        if path.read_text("ascii") == owner:
            path.unlink()
    except (OSError, UnicodeDecodeError) as error:
        if not isinstance(error, FileNotFoundError):
            log.warning("the lock %s could not be released: %s", path, error)
