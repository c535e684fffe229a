"""A folder of Qwen Code's, a clock, and accounts that live by them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qwen_lsp.account.keyed import Keyed
from qwen_lsp.account.keys.sources import KeySources
from qwen_lsp.account.signed_in import SignedIn
from qwen_lsp.model.catalog.providers import providers

from .authorization import AuthorizationServer, Clock


class Home:
    """A folder of Qwen Code's and what stands in it."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.file = folder / "oauth_creds.json"
        self.environ = {"QWEN_HOME": str(folder)}
        self._clock = clock

    def holds(self, access: str, refresh: str, *, lifetime: float = 21600, **more: object) -> None:
        fields = {
            "access_token": access,
            "refresh_token": refresh,
            "token_type": "Bearer",
            "resource_url": "portal.qwen.ai",
            "expiry_date": round((self._clock() + lifetime) * 1000),
        }
        self.file.parent.mkdir(exist_ok=True)
        self.file.write_text(json.dumps(fields | more))

    def held(self) -> dict[str, Any]:
        fields: dict[str, Any] = json.loads(self.file.read_text())
        return fields

    def names(self) -> list[str]:
        """What is in the folder, but for the lock among our own programs, which stays."""
        names = [file.name for file in self.file.parent.iterdir()]
        return [name for name in names if name != "oauth_creds.qwen-lsp.lock"]


Made = Callable[..., SignedIn]
MadeKeyed = Callable[..., Keyed]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def home(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Home:
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA", "WIN_PD_OVERRIDE_LOCAL_APPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "share"))
    return Home(tmp_path / ".qwen", clock)


@pytest.fixture
def account(home: Home, clock: Clock) -> Made:
    def made(server: AuthorizationServer, provider: str = "qwen-oauth", **more: Any) -> SignedIn:
        environ = home.environ | more.pop("environ", {})
        options: dict[str, Any] = {"clock": clock, "ticks": clock, "sleep": clock.sleep} | more
        return SignedIn(providers()[provider], http=server.client, environ=environ, **options)

    return made


@pytest.fixture
def keyed(home: Home) -> MadeKeyed:
    def made(provider: str, *, base_url: str | None = None, **environ: str) -> Keyed:
        return Keyed(providers()[provider], base_url, KeySources(home.environ | environ))

    return made
