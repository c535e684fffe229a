"""The log: stderr and one file per process, both without anything that looks like a secret.

Secrets never get near a log by themselves (they are `SecretStr`); the redaction here is for what
comes from elsewhere, an exception of a library for example.
"""

import logging
import os
import re
import select
import sys
import threading
import time
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any

import platformdirs

FILES_KEPT = 10
DAYS_KEPT = 14
LARGEST_FILE = 8 * 1024**2
REDACTED = "[redacted]"

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_NAMES = (
    r"(?:(?:access|refresh|id|auth|session)[_-]?token|device[_-]?code|user[_-]?code"
    r"|code[_-]?verifier|client[_-]?secret|(?:x-)?api[_-]?key|password)"
)
_SECRETS = (
    re.compile(r"(?i)(\b(?:bearer|basic)\s+)[\w.~+/=-]{6,}"),
    re.compile(r"(\bsk-)[\w-]{8,}"),
    re.compile(r"()\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?"),
    # "name": "value" as JSON, also within a string, as a dict or a pair, and name=value as a form.
    re.compile(rf"""(?i)({_NAMES}\\*["']\s*[:=,]\s*b?\\*["'])(?:[^"'\\]|\\+[^"'\\])+"""),
    re.compile(rf"""(?i)({_NAMES}(?:\s*[:=]|%3D)\s*b?\\*["']?)[^\s"'\\&,;{{}}()\[\]]+"""),
)

# Long words of letters and digits: no prose and no name of a program's, but tokens and keys.
_OPAQUE = re.compile(r"(?<![\w/.~+=-])(?=[\w~+=-]*\d)(?=[\w~+=-]*[A-Za-z])[\w~+=-]{20,}")


def redact(text: str) -> str:
    """`text` without what looks like a secret."""
    for secret in _SECRETS:
        text = secret.sub(rf"\1{REDACTED}", text)
    return text


class Redacting(logging.Formatter):
    """Redacts the whole entry, its traceback too. No traceback tells the values of variables."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - The name is that of logging.
        """What a library puts into its exceptions may be a secret with nothing around it."""
        return _OPAQUE.sub(REDACTED, super().formatException(ei))


class Stderr(logging.StreamHandler):  # type: ignore[type-arg]
    """Leaves out what does not fit into a pipe that nobody reads, where others would wait."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            entry = self.format(record) + "\n"
            for start in range(0, len(entry), _FITS):
                if not _takes_more(self.stream):
                    return
                self.stream.write(entry[start : start + _FITS])
                self.stream.flush()
        except Exception:  # noqa: BLE001 What goes wrong in a log can't be logged.
            self.handleError(record)


_FITS = select.PIPE_BUF // 4 if hasattr(select, "PIPE_BUF") else 1024


def start_logging(level: int) -> Path | None:
    """Logs to stderr and to a file, whose path it gives; None where none can be written."""
    logging.raiseExceptions = False  # What logging says of its own errors is not redacted.
    formatter = Redacting(_FORMAT)
    stderr = Stderr(sys.stderr)
    stderr.setFormatter(formatter)
    root = logging.getLogger()
    root.addHandler(stderr)
    # Libraries are heard from WARNING on: below that they tell what they send.
    root.setLevel(max(level, logging.WARNING))
    own = logging.getLogger(__package__)
    own.setLevel(level)
    logging.captureWarnings(capture=True)
    _log_crashes()
    try:
        file = open_file(log_folder())
    except OSError as error:
        own.warning("There is no log file, only this: %s", error.strerror)
        return None
    file.setFormatter(formatter)
    root.addHandler(file)
    return Path(file.baseFilename)


def log_file() -> Path | None:
    """The file that this process logs to; None where there is none."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, RotatingFileHandler):
            return Path(handler.baseFilename)
    return None


def log_folder() -> Path:
    """Where the files are."""
    return Path(platformdirs.user_log_dir("qwen-lsp", appauthor=False))


def open_file(folder: Path) -> RotatingFileHandler:
    """A new log file in `folder`, where old ones are deleted. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    prune(folder, now=time.time())
    path = folder / f"{time.strftime('%Y%m%dT%H%M%S')}-{os.getpid()}.log"
    path.touch(mode=0o600)
    return RotatingFileHandler(path, maxBytes=LARGEST_FILE, backupCount=1, encoding="utf-8")


def prune(folder: Path, *, now: float) -> None:
    """Deletes all but the newest files, and what is older than `DAYS_KEPT` days."""
    ages = []
    for path in folder.glob("*.log*"):
        try:
            ages.append((now - path.stat().st_mtime, path))
        except OSError:  # Another process has deleted it just now.
            continue
    for rank, (age, path) in enumerate(sorted(ages)):
        if rank >= FILES_KEPT - 1 or age > DAYS_KEPT * 24 * 3600:
            _delete(path)


def _delete(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:  # On Windows, another process still writes it.
        return


def _takes_more(stream: Any) -> bool:
    if sys.platform == "win32":
        return True
    try:
        return bool(select.select([], [stream], [], 0)[1])
    except (OSError, ValueError):  # It is no file: a buffer in memory never fills.
        return True


def _log_crashes() -> None:
    """What ends a process or a thread goes to the log, where it is redacted."""
    log = logging.getLogger(__name__)

    def crashed(
        kind: type[BaseException], error: BaseException, traceback: TracebackType | None
    ) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            log.critical("qwen-lsp has ended", exc_info=(kind, error, traceback))

    sys.excepthook = crashed
    threading.excepthook = lambda args: log.error("A thread has ended", exc_info=args.exc_value)
    sys.unraisablehook = lambda args: log.error("Not raised", exc_info=args.exc_value)
