"""Whether a process runs, on every system."""

import ctypes
import os
import subprocess
import sys

import pytest

from qwen_lsp.lsp.rpc import stdio
from qwen_lsp.lsp.rpc.stdio import is_running, is_running_on_windows


def test_processes_that_can_be_seen() -> None:
    assert is_running(os.getpid())
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert not is_running(child.pid)
    for nonsense in (0, -1, 2**40):
        assert not is_running(nonsense)


class Kernel32:
    """Windows' functions for processes, of which there is one."""

    def __init__(self, *, ended: bool) -> None:
        self.ended = ended
        self.closed = 0

        def open_process(_access: int, _inherit: int, process_id: int) -> int | None:
            return 2**33 if process_id == 42 else None

        self.OpenProcess = open_process

    def WaitForSingleObject(self, _handle: ctypes.c_void_p, _milliseconds: int) -> int:  # noqa: N802
        return 0 if self.ended else 0x102

    def CloseHandle(self, _handle: ctypes.c_void_p) -> int:  # noqa: N802
        self.closed += 1
        return 1


def test_processes_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel32 = Kernel32(ended=False)
    assert is_running_on_windows(42, kernel32)
    assert not is_running_on_windows(43, kernel32)
    monkeypatch.setattr(stdio, "_last_error", lambda: 5)
    assert is_running_on_windows(43, kernel32)
    assert not is_running_on_windows(42, Kernel32(ended=True))
    assert kernel32.closed == 1
