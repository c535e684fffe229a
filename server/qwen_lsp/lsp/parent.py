"""Whether the editor is still there: LSP 3.17, "Initialize Request", `processId`."""

import ctypes
import os
import sys
from typing import Any

_SYNCHRONIZE = 0x00100000
_WAIT_TIMEOUT = 0x00000102
_ERROR_ACCESS_DENIED = 5


def is_running(process_id: int) -> bool:
    """Whether a process with this id can be seen from here; in a container, others can't."""
    if process_id <= 0:
        return False
    if sys.platform == "win32":
        return is_running_on_windows(process_id, ctypes.WinDLL("kernel32", use_last_error=True))
    try:
        os.kill(process_id, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True


def is_running_on_windows(process_id: int, kernel32: Any) -> bool:
    """The same with Windows' functions. os.kill would end the process there."""
    kernel32.OpenProcess.restype = ctypes.c_void_p
    handle = kernel32.OpenProcess(_SYNCHRONIZE, 0, process_id)
    if not handle:
        return _last_error() == _ERROR_ACCESS_DENIED
    try:
        waited: int = kernel32.WaitForSingleObject(ctypes.c_void_p(handle), 0)
        return waited == _WAIT_TIMEOUT
    finally:
        kernel32.CloseHandle(ctypes.c_void_p(handle))


def _last_error() -> int:
    last_error: Any = getattr(ctypes, "get_last_error", lambda: 0)
    return int(last_error())
