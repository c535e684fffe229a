"""A change of an editor's file: shown first, then made whole or not at all, with a backup."""

import difflib
import os
import stat
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from qwen_lsp.errors import RequestError

from .files import EditorFile

_LARGEST = 4 * 1024 * 1024


@dataclass(frozen=True)
class FileChange:
    """What a file holds (None: there is none), and what it is to hold. A link is followed."""

    path: Path
    before: bytes | None
    after: bytes

    @property
    def is_needed(self) -> bool:
        """Whether it changes anything."""
        return self.before != self.after

    def shown(self) -> str:
        """The change as a unified diff."""
        old = (self.before or b"").decode().splitlines()
        new = self.after.decode().splitlines()
        name = str(self.path)
        source = name if self.before is not None else "(no file yet)"
        return "\n".join(difflib.unified_diff(old, new, source, name, lineterm=""))

    def make(self) -> Path | None:
        """Makes it; where the backup of what was there is. Raises RequestError."""
        try:
            if _bytes_of(self.path) != self.before:
                raise RequestError(f"{self.path} was changed meanwhile; run this again.")
            self.path.parent.mkdir(parents=True, exist_ok=True)
            backup = self._backed_up() if self.before is not None else None
            self._write()
        except OSError as error:
            raise RequestError(
                f"{self.path} can't be written ({error.strerror or error}); it is as it was."
            ) from None
        return backup

    def _backed_up(self) -> Path:
        number = 1
        while True:
            suffix = "" if number == 1 else f".{number}"
            backup = self.path.with_name(f"{self.path.name}.before-qwen-lsp{suffix}")
            try:
                with backup.open("xb") as file:
                    file.write(self.before or b"")
                backup.chmod(stat.S_IMODE(self.path.stat().st_mode))
            except FileExistsError:
                number += 1
            else:
                return backup

    def _write(self) -> None:
        beside = self.path.with_name(f".{self.path.name}.{uuid.uuid4()}.tmp")
        try:
            with beside.open("xb") as file:
                file.write(self.after)
                file.flush()
                os.fsync(file.fileno())
            if self.before is not None:
                beside.chmod(stat.S_IMODE(self.path.stat().st_mode))
            beside.replace(self.path)
        except OSError:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
            raise


def planned(file: EditorFile, program: str) -> FileChange:
    """The change that adds qwen-lsp to an editor's file. Raises RequestError."""
    try:
        path = file.path.resolve()
        before = _bytes_of(path)
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise RequestError(f"{file.path} can't be read ({reason}).") from None
    try:
        text = (before or b"").decode()
    except UnicodeDecodeError:
        raise RequestError(f"{path} is not in UTF-8; add qwen-lsp to it by hand.") from None
    ends_in_crlf = "\r\n" in text and "\n" not in text.replace("\r\n", "")
    plain = text.replace("\r\n", "\n") if ends_in_crlf else text
    after = file.merged(plain, program, str(path))
    return FileChange(
        path, before, (after.replace("\n", "\r\n") if ends_in_crlf else after).encode()
    )


def _bytes_of(path: Path) -> bytes | None:
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode) or about.st_size > _LARGEST:
            raise RequestError(f"{path} is no plain file, or a huge one; add qwen-lsp by hand.")
        return path.read_bytes()
    except FileNotFoundError:
        return None
