"""What holds for every test: nobody's home is touched, and nothing leaves this machine."""

import ipaddress
import os
import socket
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# How long an example takes is the machine's business: two cores may run several things at once.
settings.register_profile("qwen-lsp", deadline=None)
settings.load_profile("qwen-lsp")

FOLDERS = (
    "APPDATA", "LOCALAPPDATA", "QWEN_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME",
    "XDG_STATE_HOME",
)  # fmt: skip
PREFIXES = ("QWEN_", "DASHSCOPE_", "OPENAI_", "WIN_PD_OVERRIDE_")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")

_numbers = count(1)
_for_all = pytest.MonkeyPatch()


def pytest_configure() -> None:
    """The home is nobody's from the first import on, and no such folder is there."""
    home = Path(tempfile.gettempdir()) / f"qwen-lsp-nobody-{os.getpid()}"
    for name in ("HOME", "USERPROFILE"):
        _for_all.setenv(name, str(home))


def pytest_unconfigure() -> None:
    """Leaves the environment as it was."""
    _for_all.undo()


@pytest.fixture(autouse=True)
def folders_of_its_own(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys, proxies and folders of whoever runs the tests are out of sight, of children too."""
    for name in (*os.environ, "XDG_RUNTIME_DIR"):
        if name.upper().startswith(PREFIXES) or name.upper() in (*PROXIES, "XDG_RUNTIME_DIR"):
            monkeypatch.delenv(name, raising=False)
    base = tmp_path_factory.getbasetemp() / "folders" / str(next(_numbers))
    for name in FOLDERS:
        monkeypatch.setenv(name, str(base / name.lower().replace("_", "-")))


@pytest.fixture(autouse=True)
def only_this_machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A test that looks for another machine fails, whatever the code makes of the refusal."""
    sought: list[Any] = []
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _check(address[0], sought)
        connect(self, address)

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        _check(host, sought)
        return look_up(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_look_up)
    yield
    assert not sought, f"looked for on the network: {sought}"


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a model is asked again is asked at once, as often as ever."""
    from qwen_lsp.model.limits import retry
    from qwen_lsp.model.stream import resume

    at_once = {meaning: (0.0,) * len(pauses) for meaning, pauses in retry.PAUSES.items()}
    monkeypatch.setattr(retry, "PAUSES", at_once)
    for meaning in resume.PAUSES:
        monkeypatch.setitem(resume.PAUSES, meaning, 0.0)


def _check(host: Any, sought: list[Any]) -> None:
    name = host.decode() if isinstance(host, bytes) else host or "localhost"
    try:
        here = ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        here = name == "localhost"
    if not here:
        sought.append(name)
        raise PermissionError(f"Tests don't leave this machine: {name}")
