"""A secret in every place that has one, and then everything that qwen-lsp says is searched."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.model.wire import Call, Wire, wire

from .conftest import SERVER, Home
from .editor import Json
from .sample import ABOVE, BELOW, CODE

NAMES = (
    *("stored", "environment", "users-env", "settings-env", "old-key", "command", "header"),
    *("access", "refresh", "id-token", "commands-stderr"),
    *("proxy", "environments-proxy", "qwen-codes-proxy"),
)
SECRETS = {name: f"zq8{n:02}-own-{n:02}7lk" for n, name in enumerate(NAMES)}
"""They look like nothing that a redaction could know."""
NOWHERE = "http://me:{}@127.0.0.1:9"
PROVIDERS = {
    "dashscope-intl": "The proxy 127.0.0.1:9",
    "modelscope": "The proxy 127.0.0.1:9",
    "openrouter": "The proxy 127.0.0.1:9",
    "fireworks": "The proxy 127.0.0.1:9",
    "qwen-oauth": "could not be renewed",
}


class Echo:
    """A service that repeats the key and the header of each request in what it complains of."""

    def __init__(self) -> None:
        self.status = 200

    async def __call__(self, call: Call) -> None:
        if self.status == 200:
            await call.begin()
            await call.say("```python\npass\n```\n", finish="stop")
            await call.end()
            return
        await call.begin(self.status, "application/json")
        lines = call.head.split("\r\n")
        told = [line for line in lines if line.lower().startswith(("x-team", "authorization"))]
        said = {"error": {"message": f"no: {told}", "code": "no"}}
        await call.send(json.dumps(said))
        await call.send_raw(b"0\r\n\r\n")


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
async def service(echo: Echo) -> AsyncIterator[Wire]:
    async with wire(echo) as found:
        yield found


@pytest.fixture
def planted(home: Home) -> dict[Path, str]:
    """The files with secrets."""
    token = {"access_token": SECRETS["access"], "refresh_token": SECRETS["refresh"]}
    token |= {"id_token": SECRETS["id-token"], "token_type": "Bearer"}
    settings = {
        "env": {"FIREWORKS_API_KEY": SECRETS["settings-env"]},
        "security": {"auth": {"apiKey": SECRETS["old-key"]}},
        "proxy": NOWHERE.format(SECRETS["qwen-codes-proxy"]),
    }
    files = {
        home.folder / ".env": f"MODELSCOPE_API_KEY={SECRETS['users-env']}\n",
        home.folder / "qwen" / "settings.json": json.dumps(settings),
        home.folder / "qwen" / "oauth_creds.json": json.dumps({**token, "expiry_date": 1}),
    }
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
    proxy = NOWHERE.format(SECRETS["environments-proxy"])
    home.environ |= {"HTTPS_PROXY": proxy, "HTTP_PROXY": proxy, "ALL_PROXY": proxy}
    home.environ["DASHSCOPE_API_KEY"] = SECRETS["environment"]
    return files


class Heard:
    """All that qwen-lsp has said, in any way."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.texts: dict[str, bytes] = {}

    async def command(self, *words: str, typed: str = "") -> bytes:
        """What a command says."""
        process = await asyncio.create_subprocess_exec(
            SERVER, *words, cwd=self.home.folder, env=self.home.environ,
            stdin=PIPE, stdout=PIPE, stderr=PIPE,
        )  # fmt: skip
        out, err = await process.communicate(typed.encode())
        self.texts[" ".join(words)] = out + err
        return out + err

    async def session(self, name: str, options: Json, *looks: str) -> str:
        """What a job ends with in an editor that is greeted with `options`, and asks more."""
        async with self.home.editor({}, initializationOptions=options) as editor:
            file = editor.open(ABOVE + CODE + BELOW)
            ended = await editor.end_of(await editor.run("refactor", file, CODE))
            for look in ("qwen.showStatus", *looks):
                await editor.command(look)
        self.texts[f"{name}: wire"] = bytes(editor.wire)
        self.texts[f"{name}: stderr"] = bytes(editor.stderr)
        return ended.get("message") or ""

    def told(self, planted: dict[Path, str]) -> dict[str, list[str]]:
        """Where each secret was said or written, but where its user keeps it."""
        kept = {*planted, self.home.folder / "data" / "qwen-lsp" / "keys.json"}
        written = {str(p): p.read_bytes() for p in self.home.files() if p not in kept}
        assert any(path.endswith(".log") for path in written)
        said = {**self.texts, **written}
        found = {
            name: [place for place, text in said.items() if secret.encode() in text]
            for name, secret in SECRETS.items()
        }
        return {name: places for name, places in found.items() if places}


async def test_no_secret_of_any_place_is_said(
    home: Home, planted: dict[Path, str], echo: Echo, service: Wire
) -> None:
    heard = Heard(home)
    kept = await heard.command(
        "login", "--provider", "openrouter", "--api-key", typed=SECRETS["stored"]
    )
    assert b"OpenRouter" in kept
    program = (
        f"import sys; print({SECRETS['command']!r}); "
        f"sys.stderr.write({SECRETS['commands-stderr']!r})"
    )
    proxy = NOWHERE.format(SECRETS["proxy"])
    own: Json = {
        "provider": "custom",
        "baseUrl": service.base_url,
        "model": "m",
        "keyCommand": [sys.executable, "-c", program],
        "headers": {"X-Team": SECRETS["header"]},
        "proxy": proxy,
    }
    # What the editor itself has sent is in its own log, and not looked at.
    assert await heard.session("custom", own, "qwen.selectProvider", "qwen.selectModel") == ""
    first = service.calls[0].head
    assert f"Bearer {SECRETS['command']}\r\n" in first
    assert SECRETS["header"] in first
    for status in (400, 401):
        echo.status = status
        assert await heard.session(f"{status}", own, "qwen.diagnose")
    for provider, words in PROVIDERS.items():
        sent = {"provider": provider, "model": "m", "proxy": proxy if "-" in provider else None}
        assert words in await heard.session(provider, sent, "qwen.diagnose", "qwen.selectModel")
    await heard.command("use", "custom", "m", "--base-url", service.base_url)
    for command in ("status", "models --json", "doctor", "doctor --json"):
        assert await heard.command(*command.split())
    assert heard.told(planted) == {}
