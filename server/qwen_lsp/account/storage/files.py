"""A small file: read if it is a plain one, and written whole or not at all for its owner alone."""

import os
import stat
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from qwen_lsp.errors import AccountError

LARGEST = 1 << 20
"""Bytes; what is larger is none of the files that are meant."""
LOCKED_WITHIN = 5.0
"""Seconds that a program waits for another one to have written."""

_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


def data_folder() -> Path:
    """Where this user's programs keep what is theirs. Raises AccountError without a home."""
    import platformdirs

    try:
        return platformdirs.user_data_path("qwen-lsp", appauthor=False)
    except RuntimeError as error:
        raise AccountError("There is no home directory to keep anything in; set HOME.") from error


def content(path: Path, *, follows_links: bool = True) -> bytes | None:
    """What a file holds; None where there is no plain file that can be read, or a huge one.

    Where links are not followed, neither the file nor its folder may be one.
    """
    if not follows_links and (is_link(path) or is_link(path.parent)):
        return None
    try:
        opened = os.open(path, _READ if follows_links else _READ | _NO_LINK)
    except OSError:
        return None
    try:
        about = os.fstat(opened)
        if not stat.S_ISREG(about.st_mode) or about.st_size > LARGEST:
            return None
        with os.fdopen(opened, "rb", closefd=False) as file:
            return file.read(LARGEST)
    except OSError:
        return None
    finally:
        os.close(opened)


def is_link(path: Path) -> bool:
    """Whether the last part of a path is a symbolic link, or can't be looked at."""
    try:
        return path.is_symlink()
    except OSError:
        return True


def write(path: Path, text: bytes) -> None:
    """Puts `text` into the file (0600, in a folder that is made 0700). Raises AccountError."""
    beside = path.with_name(f".{path.name}.{uuid.uuid4()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(beside, _CREATE, 0o600), "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise AccountError(
            f"{path} can't be written ({error.strerror or error}); put that right."
        ) from error


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keeps our other programs from changing the file meanwhile. Raises AccountError."""
    from filelock import FileLock, Timeout

    lock = path.with_name(f"{path.name}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(lock, timeout=LOCKED_WITHIN, mode=0o600):
            yield
    except Timeout:
        raise AccountError(f"Another program is changing {path}; try again.") from None
    except OSError as error:
        raise AccountError(
            f"{path} can't be written ({error.strerror or error}); put that right."
        ) from error
