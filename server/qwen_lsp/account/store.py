"""Keeps a token in its file, whole or not at all, and readable by its owner alone.

On Windows modes are not set: a file in the user's profile takes the access list of its folder,
which is the user's own.
"""

import logging
import os
import stat
import uuid
from contextlib import AbstractAsyncContextManager, suppress
from pathlib import Path

from qwen_lsp.errors import AccountError

from .lock import Sleep, locked
from .places import lock_file
from .token import Token, from_file, to_file
from .waiting import in_thread

log = logging.getLogger(__name__)

_LARGEST = 1 << 20
_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


class Store:
    """The file at `path`."""

    def __init__(self, path: Path, *, sleep: Sleep) -> None:
        self.path = path
        self._sleep = sleep

    async def token(self) -> Token | None:
        """What the file holds now; None where there is no file or no token in it.

        Raises AccountError for a file that can't be read or is a symbolic link.
        """
        text = await in_thread(_read, self.path)
        token = None if text is None else from_file(text)
        if text is not None and token is None:
            log.warning("%s holds no token that can be read", self.path)
        return token

    def locked(self) -> AbstractAsyncContextManager[None]:
        """Keeps other programs from writing, and makes the folder. Raises LockBusy or NotWritable.

        `write` and `delete` are for its holder.
        """
        return locked(lock_file(self.path), sleep=self._sleep)

    async def exists(self) -> bool:
        """Whether there is a file, good or bad."""
        return await in_thread(os.path.lexists, self.path)

    async def write(self, token: Token) -> None:
        """Puts `token` into the file; keys unknown here are kept. Raises AccountError."""
        await in_thread(_write, self.path, token)

    async def delete(self) -> None:
        """Removes the file if there is one. Raises AccountError."""
        await in_thread(_delete, self.path)


def _read(path: Path) -> bytes | None:
    try:
        _refuse_link(path)
        with open(path, "rb", opener=_opened) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise AccountError(f"{path} is no plain file; delete it, then sign in again.")
            return file.read(_LARGEST)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AccountError(f"{path} can't be read ({_why(error)}).") from error


def _write(path: Path, token: Token) -> None:
    beside = path.with_name(f".{path.name}.{uuid.uuid4()}.tmp")
    text = to_file(token, _read(path))
    try:
        with os.fdopen(os.open(beside, _CREATE, 0o600), "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise AccountError(f"{path} can't be written ({_why(error)}).") from error


def _delete(path: Path) -> None:
    try:
        _refuse_link(path)
        path.unlink(missing_ok=True)
        _sync_folder(path.parent)
    except OSError as error:
        raise AccountError(
            f"{path} can't be deleted ({_why(error)}); delete it by hand."
        ) from error


def _opened(path: str, _flags: int) -> int:
    return os.open(path, _READ)


def _refuse_link(path: Path) -> None:
    if path.is_symlink():
        raise AccountError(
            f"{path} is a symbolic link, and a sign-in is kept only in a file itself; "
            "put a file in its place, or name the real one by QWEN_TOKEN_DIR and QWEN_AUTH_FILE."
        )


def _sync_folder(folder: Path) -> None:
    """Makes a rename last through a crash. Windows can't open a folder and needs no such thing."""
    if os.name == "nt":
        return
    with suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _why(error: OSError) -> str:
    return error.strerror or type(error).__name__
