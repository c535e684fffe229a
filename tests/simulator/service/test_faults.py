"""What goes wrong on purpose, and connections that end too early."""

import asyncio

import httpx
import pytest

from qwen_lsp.simulator.knobs import Knobs
from qwen_lsp.simulator.server import running
from qwen_lsp.simulator.service import Simulator

from .calls import KEY, LONG, ask, chat, content, events

pytestmark = pytest.mark.asyncio(loop_scope="module")

REFUSALS = {
    "401": 401, "403": 403, "404": 404, "405": 405, "429": 429, "500": 500, "503": 503,
    "busy": 429, "context": 400, "filter": 400, "length": 400, "loading": 503, "overdue": 429,
    "plain": 502, "quota": 429, "session": 400, "waf": 200,
}  # fmt: skip


@pytest.mark.parametrize(("refusal", "status"), REFUSALS.items())
async def test_a_refusal_by_knob(
    simulator: Simulator, client: httpx.AsyncClient, refusal: str, status: int
) -> None:
    simulator.turn(refuse=refusal, refuse_times=1)
    refused, answered = await ask(client), await ask(client)
    assert refused.status_code == status
    assert ("aliyun_waf" in refused.text) == (refusal == "waf")
    assert ("retry-after" in refused.headers) == (refusal == "429")
    assert content(events(answered.text))
    assert [each.status for each in simulator.chats()] == [status, 200]


async def test_a_refusal_that_asks_for_a_pause(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.turn(refuse="busy", refuse_times=1, retry_after=2.5)
    assert (await ask(client)).headers["retry-after"] == "2.5"


async def test_a_line_that_is_only_kept_open(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.turn(reply=LONG, fault="comments", after=1, pace=0, first_token=0)
    body = b""
    async with client.stream("POST", "/v1/chat/completions", json=chat(), headers=KEY) as response:
        async for block in response.aiter_bytes():
            body += block
            if body.endswith(b":\n\n:\n\n"):
                break
    assert b"[DONE]" not in body


async def test_a_request_turns_knobs_for_itself(client: httpx.AsyncClient) -> None:
    async def status(simulate: str) -> int:
        headers = KEY | {"X-Simulate": simulate}
        return (await client.post("/v1/chat/completions", json=chat(), headers=headers)).status_code

    assert await status("refuse=503, pace=1") == 503
    assert await status("") == 200
    assert await status("refuse=nonsense") == 400
    assert await status("speed=1") == 400


FAULTS = {
    "object": '{"error": {"message": "Request rate',
    "text": '{"error": "Request rate',
    "prefixed": "<429> InternalError.Algo",
    "finish": '"finish_reason": "error_finish"',
    "native": ":HTTP_STATUS/429\ndata:{",
    "garbage": '"content"\n\n',
    "half": '"content": "\ufffd',
    "length": '"finish_reason": "length"',
}


@pytest.mark.parametrize(("fault", "expected"), FAULTS.items())
async def test_an_error_in_the_stream(
    simulator: Simulator, client: httpx.AsyncClient, fault: str, expected: str
) -> None:
    simulator.turn(reply=LONG, fault=fault, after=5)
    response = await ask(client)
    assert response.status_code == 200
    assert expected in response.text
    assert simulator.chats()[0].sent.text == LONG[:20]  # type: ignore[union-attr]


async def test_an_error_in_place_of_a_stream(client: httpx.AsyncClient) -> None:
    headers = KEY | {"X-Simulate": "fault=json"}
    response = await client.post("/v1/chat/completions", json=chat(), headers=headers)
    assert response.headers["content-type"] == "application/json"
    assert response.json()["code"] == "InternalError"


async def test_a_stream_that_just_ends(client: httpx.AsyncClient) -> None:
    chunks = events((await ask(client, model="simulator-cut")).text)
    assert chunks[-1] != "[DONE]"
    assert content(chunks)


@pytest.mark.parametrize("stream", [True, False])
async def test_a_connection_that_breaks(
    simulator: Simulator, client: httpx.AsyncClient, stream: bool
) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        await ask(client, model="simulator-reset", stream=stream)
    assert simulator.chats()[0].sent.outcome == "cut"  # type: ignore[union-attr]


async def test_it_notices_a_client_that_goes(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    async with client.stream(
        "POST", "/v1/chat/completions", json=chat("simulator-silent"), headers=KEY
    ) as response:
        await anext(response.aiter_bytes())
    sent = simulator.chats()[0].sent
    assert sent is not None
    for _ in range(1000):
        if sent.outcome != "sending":
            break
        await asyncio.sleep(0.005)
    assert sent.outcome == "disconnected"


async def test_it_stops_in_the_middle_of_a_stream() -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        async with running(Knobs(first_token=0)) as simulator:
            path = simulator.base_url + "/chat/completions"
            post = client.build_request("POST", path, json=chat("simulator-silent"), headers=KEY)
            response = await client.send(post, stream=True)
        with pytest.raises(httpx.RemoteProtocolError):
            await response.aread()
        await response.aclose()
        assert simulator.chats()[0].sent.outcome == "cut"  # type: ignore[union-attr]
