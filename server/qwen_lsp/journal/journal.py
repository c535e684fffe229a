"""The folder of originals, which servers share: files for their owner alone, each with one entry.

All of it blocks for as long as the disk takes. A server holds a lock while it lives; what one has
left behind whose lock can be taken is nobody's any more.
"""

import hashlib
import logging
import os
import re
import stat
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from .entry import Entry, from_json

if TYPE_CHECKING:
    from filelock import FileLock

log = logging.getLogger(__name__)

DAYS_KEPT = 14
MOST_KEPT = 200
LARGEST = 16 * 1024**2
"""Bytes of an entry that are read."""

_DAY = 24 * 3600.0
_SETTLED = 60.0
"""Seconds after which a lock that nobody holds is not one that is just being made."""
_SERVER = r"(?P<server>\d+-[0-9a-f]{32})"
_NAME = re.compile(rf"{_SERVER}\.(?P<document>[0-9a-f]{{16}})\.[0-9a-f]{{32}}")
_OURS = re.compile(rf"{_NAME.pattern}\.(?:json|tmp)|original-[0-9a-f]{{8}}\.\w+|\d+-\w+\.lock")
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,12}\Z")
_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


def journal_folder(environ: Mapping[str, str]) -> Path:
    """Where the entries are: by XDG_STATE_HOME on every platform, else in its state folder."""
    import platformdirs

    home = Path(environ.get("XDG_STATE_HOME", ""))
    if home.is_absolute():
        return home / "qwen-lsp" / "originals"
    return platformdirs.user_state_path("qwen-lsp", appauthor=False) / "originals"


class Journal:
    """The entries in `folder`, of which this server writes its own."""

    def __init__(self, folder: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._folder, self._clock = folder, clock
        self._server = f"{os.getpid()}-{uuid.uuid4().hex}"
        self._lock: FileLock | None = None

    def new_id(self, uri: str) -> str:
        """An id that no other entry has, for one of a document."""
        return f"{self._server}.{_digest(uri)}.{uuid.uuid4().hex}"

    def write(self, entry: Entry) -> None:
        """Keeps `entry`, whole or not at all. Raises OSError."""
        self._open()
        path = self._path(entry.id)
        beside = path.with_suffix(".tmp")
        try:
            _write(beside, entry.to_json())
            beside.replace(path)
        except OSError:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
            raise

    def erase(self, entry_id: str) -> None:
        """Removes an entry if it is there. One that can't be removed grows old."""
        try:
            self._path(entry_id).unlink(missing_ok=True)
        except OSError as error:
            log.warning("An original can't be removed: %s", error.strerror)

    def is_own(self, entry_id: str) -> bool:
        """Whether this server has written it."""
        return entry_id.startswith(f"{self._server}.")

    def left(self, uri: str) -> list[Entry]:
        """The entries of a document that are no other living server's, the newest last.

        What is no whole entry is passed over.
        """
        found = []
        for name, server in self._entries(document=_digest(uri)):
            if server == self._server or self._is_over(server):
                entry = self._read(name)
                if entry and unquote(entry.uri) == unquote(uri):
                    found.append(entry)
        return sorted(found, key=lambda entry: entry.when)

    def shown(self, entry: Entry) -> Path:
        """A file with the original, for its owner to read; it grows old. Raises OSError."""
        self._open()
        suffix = _SUFFIX.search(unquote(entry.uri))
        name = f"original-{uuid.uuid4().hex[:8]}{suffix[0] if suffix else '.txt'}"
        text = "".join(line + entry.line_end for line in entry.original)
        _write(self._folder / name, text.encode("utf-8", "replace"))
        return self._folder / name

    def prune(self) -> None:
        """Removes what is too old or too much, and what is of no use without its server."""
        now = self._clock()
        ages = sorted((now - modified, path) for path, modified in self._files())
        kept = [path for age, path in ages[:MOST_KEPT] if age <= DAYS_KEPT * _DAY]
        for _, path in ages[len(kept) :]:
            _remove(path)
        in_use = {path.name.partition(".")[0] for path in kept} | {self._server}
        for path, _ in self._files(".tmp"):
            if self._is_over(path.name.partition(".")[0]):
                _remove(path)
        for path, modified in self._files(".lock"):
            is_unused = path.stem not in in_use and now - modified > _SETTLED
            if is_unused and self._is_over(path.stem):
                _remove(path)

    def close(self) -> None:
        """Lets others have what is left behind."""
        if self._lock:
            self._lock.release()
            self._lock = None
            if next(self._entries(server=self._server), None) is None:
                _remove(self._lock_path(self._server))

    def _open(self) -> None:
        """Makes the folder, and is seen to live. Raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.name != "nt" and stat.S_IMODE(self._folder.stat().st_mode) != 0o700:
            self._folder.chmod(0o700)
        if self._lock is None or not self._lock_path(self._server).exists():
            self._lock = self._locked(self._server)
            self.prune()

    def _locked(self, server: str) -> "FileLock":
        """The lock of a server, taken. Raises OSError: TimeoutError where another holds it."""
        from filelock import FileLock

        lock = FileLock(self._lock_path(server), mode=0o600, thread_local=False, blocking=False)
        try:
            lock.acquire()
        except NotImplementedError as error:
            raise OSError(0, "its folder knows no locks") from error
        return lock

    def _is_over(self, server: str) -> bool:
        if server == self._server:
            return False
        path = self._lock_path(server)
        if not os.path.lexists(path):
            return True
        try:
            self._locked(server).release()
        except OSError:
            return False
        return True

    def _entries(self, *, document: str = "", server: str = "") -> Iterator[tuple[str, str]]:
        """The ids of entries, of one document or one server, and the servers they are of."""
        for path, _ in self._files(".json"):
            name = _NAME.fullmatch(path.stem)
            if name and document in ("", name["document"]) and server in ("", name["server"]):
                yield path.stem, name["server"]

    def _files(self, suffix: str = "") -> Iterator[tuple[Path, float]]:
        """Plain files of ours with `suffix`, or all but locks, and when they were written."""
        try:
            names = os.listdir(self._folder)  # noqa: PTH208 Names are all that is asked for.
        except OSError:
            return
        for path in map(self._folder.joinpath, names):
            is_wanted = path.suffix == suffix if suffix else path.suffix != ".lock"
            if is_wanted and _OURS.fullmatch(path.name):
                with suppress(OSError):  # Another server has removed it just now.
                    found = path.lstat()
                    if stat.S_ISREG(found.st_mode):
                        yield path, found.st_mtime

    def _read(self, entry_id: str) -> Entry | None:
        try:
            with open(self._path(entry_id), "rb", opener=_opened) as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    return None
                return from_json(file.read(LARGEST), entry_id)
        except OSError:
            return None

    def _path(self, entry_id: str) -> Path:
        return self._folder / f"{entry_id}.json"

    def _lock_path(self, server: str) -> Path:
        return self._folder / f"{server}.lock"


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, _CREATE, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _opened(path: str, _flags: int) -> int:
    return os.open(path, _READ)


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink(missing_ok=True)


def _digest(uri: str) -> str:
    return hashlib.sha256(unquote(uri).encode("utf-8", "surrogatepass")).hexdigest()[:16]
