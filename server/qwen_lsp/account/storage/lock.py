"""The lock of a token's file: taken among our own programs first, then as Qwen Code takes it.

Qwen Code's is a file with a UUID in it, which outlives a program that dies. Whoever holds the lock
among ours knows that the UUID recorded by the one before is nobody's any more.
"""

import asyncio
import logging
import os
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from qwen_lsp.errors import AccountError

from .own_lock import alone
from .shielded import in_thread

log = logging.getLogger(__name__)

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 2.0
STALE_AFTER = 35.0
"""Seconds after which Qwen Code takes a lock for one that a dead program left behind."""
PATIENCE = 40.0
"""Seconds, so that a lock that was left behind only just now is waited out."""

_LARGEST = 64
_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)

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

    Raises LockBusy after about 40 s for each of the two locks, and NotWritable where no file can
    be made.
    """
    await in_thread(_folder_made, path)
    async with AsyncExitStack() as stack:
        claim = _Claim(path, is_alone=await _entered(stack, path, sleep))
        try:
            await in_thread(claim.recorded)
            await _acquired(claim, sleep, clock)
            yield
        finally:
            await in_thread(claim.released)


async def _entered(stack: AsyncExitStack, path: Path, sleep: Sleep) -> bool:
    """Keeps out our other programs until `stack` ends; False where there are no such locks."""
    ours = path.with_name(f"{path.stem}.qwen-lsp.lock")
    try:
        with _writable(path):
            return await stack.enter_async_context(alone(ours, patience=PATIENCE, sleep=sleep))
    except TimeoutError:
        raise LockBusy("Another qwen-lsp is busy with the sign-in; try again.") from None


async def _acquired(claim: "_Claim", sleep: Sleep, clock: Clock) -> None:
    pause, waited, watched = FIRST_PAUSE, 0.0, 0.0
    before: _Seen | None = None
    while not await in_thread(claim.made):
        seen = await in_thread(_seen, claim.path)
        watched = watched if seen == before else 0.0
        before = seen
        is_dead = seen and is_stale(seen.modified, now=clock(), watched=watched)
        if seen and is_dead and await in_thread(_removed, claim.path, seen):
            log.info("removed the stale lock %s", claim.path)
            continue
        if waited >= PATIENCE:
            raise LockBusy(
                "Another program is using the sign-in; try again, and if no Qwen program runs, "
                f"delete {claim.path}."
            )
        await sleep(pause)
        waited, watched = waited + pause, watched + pause
        pause = min(pause * 1.5, LONGEST_PAUSE)


def is_stale(modified: float, *, now: float, watched: float) -> bool:
    """Whether a lock is a dead program's: by the clock, or, as that may have been set back, by how
    long it has been `watched`; all in seconds.
    """
    return now - modified > STALE_AFTER or watched > STALE_AFTER


class _Seen(NamedTuple):
    """A lock file: its time in seconds since the epoch, which file it is, and whose."""

    modified: float
    inode: int
    owner: str


class _Claim:
    """A UUID that is to be in the lock file at `path`; recorded beside it while we are alone."""

    def __init__(self, path: Path, *, is_alone: bool) -> None:
        self.path = path
        self._owner = str(uuid.uuid4())
        self._record = path.with_name(f"{path.stem}.qwen-lsp.uuid") if is_alone else None

    def recorded(self) -> None:
        """Breaks the lock of the one before us, then records ours: in this order, so that one who
        dies in between leaves a record of what is still to be broken. Raises NotWritable.
        """
        if self._record is None:
            return
        last, seen = _text(self._record), _seen(self.path)
        if seen and seen.owner and seen.owner == last and _removed(self.path, seen):
            log.info("removed the lock %s of a qwen-lsp that was killed", self.path)
        beside = self._record.with_suffix(".tmp")
        with _writable(self.path):
            beside.unlink(missing_ok=True)
            _written(beside, self._owner)
            beside.replace(self._record)

    def made(self) -> bool:
        """Whether the lock file is there and ours now, where there was none. Raises NotWritable."""
        with _writable(self.path):
            try:
                return self._linked() or _written(self.path, self._owner)
            except FileExistsError:
                return False
            except PermissionError:
                # Windows says so of a file whose deletion is under way.
                if os.name != "nt":
                    raise
                return False

    def released(self) -> None:
        """Removes the lock if it is still ours: one that grew stale may be another's by now."""
        try:
            if _text(self.path) == self._owner:
                self.path.unlink()
            if self._record and _text(self._record) == self._owner:
                self._record.unlink()
        except OSError as error:
            if not isinstance(error, FileNotFoundError):
                log.warning("the lock %s could not be released: %s", self.path, error.strerror)

    def _linked(self) -> bool:
        """Makes the record the lock: so it is never without its UUID, wherever one may die."""
        if self._record is None:
            return False
        try:
            os.utime(self._record)
            self.path.hardlink_to(self._record)
        except FileExistsError:
            raise
        except OSError:
            return False
        return True


def _written(path: Path, owner: str) -> bool:
    """Makes the file. Raises FileExistsError where there is one, and OSError."""
    lock = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(lock, "w", encoding="ascii") as file:
            file.write(owner)
    except OSError:
        path.unlink(missing_ok=True)
        raise
    return True


def _seen(path: Path) -> _Seen | None:
    try:
        about = path.lstat()
    except OSError:
        return None
    return _Seen(about.st_mtime, about.st_ino, _text(path))


def _text(path: Path) -> str:
    """What a small file holds; nothing where it can't be read."""
    with suppress(OSError), open(path, "rb", opener=_opened) as file:
        return file.read(_LARGEST).decode("ascii", "replace")
    return ""


def _opened(path: str, _flags: int) -> int:
    return os.open(path, _READ)


def _removed(path: Path, seen: _Seen) -> bool:
    """Whether the lock is out of the way now; another one that took its place is put back."""
    aside = path.with_name(f"{path.name}.stale.{uuid.uuid4()}")
    try:
        path.rename(aside)
    except OSError:
        return False
    is_it = _seen(aside) == seen
    if not is_it:
        with suppress(OSError):
            path.hardlink_to(aside)
    with suppress(OSError):
        aside.unlink(missing_ok=True)
    return is_it


def _folder_made(path: Path) -> None:
    with _writable(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)


@contextmanager
def _writable(path: Path) -> Iterator[None]:
    try:
        yield
    except TimeoutError:
        raise
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise NotWritable(
            f"The sign-in can't be kept in {path.parent} ({why}); put that right and try again."
        ) from error
