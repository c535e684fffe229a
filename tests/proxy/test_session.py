"""A whole session by way of the proxy: the real server, told of it as an editor tells it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from qwen_lsp.model.transport.network import Network
from qwen_lsp.settings.settings import read_settings
from tests.e2e.conftest import Home
from tests.e2e.sample import ABOVE, BELOW, CODE
from tests.model.wire import Call, Wire, wire

from .conftest import SECRETS, Mitm, shown

KEY = "sk-a-key-for-the-gateway-0815"
MADE = "def nothing():\n    pass"


async def answer(call: Call) -> None:
    await call.begin()
    await call.say(f"```python\n{MADE}\n```\n", finish="stop")
    await call.end()


@pytest.fixture
async def gateway(mitm: Mitm) -> AsyncIterator[Wire]:
    """A company's own service, at a name that only its proxy knows."""
    async with wire(answer, shown(mitm.upstream.issue_cert("model.test"))) as service:
        service.base_url = service.base_url.replace("127.0.0.1", "model.test")
        yield service


async def refactored(home: Home, gateway: Wire, **settings: Any) -> tuple[str, str]:
    """The message of a job's end, and the text of the file."""
    home.environ |= {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": gateway.base_url}
    for name in ("HTTPS_PROXY", "HTTP_PROXY"):
        home.environ.pop(name, None)
    options = {"provider": "custom", "baseUrl": gateway.base_url, "model": "m", **settings}
    async with home.editor({}, initializationOptions=options) as editor:
        file = editor.open(ABOVE + CODE + BELOW)
        ended = await editor.end_of(await editor.run("refactor", file, CODE))
        await editor.command("qwen.showStatus")
    files = (path for path in home.files() if path.name != "settings.json")
    written = b"\n".join(path.read_bytes() for path in files)
    told = bytes(editor.wire + editor.stderr) + written
    assert not any(secret.encode() in told for secret in (*SECRETS, KEY))
    return ended.get("message") or "", file.text


async def test_an_action(home: Home, gateway: Wire, mitm: Mitm) -> None:
    told = {"proxy": mitm.url, "caBundle": str(mitm.root)}
    message, text = await refactored(home, gateway, **told)
    assert (message, text) == ("", ABOVE + MADE + BELOW)
    (call,) = gateway.calls
    assert f"\r\nauthorization: bearer {KEY}\r\n" in call.head.lower()


def tell_qwen_code(home: Home, proxy: str) -> None:
    folder = Path(home.environ["QWEN_HOME"])
    folder.mkdir(parents=True, mode=0o700)
    (folder / "settings.json").write_text(json.dumps({"proxy": proxy}), encoding="utf-8")


async def test_the_proxy_of_qwen_codes_settings(home: Home, gateway: Wire, mitm: Mitm) -> None:
    tell_qwen_code(home, mitm.url)
    message, text = await refactored(home, gateway, caBundle=str(mitm.root))
    assert (message, text) == ("", ABOVE + MADE + BELOW)


async def test_an_inspected_one_that_is_not_believed(home: Home, gateway: Wire, mitm: Mitm) -> None:
    message, text = await refactored(home, gateway, proxy=mitm.url)
    assert "was issued by “Example Inspection”, which this machine does not trust" in message
    assert text == ABOVE + CODE + BELOW
    assert not gateway.calls


def test_the_settings() -> None:
    sent = {"proxy": "http://me:s3cret@proxy:3128", "caBundle": "/roots.pem"}
    settings = read_settings(sent).settings
    assert settings.network == Network(SecretStr(sent["proxy"]), "/roots.pem")
    assert "s3cret" not in repr(settings)
    assert read_settings({"proxy": None, "caBundle": ""}).settings.network == Network()


@pytest.mark.parametrize("sent", [{"proxy": ["http://me:s3cret@proxy"]}, {"caBundle": 3}])
def test_wrong_settings_send_nothing(sent: dict[str, object]) -> None:
    settings, (warning,) = read_settings(sent)
    assert settings.fault
    assert "nothing is sent until it is put right" in warning
    assert "s3cret" not in warning + settings.fault


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with nothing in it yet."""
    return Home(tmp_path / "home")
