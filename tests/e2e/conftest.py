"""A home in a folder of the test, a simulated service, and editors that start the real server."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pytest_lsp import ClientServerConfig

from qwen_lsp.simulator.knobs import Knobs
from qwen_lsp.simulator.server import running
from qwen_lsp.simulator.service import Simulator

from .editor import SECONDS, VSCODE, Editor, Json, Kind

SERVER = shutil.which("qwen-lsp", path=str(Path(sys.executable).parent)) or "qwen-lsp"
NOWHERE = "http://127.0.0.1:9"


class Home:
    """A user's home, and the environment of a server that lives in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ = os.environ | {
            # The server looks past this for loopback; for anything else it is the end of the way.
            "HTTPS_PROXY": NOWHERE,
            "HTTP_PROXY": NOWHERE,
            "HOME": str(folder),
            "USERPROFILE": str(folder),
            "LOCALAPPDATA": str(folder / "local"),
            "QWEN_HOME": str(folder / "qwen"),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_DATA_HOME": str(folder / "data"),
            "XDG_STATE_HOME": str(folder / "state"),
        }

    def files(self) -> list[Path]:
        """All that was written in it."""
        return [path for path in self.folder.rglob("*") if path.is_file()]

    def pays(self, simulator: Simulator, key: str) -> Json:
        """Puts a key into the environment; gives the settings of who uses it."""
        self.environ |= {"OPENAI_API_KEY": key, "OPENAI_BASE_URL": simulator.base_url}
        return {"provider": "custom", "baseUrl": simulator.base_url, "model": "simulator"}

    @asynccontextmanager
    async def editor(
        self,
        settings: Json,
        *,
        kind: Kind = VSCODE,
        command: Sequence[str] = (SERVER, "--log-level", "debug"),
        **params: Any,
    ) -> AsyncIterator[Editor]:
        """An editor whose server is greeted here and leaves in good order at the end."""
        started = ClientServerConfig(
            server_command=[*command],
            server_env=self.environ,
            client_factory=lambda: Editor(kind, settings),
        )
        editor = await started.start()
        assert isinstance(editor, Editor)
        assert editor._server
        try:
            await editor.greet(**params)
            yield editor
            async with asyncio.timeout(SECONDS):
                await editor.shutdown_session()
            assert editor._server.returncode == 0
        finally:
            if editor._server.returncode is None:
                editor._server.kill()
            await editor.stop()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with nothing in it yet."""
    return Home(tmp_path / "home")


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    """A service in this process, which answers fast."""
    async with running(Knobs(pace=2, first_token=10)) as found:
        yield found
