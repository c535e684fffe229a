"""What holds for every test: nobody's home is touched, and nothing leaves this machine.

`make test` runs the tests in several processes, each of which takes one group of tests after the
other.
"""

import ipaddress
import os
import random
import socket
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from .support.scenario import Scenario

# How long an example takes is the machine's business: two cores may run several things at once.
settings.register_profile("qwen-lsp", deadline=None)
settings.load_profile("qwen-lsp")

FOLDERS = (
    "APPDATA", "LOCALAPPDATA", "QWEN_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME",
    "XDG_STATE_HOME",
)  # fmt: skip
PREFIXES = ("QWEN_", "DASHSCOPE_", "OPENAI_", "WIN_PD_OVERRIDE_")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")

TESTS = Path(__file__).parent
FIRST = ("tidy", "timed", "engine", "proxy", "e2e")
"""The groups that take longest. They begin first, so that no process waits for one at the end."""
TIMED = {
    "account/keys/test_command.py", "account/keys/test_menu_time.py",
    "account/storage/test_many_processes.py", "account/storage/test_watch.py",
    "documents/test_documents.py", "e2e/test_noticing.py", "model/catalog/test_models.py",
    "simulator/service/test_replies.py", "syntax/test_check.py", "weather/test_jobs.py",
}  # fmt: skip
"""What compares times on a real clock: at most one of these is at work at a time."""

_numbers = count(1)
_for_all = pytest.MonkeyPatch()


def pytest_configure() -> None:
    """The home is nobody's from the first import on, and no such folder is there.

    All processes that run tests have one seed, for it is part of the names of tests.
    """
    if not os.environ.get("QWEN_SOAK_SEED"):
        _for_all.setenv("QWEN_SOAK_SEED", str(random.SystemRandom().randrange(10**6)))
    home = Path(tempfile.gettempdir()) / f"qwen-lsp-nobody-{os.getpid()}"
    for name in ("HOME", "USERPROFILE"):
        _for_all.setenv(name, str(home))


def pytest_unconfigure() -> None:
    """Leaves the environment as it was."""
    _for_all.undo()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Says which tests belong into one process, where there are several."""
    if not hasattr(config, "workerinput"):
        return
    groups = {item: _group(item) for item in items}
    for item, group in groups.items():
        item.add_marker(pytest.mark.xdist_group(group))
    ranks = {group: rank for rank, group in enumerate(FIRST)}
    items.sort(key=lambda item: ranks.get(groups[item], len(FIRST)))


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


def _group(item: pytest.Item) -> str:
    """The tests of a file share its fixtures; those of some folders share what a folder starts."""
    path = item.path.relative_to(TESTS)
    if path.as_posix() in TIMED:
        return "timed"
    if path.parts[0] in FIRST:
        return path.parts[0]
    if isinstance(item, pytest.Function) and hasattr(item, "callspec"):
        scenario = item.callspec.params.get("scenario")
        if isinstance(scenario, Scenario):
            return scenario.path.stem
    return path.stem.removeprefix("test_") if len(path.parts) == 1 else path.as_posix()


def _check(host: Any, sought: list[Any]) -> None:
    name = host.decode() if isinstance(host, bytes) else host or "localhost"
    try:
        here = ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        here = name == "localhost"
    if not here:
        sought.append(name)
        raise PermissionError(f"Tests don't leave this machine: {name}")
