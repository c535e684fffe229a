"""The client of the process: its way to this machine, and its manners."""

import asyncio
import subprocess
import sys

import httpx
import pytest

from qwen_lsp.model.transport.http import Http, user_agent
from tests.model.wire import Call, wire


async def refuse(call: Call) -> None:
    await call.send_raw(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")


async def greet(call: Call) -> None:
    await call.send_raw(
        b"HTTP/1.1 302 Found\r\nLocation: /other\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n"
    )


def proxied_by(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUEST_METHOD"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, proxy)


async def test_this_machine_is_reached_without_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    async with wire(refuse) as proxy, wire(greet) as service:
        proxied_by(monkeypatch, proxy.base_url.removesuffix("/v1"))
        http = Http()
        answer = await http.client().get(service.base_url)
        assert answer.status_code == 302
        with pytest.raises(httpx.ProxyError) as refused:
            await http.client().get("https://nowhere.invalid/v1")
        await http.aclose()
    assert proxy.calls[0].head.startswith("CONNECT nowhere.invalid:443 ")
    assert "403" in str(refused.value)


async def test_redirects_and_cookies_are_not_followed() -> None:
    async with wire(greet) as service:
        http = Http()
        for _ in range(2):
            assert (await http.client().get(service.base_url)).status_code == 302
        await http.aclose()
    assert len(service.calls) == 2
    assert not any("cookie" in call.head.lower() for call in service.calls)
    assert all("\r\nuser-agent: qwen-lsp/" in call.head.lower() for call in service.calls)


async def test_one_client_until_it_is_closed() -> None:
    http = Http()
    await http.aclose()
    client = http.client()
    assert http.client() is client
    await http.aclose()
    await http.aclose()
    assert client.is_closed
    assert not http.client().is_closed
    await http.aclose()


def test_our_own_name() -> None:
    assert user_agent("1.2").startswith(f"qwen-lsp/1.2 ({sys.platform}; ")


def test_nothing_heavy_is_imported_before_the_first_request() -> None:
    code = (
        "from qwen_lsp.model import qwen, address; "
        "from qwen_lsp.model.catalog import engines, models, providers; "
        "from qwen_lsp.model.failures import failures; "
        "from qwen_lsp.model.stream import chunks; "
        "from qwen_lsp.model.transport import connection_errors, http, network; "
        "import sys; providers.providers(); "
        "sys.exit(bool({'httpx', 'truststore', 'certifi'} & {*sys.modules}))"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30)


async def test_a_test_gives_its_own_transport() -> None:
    http = Http(transport=httpx.MockTransport(lambda request: httpx.Response(204)))
    answers = await asyncio.gather(*(http.client().get("https://a.example/v1") for _ in range(3)))
    assert [answer.status_code for answer in answers] == [204] * 3
    await http.aclose()
