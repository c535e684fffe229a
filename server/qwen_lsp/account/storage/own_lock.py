"""The lock among our own programs: the system's own, which ends with its holder."""

import errno
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from .shielded import in_thread

if TYPE_CHECKING:
    from filelock import BaseFileLock

log = logging.getLogger(__name__)

PAUSE = 0.1
"""Seconds between two attempts."""

_NO_SUCH_LOCKS = frozenset({errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL})


@asynccontextmanager
async def alone(
    path: Path, *, patience: float, sleep: Callable[[float], Awaitable[None]]
) -> AsyncIterator[bool]:
    """Keeps out our other programs; False where the file system knows no such locks.

    The file at `path` stays. Raises TimeoutError after `patience` seconds, and OSError where no
    file can be made.
    """
    from filelock import FileLock

    lock = FileLock(path, mode=0o600, thread_local=False)
    waited = 0.0
    try:
        while (is_alone := await in_thread(_taken, lock)) is None:
            if waited >= patience:
                raise TimeoutError
            await sleep(PAUSE)
            waited += PAUSE
        yield is_alone
    finally:
        await in_thread(_released, lock)


def _taken(lock: "BaseFileLock") -> bool | None:
    """Whether it is ours now; None while it is another's."""
    from filelock import Timeout

    try:
        lock.acquire(blocking=False)
    except Timeout:
        return None
    except NotImplementedError:
        return False
    except OSError as error:
        if error.errno not in _NO_SUCH_LOCKS:
            raise
        return False
    return True


def _released(lock: "BaseFileLock") -> None:
    try:
        lock.release()
    except OSError as error:
        log.warning("%s could not be released: %s", lock.lock_file, error.strerror)
