"""Notices what other programs have done to files, by a look at them twice a second."""

import asyncio
import logging
import os
import stat
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

log = logging.getLogger(__name__)

EVERY = 0.5
"""Seconds between two looks."""


class Look(NamedTuple):
    """What is different after a file was replaced or written over; times in nanoseconds.

    `target` is the same of what a symbolic link leads to, if it leads anywhere.
    """

    inode: int
    size: int
    modified: int
    target: tuple[int, int, int] | None = None


def looks_at(paths: Iterable[Path]) -> dict[Path, Look | None]:
    """How each of the files looks now; None where there is none that can be looked at. Blocks."""
    return {path: _look_at(path) for path in paths}


def changed(before: Mapping[Path, Look | None], now: Mapping[Path, Look | None]) -> frozenset[Path]:
    """Those that look different; what was not looked at before has not changed."""
    return frozenset(path for path in now if path in before and before[path] != now[path])


class Watch:
    """Calls `told` with the files that have changed, never twice at once.

    It looks from a thread, so that a disk that hangs holds up nobody.
    """

    def __init__(
        self, told: Callable[[frozenset[Path]], Awaitable[None]], *, every: float = EVERY
    ) -> None:
        self._told = told
        self._every = every
        self._known: dict[Path, Look | None] = {}
        self._watching: asyncio.Task[None] | None = None

    async def watch(self, paths: Iterable[Path]) -> None:
        """Watches these files, and no others, from now on.

        Whoever reads what is in them once this has returned misses nothing.
        """
        wanted = frozenset(paths)
        new = await asyncio.to_thread(looks_at, wanted - self._known.keys())
        self._known = {path: look for path, look in (new | self._known).items() if path in wanted}
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch())

    async def aclose(self) -> None:
        """Watches no more. Does not wait for a disk that hangs."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait({self._watching})

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._every)
            looks = await asyncio.to_thread(looks_at, tuple(self._known))
            different = changed(self._known, looks)
            self._known |= {path: looks[path] for path in different}
            if different:
                await self._tell(different)

    async def _tell(self, different: frozenset[Path]) -> None:
        try:
            await self._told(different)
        except Exception:
            log.exception("what has changed on disk could not be taken in")


def _look_at(path: Path) -> Look | None:
    try:
        about = path.lstat()
    except OSError:
        return None
    return Look(*_marks(about), _target(path) if stat.S_ISLNK(about.st_mode) else None)


def _target(link: Path) -> tuple[int, int, int] | None:
    try:
        return _marks(link.stat())
    except OSError:
        return None


def _marks(about: os.stat_result) -> tuple[int, int, int]:
    return about.st_ino, about.st_size, about.st_mtime_ns
