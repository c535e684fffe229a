"""Settings that change while requests run."""

import asyncio

import httpx
import pytest
from pydantic import SecretStr

from qwen_lsp.model.transport.http import Http
from qwen_lsp.model.transport.network import Network, route_of
from tests.model.wire import Call, wire


class Doors:
    """A service that answers when it is let."""

    def __init__(self) -> None:
        self.opened = asyncio.Event()

    async def answer(self, call: Call) -> None:
        await call.begin()
        await call.send("first")
        await self.opened.wait()
        await call.send("last")
        await call.send_raw(b"0\r\n\r\n")


async def test_what_runs_goes_on_as_it_began() -> None:
    doors, http = Doors(), Http()
    async with wire(doors.answer) as service:
        async with http.client().stream("GET", service.base_url) as running:
            blocks = running.aiter_text()
            assert await anext(blocks) == "first"
            http.use(Network(SecretStr("http://proxy:3128")))
            doors.opened.set()
            assert (await http.client().get(service.base_url)).text == "firstlast"
            assert service.connections == 2
            assert [block async for block in blocks] == ["last"]
        # The connections of before are closed with the next request.
        assert not service.has_seen_close.is_set()
        await http.client().get(service.base_url)
        await asyncio.wait_for(service.has_seen_close.wait(), 5)
        assert service.connections == 2
        await http.aclose()


async def test_settings_that_stay_change_nothing() -> None:
    doors, http = Doors(), Http()
    doors.opened.set()
    async with wire(doors.answer) as service:
        for _ in range(3):
            http.use(Network(SecretStr("http://proxy:3128")))
            await http.client().get(service.base_url)
        assert service.connections == 1
        await http.aclose()


async def test_a_request_that_fails_holds_nothing_back() -> None:
    doors, http = Doors(), Http()
    doors.opened.set()
    http.use(Network(SecretStr("http://127.0.0.1:9")))
    with pytest.raises(httpx.ConnectError):
        await http.client().get("https://nowhere.invalid/v1")
    http.use(Network())
    async with wire(doors.answer) as service:
        await http.client().get(service.base_url)
    await http.aclose()


async def test_the_way_is_noted_on_the_request() -> None:
    doors, http = Doors(), Http()
    doors.opened.set()
    http.use(Network(SecretStr("http://me:s3cret@127.0.0.1:9")))
    far = http.client().build_request("GET", "https://nowhere.invalid/v1")
    assert route_of(far).proxy is None
    with pytest.raises(httpx.ConnectError):
        await http.client().send(far)
    assert (route := route_of(far)).proxy is not None
    assert route.proxy.place == "127.0.0.1:9"
    assert "s3cret" not in repr(far.extensions)
    async with wire(doors.answer) as service:
        answer = await http.client().get(service.base_url)
        assert route_of(answer.request).proxy is None
    await http.aclose()
