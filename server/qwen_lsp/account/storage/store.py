"""Keeps a token in its file, whole or not at all, and readable by its owner alone.

On Windows modes are not set: a file in the user's profile takes the access list of its folder,
which is the user's own.
"""

import asyncio
import logging
import os
import stat
import time
import uuid
from contextlib import AbstractAsyncContextManager, suppress
from pathlib import Path

from qwen_lsp.errors import AccountError

from ..token import Token, from_file, to_file
from .lock import Sleep, locked
from .permissions import Standing
from .shielded import in_thread
from .token_paths import lock_file

log = logging.getLogger(__name__)

_LARGEST = 1 << 20
_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)

_BEING_WRITTEN = 0.1
"""Seconds after which a file that LiteLLM writes in place is whole again."""
_ATTEMPTS = 5
_PAUSE = 0.05
"""Seconds between attempts at a file that Windows won't replace while another has it open."""


class Store:
    """The file at `path`."""

    def __init__(self, path: Path, *, sleep: Sleep) -> None:
        self.path = path
        self._sleep = sleep

    async def token(self) -> Token | None:
        """What the file holds now; None where there is no file or no token in it.

        Raises AccountError for a file that can't be read, is a symbolic link or another user's.
        """
        text = await in_thread(_read, self.path)
        if text is not None and from_file(text) is None:
            await asyncio.sleep(_BEING_WRITTEN)
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
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode):
                raise AccountError(f"{path} is no plain file; delete it, then sign in again.")
            _refuse_another(path, about)
            _tightened(file.fileno(), path, about)
            return file.read(_LARGEST)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AccountError(
            f"{path} can't be read ({_why(error)}); put that right, or name another place by "
            "QWEN_TOKEN_DIR."
        ) from error


def _write(path: Path, token: Token) -> None:
    beside = path.with_name(f".{path.name}.{uuid.uuid4()}.tmp")
    text = to_file(token, _read(path))
    try:
        _folder_tidied(path)
        with os.fdopen(os.open(beside, _CREATE, 0o600), "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        _replaced(beside, path)
        _sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise AccountError(f"{path} can't be written ({_why(error)}); put that right.") from error


def _delete(path: Path) -> None:
    try:
        _refuse_link(path)
        _refuse_another(path, path.lstat())
        _folder_tidied(path)
        path.unlink(missing_ok=True)
        _sync_folder(path.parent)
    except FileNotFoundError:
        return
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


def _refuse_another(path: Path, about: os.stat_result) -> None:
    if _standing(about).is_of_another:
        raise AccountError(
            f"{path} belongs to another user of this machine, so its sign-in is not used; "
            "make it yours or delete it, then sign in again."
        )


def _standing(about: os.stat_result) -> Standing:
    return Standing(about.st_mode, about.st_uid, os.geteuid() if hasattr(os, "geteuid") else None)


def _tightened(opened: int, path: Path, about: os.stat_result) -> None:
    """Leaves the file to its owner; LiteLLM makes it readable for all."""
    if (mode := _standing(about).tightened) is None:
        return
    try:
        os.fchmod(opened, mode)
        log.warning("%s could be read by others, and can't be any more", path)
    except OSError as error:
        log.warning("%s can be read by others (%s); run chmod 600 on it", path, _why(error))


def _folder_tidied(path: Path) -> None:
    """Leaves the folder to its owner, and removes what one of us left who was killed in writing."""
    if (mode := _standing(path.parent.stat()).tightened_folder) is not None:
        path.parent.chmod(mode)
        log.warning("others could change what is in %s, and can't any more", path.parent)
    for left in path.parent.iterdir():
        if left.name.startswith(f".{path.name}.") and left.suffix == ".tmp":
            left.unlink(missing_ok=True)


def _replaced(beside: Path, path: Path) -> None:
    for attempt in range(_ATTEMPTS):
        try:
            beside.replace(path)
        except PermissionError:
            if attempt + 1 == _ATTEMPTS:
                raise
            time.sleep(_PAUSE)
        else:
            return


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
