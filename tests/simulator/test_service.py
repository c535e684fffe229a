"""The simulated service over real HTTP."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from qwen_lsp.simulator.authorization import CLIENT_ID
from qwen_lsp.simulator.knobs import MODELS, Knobs
from qwen_lsp.simulator.server import running
from qwen_lsp.simulator.service import Simulator

KEY = {"Authorization": "Bearer sk-simulator-1"}
LONG = "word " * 40


pytestmark = pytest.mark.asyncio(loop_scope="module")
QUICK = Knobs(pace=0, first_token=0)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service() -> AsyncIterator[Simulator]:
    async with running() as simulator:
        yield simulator


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(service: Simulator) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=service.origin, trust_env=False) as http:
        yield http


@pytest.fixture(autouse=True)
def simulator(service: Simulator) -> Simulator:
    """The same one for all tests, as new."""
    service.knobs = QUICK
    service.received.clear()
    return service


def chat(model: str = "coder-model", **fields: Any) -> dict[str, Any]:
    messages = [{"role": "system", "content": "s"}, {"role": "user", "content": "Hello"}]
    return {"model": model, "messages": messages, "stream": True} | fields


async def ask(client: httpx.AsyncClient, **fields: Any) -> httpx.Response:
    return await client.post("/v1/chat/completions", json=chat(**fields), headers=KEY)


def events(body: str) -> list[Any]:
    """The data of each event, the last one as text."""
    found = [line[6:] for line in body.split("\n") if line.startswith("data: ")]
    return [json.loads(each) if each != "[DONE]" else each for each in found]


def content(chunks: list[Any]) -> str:
    choices = [choice for each in chunks if each != "[DONE]" for choice in each.get("choices", [])]
    return "".join(choice["delta"].get("content") or "" for choice in choices)


async def test_a_stream_is_as_openais(simulator: Simulator, client: httpx.AsyncClient) -> None:
    simulator.turn(reply="Grüße, 𝄞!")
    response = await ask(client, stream_options={"include_usage": True})
    first, *middle, last, usage, done = events(response.text)
    assert response.headers["content-type"].startswith("text/event-stream")
    assert first["choices"][0]["delta"]["role"] == "assistant"
    assert content(middle) == "Grüße, 𝄞!"
    assert all(each["choices"][0]["finish_reason"] is None for each in middle)
    assert last["choices"][0]["finish_reason"] == "stop"
    assert usage["choices"] == []
    assert usage["usage"]["completion_tokens"] == 3
    assert done == "[DONE]"
    (received,) = simulator.chats()
    assert received.sent is not None
    assert (received.sent.text, received.sent.outcome) == ("Grüße, 𝄞!", "whole")
    assert received.paid_by == "key"


async def test_usage_comes_only_when_asked_for(client: httpx.AsyncClient) -> None:
    assert not any(each["usage"] for each in events((await ask(client)).text)[:-1])


async def test_a_reply_comes_at_once_too(client: httpx.AsyncClient) -> None:
    body = (await ask(client, stream=False)).json()
    assert body["choices"][0]["finish_reason"] == "stop"
    assert "no model runs" in body["choices"][0]["message"]["content"]
    assert body["usage"]["prompt_tokens"] > 0


@pytest.mark.parametrize("stream", [True, False])
async def test_most_tokens_are_kept_to(
    simulator: Simulator, client: httpx.AsyncClient, stream: bool
) -> None:
    simulator.turn(reply="abcdefghijkl", thinking=3)
    response = await ask(client, stream=stream, max_tokens=2)
    assert simulator.chats()[0].sent.text == "abcdefgh"  # type: ignore[union-attr]
    assert '"finish_reason": "length"' in response.text


async def test_thoughts_come_first(client: httpx.AsyncClient) -> None:
    chunks = events((await ask(client, model="simulator-thinking")).text)[:-1]
    thoughts = [each["choices"][0]["delta"].get("reasoning_content") for each in chunks]
    assert thoughts[0] is None
    assert all(thoughts[1:41])
    assert not any(thoughts[41:])


REFUSALS = {
    "401": 401, "403": 403, "404": 404, "405": 405, "429": 429, "500": 500, "503": 503,
    "busy": 429, "length": 400, "quota": 429, "session": 400, "waf": 200,
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


async def test_tokens_keep_their_pace(simulator: Simulator, client: httpx.AsyncClient) -> None:
    simulator.turn(reply="abcd" * 10, pace=8, first_token=40)
    began = time.monotonic()
    await ask(client)
    assert 0.12 <= time.monotonic() - began < 1


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"messages": "none"}, 400),
        ({"messages": []}, 400),
        ({"model": "gpt"}, 404),
        ({"model": None}, 400),
    ],
)
async def test_a_bad_request_is_refused(
    client: httpx.AsyncClient, fields: dict[str, Any], status: int
) -> None:
    response = await ask(client, **fields)
    assert response.status_code == status
    assert response.json()["error"]["message"]


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"\xff"])
async def test_a_body_that_is_no_request(client: httpx.AsyncClient, body: bytes) -> None:
    response = await client.post("/v1/chat/completions", content=body, headers=KEY)
    assert response.status_code == 400


@pytest.mark.parametrize("header", ["", "Bearer sk-other", "Basic sk-simulator", "Bearer"])
async def test_who_does_not_pay_gets_nothing(client: httpx.AsyncClient, header: str) -> None:
    for path in ("/v1/chat/completions", "/v1/models"):
        method = "GET" if path.endswith("models") else "POST"
        response = await client.request(
            method, path, json=chat(), headers={"Authorization": header}
        )
        assert response.status_code == 401
        assert response.json()["error"]["message"] == "invalid access token or token expired"


async def test_the_models_are_listed(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/models", headers=KEY)
    assert [each["id"] for each in response.json()["data"]] == list(MODELS)


async def test_another_host_name_is_refused(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/models", headers=KEY | {"Host": "evil.example"})
    assert response.status_code == 400


async def new_code(client: httpx.AsyncClient) -> dict[str, Any]:
    form = {"client_id": CLIENT_ID, "code_challenge": "c" * 43, "code_challenge_method": "S256"}
    body: dict[str, Any] = (await client.post("/api/v1/oauth2/device/code", data=form)).json()
    return body


@pytest.mark.parametrize(("decision", "state"), [("approve", "approved"), ("deny", "denied")])
async def test_the_page_asks_and_is_answered(
    simulator: Simulator, client: httpx.AsyncClient, decision: str, state: str
) -> None:
    code = await new_code(client)
    attempt = simulator.authorization.attempt(code["user_code"])
    assert attempt is not None
    page = (await client.get(code["verification_uri_complete"])).text
    assert "simulation" in page
    assert code["user_code"] in page
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page)) | {"decision": decision}
    assert (await client.post("/authorize", data=fields)).status_code == 200
    assert attempt.state == state
    assert (await client.post("/authorize", data=fields)).status_code == 404


@pytest.mark.parametrize(
    ("change", "status"),
    [({"ticket": "é"}, 403), ({"decision": "perhaps"}, 400), ({"user_code": "NONE"}, 404)],
)
async def test_an_answer_from_elsewhere_does_not_count(
    simulator: Simulator, client: httpx.AsyncClient, change: dict[str, str], status: int
) -> None:
    code = (await new_code(client))["user_code"]
    attempt = simulator.authorization.attempt(code)
    assert attempt is not None
    fields = {"user_code": code, "ticket": attempt.ticket, "decision": "approve"} | change
    assert (await client.post("/authorize", data=fields)).status_code == status
    assert attempt.state == "pending"


@pytest.mark.parametrize(
    ("query", "status"), [("", 400), ("user_code=X", 400), ("user_code=X&client=qwen-code", 404)]
)
async def test_the_page_needs_its_whole_address(
    client: httpx.AsyncClient, query: str, status: int
) -> None:
    assert (await client.get(f"/authorize?{query}")).status_code == status


async def test_the_record_keeps_no_secrets(simulator: Simulator, client: httpx.AsyncClient) -> None:
    await ask(client)
    code = await new_code(client)
    form = {"client_id": CLIENT_ID, "device_code": code["device_code"], "code_verifier": "v" * 43}
    await client.post("/api/v1/oauth2/token", data=form)
    shown = repr(simulator.received)
    assert "(hidden)" in shown
    secrets = (KEY["Authorization"], form["device_code"], form["code_verifier"])
    assert not any(secret in shown for secret in secrets)
