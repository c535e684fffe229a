"""A simulated service that serves while a command runs, and a terminal with somebody at it."""

import asyncio
import io
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qwen_lsp.simulator.knobs import Knobs
from qwen_lsp.simulator.server import running
from qwen_lsp.simulator.service import Simulator


class Serving:
    """A simulator on a thread with a loop of its own, since commands bring theirs."""

    def __init__(self, knobs: Knobs) -> None:
        self._knobs = knobs
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self.simulator: Simulator

    def __enter__(self) -> Simulator:
        self._thread.start()
        assert self._started.wait(20)
        return self.simulator

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(20)

    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        async with running(self._knobs) as self.simulator:
            self._started.set()
            await self._over.wait()


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Serving(Knobs(pace=0, first_token=0, approval="approve", interval=1)) as simulator:
        yield simulator


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Commands are about the folder that they run in; it is no repository, nor is its home."""
    folder = tmp_path.resolve() / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in ("SSH_CONNECTION", "SSH_TTY", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    return folder


Says = Callable[..., None]


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Says:
    """What the user types at the terminal, line by line."""

    def typed(*lines: str) -> None:
        terminal = io.StringIO("".join(f"{line}\n" for line in lines))
        monkeypatch.setattr(terminal, "isatty", lambda: True)
        monkeypatch.setattr(sys, "stdin", terminal)

    return typed


@pytest.fixture
def no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is there to ask."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
