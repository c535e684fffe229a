"""The client of the process: its proxies, its roots, its manners, and why a connection failed."""

import asyncio
import ssl
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from qwen_lsp.errors import Unreachable
from qwen_lsp.model.exchange import opened
from qwen_lsp.model.http import Http, user_agent
from qwen_lsp.model.proxies import proxy_for
from qwen_lsp.model.trouble import unreachable
from tests.model.wire import Call, wire

PROXIES = {"https": "http://proxy:3128", "http": "http://plain:3128", "no": ""}


@pytest.mark.parametrize(
    ("host", "proxies", "proxy"),
    [
        ("portal.qwen.ai", {}, None),
        ("portal.qwen.ai", PROXIES, "http://proxy:3128"),
        ("portal.qwen.ai", {"all": "proxy:1080"}, "http://proxy:1080"),
        ("portal.qwen.ai", {"all": "http://other:1", **PROXIES}, "http://proxy:3128"),
        ("portal.qwen.ai", {**PROXIES, "no": "*"}, None),
        ("portal.qwen.ai", {**PROXIES, "no": "example.com, .qwen.ai"}, None),
        ("portal.qwen.ai", {**PROXIES, "no": "*.qwen.ai"}, None),
        ("portal.qwen.ai", {**PROXIES, "no": "PORTAL.QWEN.AI:443"}, None),
        ("portal.qwen.ai", {**PROXIES, "no": "portal.qwen.ai:8443"}, "http://proxy:3128"),
        ("portal.qwen.ai", {**PROXIES, "no": "en.ai,,."}, "http://proxy:3128"),
        ("10.1.2.3", {**PROXIES, "no": "10.0.0.0/8"}, None),
        ("11.1.2.3", {**PROXIES, "no": "10.0.0.0/8,11.1.2.4"}, "http://proxy:3128"),
        ("2001:db8::1", {**PROXIES, "no": "[2001:db8::1]"}, None),
        # This machine is always reached directly.
        ("localhost", PROXIES, None),
        ("127.0.0.1", PROXIES, None),
        ("127.8.8.8", PROXIES, None),
        ("::1", PROXIES, None),
        ("localhost.example.com", PROXIES, "http://proxy:3128"),
    ],
)
def test_proxies(host: str, proxies: dict[str, str], proxy: str | None) -> None:
    assert proxy_for("https", host, 443, proxies) == proxy


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
    sentence = str(unreachable(refused.value, "nowhere.invalid"))
    assert sentence.startswith("The proxy did not let the connection to nowhere.invalid through")


async def test_a_proxy_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    async with wire(refuse) as proxy:
        address = proxy.base_url.removesuffix("/v1").removeprefix("http://")
    proxied_by(monkeypatch, f"http://user:secret@{address}")
    http = Http()
    request = http.client().build_request("GET", "https://nowhere.invalid/v1")
    with pytest.raises(Unreachable) as failed:
        await opened(http.client(), request, seconds=5, start_with=None)
    await http.aclose()
    assert str(failed.value) == (
        f"The proxy {address}, through which nowhere.invalid is asked, can't be reached; check "
        "HTTPS_PROXY."
    )


async def test_redirects_and_cookies_are_not_followed() -> None:
    async with wire(greet) as service:
        http = Http()
        for _ in range(2):
            assert (await http.client().get(service.base_url)).status_code == 302
        await http.aclose()
    assert len(service.calls) == 2
    assert not any("cookie" in call.head.lower() for call in service.calls)
    assert all("\r\nuser-agent: qwen-lsp/" in call.head.lower() for call in service.calls)


@pytest.mark.parametrize("proxy", ["socks5://user:secret@proxy:1080", "ftp://proxy"])
async def test_a_proxy_that_can_not_be_used(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    proxied_by(monkeypatch, proxy)
    http = Http()
    with pytest.raises(Unreachable, match="set HTTPS_PROXY to the address of an HTTP") as refused:
        await http.client().get("https://nowhere.invalid/v1")
    await http.aclose()
    assert "secret" not in str(refused.value)


async def test_roots_that_can_not_be_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    http = Http()
    for _ in range(2):
        with pytest.raises(Unreachable, match="SSL_CERT_FILE"):
            await http.client().get("https://nowhere.invalid/v1")
        (tmp_path / "none.pem").write_text("no certificate")
    await http.aclose()


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


async def test_a_certificate_that_is_not_trusted() -> None:
    error = httpx.ConnectError("x")
    cause = ssl.SSLCertVerificationError(1, "x")
    cause.verify_message = "self-signed certificate in certificate chain"
    error.__cause__ = ExceptionGroup("all", [cause])
    assert str(unreachable(error, "portal.qwen.ai")) == (
        "The certificate of portal.qwen.ai is not trusted (self-signed certificate in certificate "
        "chain); if your network inspects TLS, set SSL_CERT_FILE to its root certificate."
    )


async def test_no_tls_at_all() -> None:
    is_over = asyncio.Event()

    async def greet_first(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.com\r\n")
        await reader.read()
        writer.close()
        await writer.wait_closed()
        is_over.set()

    server = await asyncio.start_server(greet_first, "127.0.0.1", 0)
    http = Http()
    with pytest.raises(httpx.ConnectError) as failed:
        await http.client().get(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1")
    await http.aclose()
    server.close()
    await asyncio.wait_for(is_over.wait(), 5)
    sentence = str(unreachable(failed.value, "localhost"))
    assert sentence.startswith("No encrypted connection to localhost came about (")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (httpx.ConnectTimeout("x"), "host could not be reached in time; check the network"),
        (httpx.ProxyError("407 Proxy Authentication Required"), "The proxy wants a password"),
        (httpx.ProxyError("502 Bad Gateway"), "The proxy did not let the connection to host"),
        (httpx.RemoteProtocolError("x"), "The connection to host broke before the reply began"),
        (OSError("x"), "The connection to host broke before the reply began"),
    ],
)
def test_causes(error: Exception, sentence: str) -> None:
    assert str(unreachable(error, "host")).startswith(sentence)


def test_an_unknown_name() -> None:
    import socket

    error = httpx.ConnectError("x")
    error.__context__ = socket.gaierror(-2, "Name or service not known")
    assert str(unreachable(error, "host")).startswith("The name host was not found;")


def test_causes_that_go_round() -> None:
    one, other = OSError("one"), OSError("other")
    one.__cause__, other.__context__ = other, one
    assert "broke before the reply began" in str(unreachable(one, "host"))


def test_nothing_heavy_is_imported_before_the_first_request() -> None:
    modules = "qwen, providers, http, failures, chunks, address, trouble"
    code = (
        f"from qwen_lsp.model import {modules}; import sys; providers.providers(); "
        "sys.exit('httpx' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30)


async def test_a_test_gives_its_own_transport() -> None:
    http = Http(transport=httpx.MockTransport(lambda request: httpx.Response(204)))
    answers = await asyncio.gather(*(http.client().get("https://a.example/v1") for _ in range(3)))
    assert [answer.status_code for answer in answers] == [204] * 3
    await http.aclose()
