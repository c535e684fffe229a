"""qwen.keyCommand: a program of the user's whose output is the key, kept in memory."""

import asyncio
import os
import shutil
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from pydantic import SecretStr

from qwen_lsp.errors import AccountError

from ..fields import visible
from .places import COMMAND, Key

PATIENCE = 60.0
"""Seconds that the program has: its user may have to unlock something first."""
_AT_ONCE = 2.0
"""Seconds in which a process that was killed is gone."""
_LARGEST = 1 << 16


class KeyCommand:
    """The program and its arguments. One run at a time; what comes of it lasts until refused."""

    def __init__(
        self, words: Sequence[str], environ: Mapping[str, str], *, patience: float = PATIENCE
    ) -> None:
        self._words = tuple(words)
        self._environ = environ
        self._patience = patience
        self._one_at_a_time = asyncio.Lock()
        self._key: Key | None = None

    async def key(self) -> Key:
        """The key; the program runs if it has not yet. Raises AccountError."""
        async with self._one_at_a_time:
            if self._key is None:
                self._key = await self._asked()
            return self._key

    async def instead_of(self, refused: SecretStr) -> Key | None:
        """Another key after one was refused; None where the program says the same again.

        Raises AccountError.
        """
        async with self._one_at_a_time:
            if self._key is None or self._key.value == refused:
                self._key = None
                self._key = await self._asked()
            return None if self._key.value == refused else self._key

    async def _asked(self) -> Key:
        output = await self._output()
        key = visible(output.decode("utf-8", "replace").strip())
        if key is None:
            raise AccountError(
                "The command in qwen.keyCommand printed no key, or more than one; it must print "
                "the key alone."
            )
        return Key(COMMAND, SecretStr(key))

    async def _output(self) -> bytes:
        program = _program(self._words[0], self._environ)
        try:
            # What it says on its standard error may be secret, and is nobody's here to read.
            process = await asyncio.create_subprocess_exec(
                program,
                *self._words[1:],
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                cwd=Path.home(),
                env=dict(self._environ),
                start_new_session=True,
            )
        except (OSError, ValueError, RuntimeError) as error:
            raise AccountError(
                f"The command in qwen.keyCommand can't be run ({_why(error)}); correct it."
            ) from None
        return await self._read(process)

    async def _read(self, process: asyncio.subprocess.Process) -> bytes:
        try:
            async with asyncio.timeout(self._patience):
                assert process.stdout is not None  # noqa: S101  (it was asked for)
                output = await process.stdout.read(_LARGEST)
                while more := await process.stdout.read(_LARGEST):
                    output = (output + more)[: _LARGEST + 1]
                status = await process.wait()
        except TimeoutError:
            raise AccountError(
                f"The command in qwen.keyCommand has not ended within {self._patience:g} s; run it "
                "in a terminal to see what it waits for."
            ) from None
        finally:
            await _ended(process)
        if status != 0:
            raise AccountError(
                f"The command in qwen.keyCommand failed (exit status {status}); run it in a "
                "terminal to see why."
            )
        return output


def _program(name: str, environ: Mapping[str, str]) -> str:
    """The path of the program: never one in the folder that the editor happens to be in.

    Raises AccountError.
    """
    named = Path(name).expanduser()
    if named.is_absolute():
        return str(named)
    folders = [
        each for each in environ.get("PATH", "").split(os.pathsep) if Path(each).is_absolute()
    ]
    if not name or named.name != name:
        raise AccountError(
            "The command in qwen.keyCommand is no name on PATH and no whole path; name it from / "
            "or ~ on."
        )
    found = shutil.which(name, path=os.pathsep.join(folders)) if folders else None
    # On Windows the current folder is looked in first, whatever the path says.
    if found is None or str(Path(found).parent) not in {str(Path(each)) for each in folders}:
        raise AccountError(
            f"The command {name} of qwen.keyCommand is not found; install it, or name its whole "
            "path."
        )
    return found


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Ends it, and waits until that is known."""
    _end(process)
    with suppress(TimeoutError):
        async with asyncio.timeout(_AT_ONCE):
            await process.wait()


def _end(process: asyncio.subprocess.Process) -> None:
    """Ends what still runs, and what it has started."""
    if process.returncode is not None:
        return
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__
