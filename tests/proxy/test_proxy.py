"""Requests through a proxy with a password, inspected or not, and what is said when they fail."""

import logging
import time
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from qwen_lsp.account.sign_in.exchange import Form, NoAnswer
from qwen_lsp.account.sign_in.post import post
from qwen_lsp.errors import Unreachable
from qwen_lsp.model.transport.exchange import opened
from qwen_lsp.model.transport.http import Http
from qwen_lsp.model.transport.network import Network
from qwen_lsp.model.transport.timeouts import Patience
from tests.model.wire import Call, Wire, wire

from .conftest import SECRETS, Mitm, shown


async def answer(call: Call) -> None:
    await call.begin()
    await call.say("through")
    await call.end()


@asynccontextmanager
async def upstream(mitm: Mitm, host: str) -> AsyncIterator[tuple[str, Wire]]:
    """The address of a service by the name of `host`, and what it sees."""
    async with wire(answer, shown(mitm.upstream.issue_cert(host))) as service:
        yield service.base_url.replace("127.0.0.1", host), service


async def ask(url: str, network: Network | None = None) -> str:
    """What comes of a request: the body of the answer, or the sentence."""
    http = Http()
    http.use(network or Network())
    try:
        request = http.client().build_request("POST", url, content=b"{}")
        patience = Patience(first=5)
        response = await opened(http.client(), request, patience=patience, start_with=None)
        return (await response.aread()).decode()
    except Unreachable as error:
        said = "".join(traceback.format_exception(error))
        assert not any(secret in said for secret in SECRETS)
        return str(error)
    finally:
        await http.aclose()


async def test_the_settings(mitm: Mitm) -> None:
    async with upstream(mitm, "model.test") as (url, service):
        network = Network(SecretStr(mitm.url), str(mitm.root))
        assert "through" in await ask(url, network)
    assert service.calls[0].head.startswith("POST /v1 ")
    assert "proxy-authorization" not in service.calls[0].head.lower()


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
async def test_the_environment(mitm: Mitm, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, mitm.url)
    monkeypatch.setenv("SSL_CERT_FILE", str(mitm.root))
    async with upstream(mitm, "model.test") as (url, _):
        assert "through" in await ask(url)


async def test_inspection_by_an_unknown_root(mitm: Mitm, monkeypatch: pytest.MonkeyPatch) -> None:
    async with upstream(mitm, "model.test") as (url, service):
        place = url.removeprefix("https://").removesuffix("/v1")
        sentence = (
            f"The certificate of {place} was issued by “Example Inspection”, which this machine "
            "does not trust (unable to get local issuer certificate); if your network inspects "
            "TLS, set qwen.caBundle or SSL_CERT_FILE to a file with its root certificate."
        )
        assert await ask(url, Network(SecretStr(mitm.url))) == sentence
        monkeypatch.setenv("SSL_CERT_FILE", str(mitm.upstream_root))
        assert await ask(url, Network(SecretStr(mitm.url))) == sentence
    # Who the issuer is was asked without sending anything there.
    assert not service.calls


async def test_a_tunnel_without_inspection(mitm: Mitm) -> None:
    async with upstream(mitm, "tunnel.test") as (url, _):
        network = Network(SecretStr(mitm.url), str(mitm.upstream_root))
        assert "through" in await ask(url, network)
        said = await ask(url, Network(SecretStr(mitm.url), str(mitm.root)))
        assert "was issued by “Upstream Authority”" in said


@pytest.mark.parametrize(
    ("user", "sentence"),
    [
        ("", ("The proxy {proxy} wants a password before it lets a request through to {host}; "
         "write it into qwen.proxy, as http://user:password@{proxy}.")),
        ("me%40example:wrong@", ("The proxy {proxy} refused the user name or the password in "
         "qwen.proxy, so {host} was not reached; correct them.")),
    ],
)  # fmt: skip
async def test_the_password(mitm: Mitm, user: str, sentence: str) -> None:
    async with upstream(mitm, "model.test") as (url, service):
        said = await ask(url, Network(SecretStr(f"http://{user}{mitm.place}"), str(mitm.root)))
    host = url.removeprefix("https://").removesuffix("/v1")
    assert said == sentence.format(proxy=mitm.place, host=host)
    assert not service.calls


async def test_a_service_that_the_proxy_does_not_reach(mitm: Mitm) -> None:
    async with upstream(mitm, "model.test") as (url, _):
        pass
    said = await ask(url, Network(SecretStr(mitm.url), str(mitm.root)))
    host = url.removeprefix("https://").removesuffix("/v1")
    assert said == (
        f"The proxy {mitm.place} could not reach {host} (HTTP 502); check the address, or try "
        "again."
    )


@pytest.mark.parametrize(
    ("proxy", "words"),
    [
        ("http://{place}", "The proxy {place} wants a password before it lets a request through"),
        ("{url}", "was issued by “Example Inspection”, which this machine does not trust"),
    ],
)
async def test_a_sign_in_says_the_same(mitm: Mitm, proxy: str, words: str) -> None:
    http = Http()
    http.use(Network(SecretStr(proxy.format(place=mitm.place, url=mitm.url))))
    form = Form({"device_code": SecretStr("the-device-code")})
    async with upstream(mitm, "login.test") as (url, service):
        reply = await post(http.client, f"{url}/token?tenant=1", form, clock=time.time)
    await http.aclose()
    assert isinstance(reply, NoAnswer)
    assert words.format(place=mitm.place) in reply.sentence
    assert not any(secret in repr(reply) for secret in (*SECRETS, "the-device-code"))
    assert not service.calls


async def test_no_password_in_the_log(mitm: Mitm, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        async with upstream(mitm, "model.test") as (url, _):
            assert "through" in await ask(url, Network(SecretStr(mitm.url), str(mitm.root)))
            assert "was issued by" in await ask(url, Network(SecretStr(mitm.url)))
    assert "CONNECT" in caplog.text
    assert not any(secret in caplog.text for secret in SECRETS)
